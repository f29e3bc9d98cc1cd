/**
 * Does the effects of messages. A runner claims a few jobs for a moment, and begins one after the
 * other: only what is begun is leased for long and counts as tried. So a job that kills its process
 * is held against that job alone, and those that were to come after it are soon done by another.
 * What a job does through its transaction is committed together with its end, so it takes effect
 * once. After the last try it stays as a dead letter.
 */
import type { Logger } from 'pino'
import type { Database, Transaction } from '../postgres.ts'
import { type Repetition, repeat } from '../repeat.ts'
import { watchLoopLoad } from '../loop-load.ts'
import type { Consumer } from './consumer.ts'

/** How often a job is tried before it is left as a dead letter. */
export const TRIES_MAX = 5
/** Few, so that mail never takes the machine from purchases. */
const RUNNERS_PER_LANE = 2
/** How many connections all of them use at most. */
export const RUNNERS_MAX = 2 * RUNNERS_PER_LANE
const JOBS_PER_CLAIM = 20
/** As long as a killed process delays the jobs that it had not begun. */
const CLAIM_SECONDS = 3
/** Longer than any effect takes, and as long as a killed process delays the job it was at. */
const LEASE_SECONDS = 30
const POLL_INTERVAL_MS = 1_000
/**
 * While the shop sells: mail can wait minutes, buyers cannot. At its whole pace the mail of a rush
 * takes half of the thread that sells; while that thread is full, it takes next to nothing.
 */
const SELLING = { pauseMs: 200, jobsPerClaim: 8, jobsPerClaimWhenFull: 1, fullLoad: 0.7 }
/** Between one try and the next, by lane. */
const PAUSES_SECONDS = {
  other: [2, 4, 8, 16],
  /** A mail server that is away for minutes, or for an hour, is no reason to give a mail up. */
  mail: [5, 30, 600, 7_200],
}
/** Mails that failed together do not come back together: a quarter more or less. */
const MAIL_JITTER = 0.25
const ERROR_LENGTH_MAX = 1_000

interface Job {
  id: number
  consumer: string
  effect: Effect
  /** How often it was begun; also tells one lease from the next. */
  tries: number
}

/** What a job is about. */
export interface Effect {
  id: string
  data: object
  /** `data` is a whole message that could not be taken apart; replayed, it is tried again. */
  isMessage?: true
}

/** @param tries How often it was tried. @returns How long it waits for its next try. */
export function retryPauseSeconds(
  lane: Consumer['lane'],
  tries: number,
  random = Math.random,
): number {
  const seconds = PAUSES_SECONDS[lane ?? 'other'][tries - 1] ?? 0
  return lane === 'mail' ? seconds * (1 + MAIL_JITTER * (2 * random() - 1)) : seconds
}

export interface JobRunnerOptions {
  db: Database
  consumers: readonly Consumer[]
  logger: Logger
  /** Whether the shop sells right now. */
  isBusy: () => boolean
}

/** Starts the runners; `wake` says that there are new jobs. */
export function startJobRunners(options: JobRunnerOptions): Repetition {
  const lanes = [undefined, 'mail'].map((lane) =>
    options.consumers.filter((consumer) => consumer.lane === lane),
  )
  const runners = lanes
    .filter((consumers) => consumers.length > 0)
    .flatMap((consumers) =>
      Array.from({ length: RUNNERS_PER_LANE }, () => startRunner({ ...options, consumers })),
    )
  return {
    wake: () => {
      if (options.isBusy()) return
      for (const runner of runners) runner.wake()
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(runners.map(async (runner) => await runner[Symbol.asyncDispose]()))
    },
  }
}

function startRunner(options: JobRunnerOptions): Repetition {
  const { db, logger, isBusy } = options
  const loopLoad = watchLoopLoad()
  const jobsPerClaim = () => {
    if (!isBusy()) return JOBS_PER_CLAIM
    return loopLoad() > SELLING.fullLoad ? SELLING.jobsPerClaimWhenFull : SELLING.jobsPerClaim
  }
  const consumers = new Map(options.consumers.map((consumer) => [consumer.name, consumer]))
  return repeat({
    everyMs: POLL_INTERVAL_MS,
    async work() {
      const jobs = await claimJobs(db, [...consumers.keys()], jobsPerClaim())
      for (const claimed of jobs) {
        const job = { ...claimed, tries: claimed.tries + 1 }
        // The claim ran out and another runner has begun it.
        if (!(await beginJob(db, job))) continue
        const consumer = consumers.get(job.consumer) as Consumer
        try {
          await runOnce(db, consumer, job)
        } catch (error) {
          const log = { err: error, job: job.id, consumer: job.consumer, tries: job.tries }
          logger.warn(log, job.tries < TRIES_MAX ? 'job will be tried again' : 'job given up')
          await postpone(db, job, { error, lane: consumer.lane })
        }
      }
      if (jobs.length === 0) return undefined
      return { pauseMs: isBusy() ? SELLING.pauseMs : 0 }
    },
    onError: (error) => {
      logger.warn({ err: error }, 'job runner will try again')
    },
  })
}

/** Looks at each consumer by itself, so that a long queue of one is not walked to find another's. */
async function claimJobs(db: Database, consumers: string[], limit: number): Promise<Job[]> {
  return await db.query<Job>(
    `update jobs set run_at = now() + make_interval(secs => $1)
      where id in (select due.id
                     from unnest($3::text[]) as wanted(consumer)
                    cross join lateral (
                      select id, run_at from jobs
                       where jobs.consumer = wanted.consumer and run_at <= now() and tries < $2
                       order by run_at, id limit $4 for update skip locked) due
                    order by due.run_at, due.id limit $4)
      returning id, consumer, effect, tries`,
    [CLAIM_SECONDS, TRIES_MAX, consumers, limit],
  )
}

/** @param job As it is once begun. @returns False when somebody else was first. */
async function beginJob(db: Database, job: Job): Promise<boolean> {
  const begun = await db.query(
    `update jobs set tries = tries + 1, run_at = now() + make_interval(secs => $3)
      where id = $1 and tries = $2 - 1 returning 1`,
    [job.id, job.tries, LEASE_SECONDS],
  )
  return begun.length > 0
}

/** Both the effect and the end of the job, or neither. */
async function runOnce(db: Database, consumer: Consumer, job: Job): Promise<void> {
  await db.transaction(async (tx) => {
    const mine = await tx.query('delete from jobs where id = $1 and tries = $2 returning 1', [
      job.id,
      job.tries,
    ])
    // The lease ran out and another runner has it now.
    if (mine.length === 0) return
    if (job.effect.isMessage === true) {
      await addJobs(tx, consumer, consumer.effects(job.effect.data as never))
    } else {
      await consumer.handle(job.effect.data as never, tx)
    }
  })
}

async function addJobs(tx: Transaction, consumer: Consumer, effects: Effect[]): Promise<void> {
  await tx.query('insert into jobs (consumer, effect) select $1, unnest($2::jsonb[])', [
    consumer.name,
    effects.map((effect) => JSON.stringify(effect)),
  ])
}

/** After the last try it stays where it is: a dead letter, from now on. */
async function postpone(
  db: Database,
  job: Job,
  { error, lane }: { error: unknown; lane: Consumer['lane'] },
): Promise<void> {
  const reason = (error instanceof Error ? error.message : String(error)).slice(0, ERROR_LENGTH_MAX)
  await db.query(
    `update jobs set last_error = $3, run_at = now() + make_interval(secs => $4)
      where id = $1 and tries = $2`,
    [job.id, job.tries, reason, retryPauseSeconds(lane, job.tries)],
  )
}
