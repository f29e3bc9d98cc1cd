/**
 * Turns messages in the outbox into jobs, one per effect. A message that this version does not know
 * stays there: a process of a newer version wrote it, and will see to it. Runs beside every purchase but never in
 * one: a purchase only inserts its row, without NOTIFY, which would make all commits queue for one
 * lock. Woken in-process after a commit, polling for what other processes wrote.
 */
import type { Logger } from 'pino'
import { type Messages, TOPICS, type Topic } from '../../contracts/messages.ts'
import type { Database, Transaction } from '../postgres.ts'
import { type Repetition, repeat } from '../repeat.ts'
import type { Consumer } from './consumer.ts'
import { type Effect, TRIES_MAX } from './jobs.ts'

const MESSAGES_PER_ROUND = 50
const POLL_INTERVAL_MS = 1_000
/**
 * Pause between rounds while there is work: a sale is not raced by its own mail, and what many
 * batches wrote is moved in one transaction.
 */
const ROUND_PAUSE_MS = 100

/** @param onJobs Called when there are new jobs. */
export function startRelay(options: {
  db: Database
  consumers: readonly Consumer[]
  logger: Logger
  onJobs: () => void
}): Repetition {
  const { db, consumers, logger, onJobs } = options
  return repeat({
    everyMs: POLL_INTERVAL_MS,
    async work() {
      const moved = await db.transaction(async (tx) => await relayOnce(tx, consumers, logger))
      if (moved === 0) return undefined
      onJobs()
      return { pauseMs: ROUND_PAUSE_MS }
    },
    onError: (error) => {
      logger.warn({ err: error }, 'outbox relay will try again')
    },
  })
}

interface OutboxRow {
  id: number
  topic: Topic
  payload: Messages[Topic]
}

/** @returns How many messages were turned into jobs. */
async function relayOnce(
  tx: Transaction,
  consumers: readonly Consumer[],
  logger: Logger,
): Promise<number> {
  const messages = await tx.query<OutboxRow>(
    `select id, topic, payload from outbox
      where topic = any($2) order by id limit $1 for update skip locked`,
    [MESSAGES_PER_ROUND, TOPICS],
  )
  if (messages.length === 0) return 0

  const names: string[] = []
  const effects: string[] = []
  const tries: number[] = []
  const errors: (string | null)[] = []
  const add = (consumer: Consumer, effect: Effect, error?: Error) => {
    names.push(consumer.name)
    effects.push(JSON.stringify(effect))
    tries.push(error === undefined ? 0 : TRIES_MAX)
    errors.push(error?.message ?? null)
  }
  for (const message of messages) {
    for (const consumer of consumers) {
      if (consumer.topic !== message.topic) continue
      try {
        for (const effect of consumer.effects(message.payload)) add(consumer, effect)
      } catch (error) {
        // Not as this version writes it. Trying again would change nothing, and would hold up every
        // message behind it: it is kept as a dead letter.
        logger.warn({ err: error, message: message.id, consumer: consumer.name }, 'message given up') // prettier-ignore
        const effect = {
          id: `message ${message.id}`,
          data: message.payload,
          isMessage: true as const,
        }
        add(consumer, effect, error as Error)
      }
    }
  }
  await tx.query(
    `insert into jobs (consumer, effect, tries, last_error)
       select * from unnest($1::text[], $2::jsonb[], $3::integer[], $4::text[])`,
    [names, effects, tries, errors],
  )
  await tx.query('delete from outbox where id = any($1)', [messages.map((message) => message.id)])
  return messages.length
}
