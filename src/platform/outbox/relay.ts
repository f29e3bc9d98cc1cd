/**
 * Turns messages in the outbox into jobs, one per effect. Runs beside every purchase but never in
 * one: a purchase only inserts its row, without NOTIFY, which would make all commits queue for one
 * lock. Woken in-process after a commit, polling for what other processes wrote.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from 'pino'
import type { Messages, Topic } from '../../contracts/messages.ts'
import type { Database, Transaction } from '../postgres.ts'
import type { Consumer } from './consumer.ts'
import { TRIES_MAX } from './jobs.ts'

const MESSAGES_PER_ROUND = 20
const POLL_INTERVAL_MS = 1_000
/** Pause between rounds while there is work, so that a sale is not raced by its own mail. */
const ROUND_PAUSE_MS = 25
const INBOX_KEPT_DAYS = 14
const CLEANING_INTERVAL_MS = 3_600_000

export interface Relay extends AsyncDisposable {
  /** Says that there is something in the outbox; costs nothing. */
  wake: () => void
}

export function startRelay(options: {
  db: Database
  consumers: readonly Consumer[]
  logger: Logger
}): Relay {
  const { db, consumers, logger } = options
  let stopping = false
  let wakeUp: (() => void) | undefined
  let cleanedAt = 0

  const pause = async (milliseconds: number) => {
    if (stopping) return
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, milliseconds)
      wakeUp = () => {
        clearTimeout(timer)
        resolve()
      }
    })
    wakeUp = undefined
  }

  const loop = async () => {
    while (!stopping) {
      try {
        const moved = await db.transaction(async (tx) => await relayOnce(tx, consumers))
        if (Date.now() - cleanedAt > CLEANING_INTERVAL_MS) {
          cleanedAt = Date.now()
          await db.query(`delete from inbox where handled_at < now() - make_interval(days => $1)`, [
            INBOX_KEPT_DAYS,
          ])
        }
        if (moved > 0) await sleep(ROUND_PAUSE_MS)
        else await pause(POLL_INTERVAL_MS)
      } catch (error) {
        logger.warn({ err: error }, 'outbox relay will try again')
        await pause(POLL_INTERVAL_MS)
      }
    }
  }
  const running = loop()

  return {
    wake: () => wakeUp?.(),
    async [Symbol.asyncDispose]() {
      stopping = true
      wakeUp?.()
      await running
    },
  }
}

interface OutboxRow {
  id: number
  topic: Topic
  payload: Messages[Topic]
}

/** @returns How many messages were turned into jobs. */
async function relayOnce(tx: Transaction, consumers: readonly Consumer[]): Promise<number> {
  const messages = await tx.query<OutboxRow>(
    'select id, topic, payload from outbox order by id limit $1 for update skip locked',
    [MESSAGES_PER_ROUND],
  )
  if (messages.length === 0) return 0

  const tasks: string[] = []
  const jobs: string[] = []
  for (const message of messages) {
    for (const consumer of consumers) {
      if (consumer.topic !== message.topic) continue
      for (const effect of consumer.effects(message.payload)) {
        tasks.push(consumer.name)
        jobs.push(JSON.stringify(effect))
      }
    }
  }
  if (tasks.length > 0) {
    await tx.query(
      `select count(*) from graphile_worker.add_jobs(array(
         select row(j.task, j.payload, null, null, $3, null, null, null)::graphile_worker.job_spec
           from unnest($1::text[], $2::json[]) as j(task, payload)))`,
      [tasks, jobs, TRIES_MAX],
    )
  }
  await tx.query('delete from outbox where id = any($1)', [messages.map((message) => message.id)])
  return messages.length
}
