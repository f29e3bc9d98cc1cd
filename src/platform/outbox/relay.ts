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

/** Of each topic, so that a sale holds up no other message. */
const MESSAGES_PER_ROUND = 50
/**
 * While so many effects of a topic wait to be done, its messages stay where they are: a sale places
 * orders faster than their mails leave, and what is not a job yet is ahead of nobody else's mail.
 */
const DUE_MAX = 1_000
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
      const { moved, isHeldUp } = await db.transaction(
        async (tx) => await relayOnce(tx, consumers, logger),
      )
      if (moved > 0) onJobs()
      return moved > 0 || isHeldUp ? { pauseMs: ROUND_PAUSE_MS } : undefined
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

/** @returns How many messages were turned into jobs, and whether others have to wait for theirs. */
async function relayOnce(
  tx: Transaction,
  consumers: readonly Consumer[],
  logger: Logger,
): Promise<{ moved: number; isHeldUp: boolean }> {
  const heldUp = await heldUpTopics(tx, consumers)
  const messages = await tx.query<OutboxRow>(
    `select message.* from unnest($2::text[]) as wanted(topic)
      cross join lateral (
        select id, topic, payload from outbox
         where outbox.topic = wanted.topic order by id limit $1 for update skip locked) message
      order by message.id`,
    [MESSAGES_PER_ROUND, TOPICS.filter((topic) => !heldUp.has(topic))],
  )
  if (messages.length === 0) return { moved: 0, isHeldUp: heldUp.size > 0 }

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
  const doneForAll = new Set<Consumer>()
  const madeOf = new Map<Topic, number>()
  const moved: number[] = []
  for (const message of messages) {
    if (heldUp.has(message.topic)) continue
    const namesBefore = names.length
    for (const consumer of consumers) {
      if (consumer.topic !== message.topic || doneForAll.has(consumer)) continue
      if (consumer.isOnceForAll === true) doneForAll.add(consumer)
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
    moved.push(message.id)
    const made = (madeOf.get(message.topic) ?? 0) + names.length - namesBefore
    madeOf.set(message.topic, made)
    if (made >= DUE_MAX) heldUp.add(message.topic)
  }
  await tx.query(
    `insert into jobs (consumer, effect, tries, last_error)
       select * from unnest($1::text[], $2::jsonb[], $3::integer[], $4::text[])`,
    [names, effects, tries, errors],
  )
  await tx.query('delete from outbox where id = any($1)', [moved])
  return { moved: moved.length, isHeldUp: heldUp.size > 0 }
}

/** Topics of which some consumer has enough to do. */
async function heldUpTopics(tx: Transaction, consumers: readonly Consumer[]): Promise<Set<string>> {
  const rows = await tx.query<{ topic: string }>(
    `select topic from unnest($1::text[], $2::text[]) as known(topic, consumer)
      where (select count(*) from (
               select 1 from jobs
                where jobs.consumer = known.consumer and run_at <= now() and tries < $3
                limit $4) due) >= $4`,
    [consumers.map(({ topic }) => topic), consumers.map(({ name }) => name), TRIES_MAX, DUE_MAX],
  )
  return new Set(rows.map(({ topic }) => topic))
}
