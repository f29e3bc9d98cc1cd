/** Jobs that were given up after their last try: to be looked at, tried again, or dropped. */
import type { Queryable, Transaction } from '../postgres.ts'
import { TRIES_MAX } from './jobs.ts'

export interface DeadLetter {
  id: number
  consumer: string
  /** What it is about, e.g. `order 17`. */
  effect: string
  tries: number
  lastError: string | null
  createdAt: Date
}

/** A job in its last try is none yet: its lease is still ahead. */
const IS_DEAD = `tries >= ${TRIES_MAX} and run_at <= now()`
const DEAD_LETTER = `id, consumer, effect ->> 'id' as effect, tries, last_error as "lastError",
  created_at as "createdAt"`

/** Dead letters, the newest first, from before `page.before`. */
export async function findDeadLetters(
  db: Queryable,
  page: { limit: number; before: number | undefined },
): Promise<DeadLetter[]> {
  return await db.query(
    `select ${DEAD_LETTER} from jobs
      where ${IS_DEAD} and ($1::bigint is null or id < $1) order by id desc limit $2`,
    [page.before ?? null, page.limit],
  )
}

/** Makes a job of it again, with all its tries. @returns Undefined when it is gone. */
export async function replayDeadLetter(
  tx: Transaction,
  id: number,
): Promise<DeadLetter | undefined> {
  const [letter] = await tx.query<DeadLetter>(
    `select ${DEAD_LETTER} from jobs where id = $1 and ${IS_DEAD} for update`,
    [id],
  )
  if (letter !== undefined) {
    await tx.query('update jobs set tries = 0, run_at = now() where id = $1', [id])
  }
  return letter
}

/** @returns What it was; undefined when it was gone. */
export async function dropDeadLetter(tx: Transaction, id: number): Promise<DeadLetter | undefined> {
  const [letter] = await tx.query<DeadLetter>(
    `delete from jobs where id = $1 and ${IS_DEAD} returning ${DEAD_LETTER}`,
    [id],
  )
  return letter
}
