/**
 * Runs the effects of messages. graphile-worker keeps the jobs, retries them with growing pauses
 * and shares them among all processes on one database.
 */
import { Logger as WorkerLogger, type Runner, run } from 'graphile-worker'
import type { Logger } from 'pino'
import type { Database } from '../postgres.ts'
import type { Consumer } from './consumer.ts'

/** How often a job is tried before it is left as a dead letter. */
export const TRIES_MAX = 5
/** Few, so that mail never takes the machine from purchases. */
const CONCURRENT_JOBS = 2
const POLL_INTERVAL_MS = 2_000

/** What a job carries: the effect's id, under which it takes effect once, and its data. */
export interface EffectJob {
  id: string
  data: object
}

export async function startJobRunner(options: {
  db: Database
  consumers: readonly Consumer[]
  logger: Logger
}): Promise<AsyncDisposable> {
  const { db, consumers, logger } = options
  const taskList = Object.fromEntries(
    consumers.map((consumer) => [
      consumer.name,
      async (job: unknown) => {
        await handleOnce(db, consumer, job as EffectJob)
      },
    ]),
  )
  const runner: Runner = await run({
    pgPool: db.pool,
    taskList,
    concurrency: CONCURRENT_JOBS,
    pollInterval: POLL_INTERVAL_MS,
    noHandleSignals: true,
    logger: quietLogger(logger),
  })
  // Rejects when the runner breaks down; the relay's readiness shows that the database is away.
  runner.promise.catch((error: unknown) => {
    logger.error({ err: error }, 'job runner stopped')
  })
  return {
    async [Symbol.asyncDispose]() {
      await runner.stop().catch((error: unknown) => {
        logger.warn({ err: error }, 'job runner did not stop cleanly')
      })
    },
  }
}

/** Does the effect and notes that it was done, both or neither. */
async function handleOnce(db: Database, consumer: Consumer, job: EffectJob): Promise<void> {
  await db.transaction(async (tx) => {
    const isNew = await tx.query(
      'insert into inbox (consumer, message_id) values ($1, $2) on conflict do nothing returning 1',
      [consumer.name, job.id],
    )
    if (isNew.length > 0) await consumer.handle(job.data as never, tx)
  })
}

function quietLogger(logger: Logger): WorkerLogger {
  return new WorkerLogger(() => (level, message, meta) => {
    if (level === 'error') logger.error({ meta }, message)
    else if (level === 'warning') logger.warn({ meta }, message)
    else logger.debug({ meta }, message)
  })
}
