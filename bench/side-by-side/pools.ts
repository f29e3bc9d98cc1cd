/** How many connections serve the textbook's way best: tried, because nobody can say beforehand. */
import { summarize } from './figures.ts'
import { Interrupted } from './interleave.ts'
import type { Arena, Measurement } from './purchases.ts'
import type { BenchContext } from './row.ts'

const POOLS = [1, 2, 3, 4, 6, 8, 12, 16]
const POOLS_QUICK = [2, 4, 8]
const TRIES = 2
/** Of the time of a measurement. */
const TRY_SHARE = 0.5

export interface BestPool {
  pool: number
  /** Orders a second by pool; nothing when there was no choice. */
  poolsTried?: Record<string, number>
}

/** What is tried: one measurement of the textbook with a pool. */
export interface PoolTrial {
  arena: Arena
  connections: number
  /** What it sells, in a word. */
  sells: string
  measure: (trial: {
    pool: number
    seconds: number
    warmUpSeconds: number
  }) => Promise<Pick<Measurement, 'perSecond'>>
}

const found = new WeakMap<Arena | BenchContext, Map<string, Promise<BestPool>>>()

/** Tries each the first time that an arena, a number of connections and a way to sell are asked for. */
export async function bestPool(context: BenchContext, trial: PoolTrial): Promise<BestPool> {
  const { arena, connections, sells } = trial
  // One client never has two requests at a time.
  if (connections === 1) return { pool: 1 }
  // A quick run tries them once and takes what it found everywhere.
  const { isQuick } = context.options
  const [owner, key] = isQuick ? [context, sells] : [arena, `${sells} c${connections}`]
  const known = found.get(owner) ?? new Map<string, Promise<BestPool>>()
  found.set(owner, known)
  const best = known.get(key) ?? tryAll(context, trial)
  known.set(key, best)
  return await best
}

async function tryAll(
  context: BenchContext,
  { connections, sells, measure }: PoolTrial,
): Promise<BestPool> {
  const { isQuick, seconds } = context.options
  const pools = isQuick ? POOLS_QUICK : POOLS
  const tried = new Map<number, number[]>(pools.map((pool) => [pool, []]))
  for (let round = 0; round < (isQuick ? 1 : TRIES); round += 1) {
    for (const [pool, rates] of tried) {
      if (context.stop.aborted) throw new Interrupted()
      const measured = await measure({ pool, seconds: seconds * TRY_SHARE, warmUpSeconds: 1 })
      rates.push(measured.perSecond)
    }
  }
  const rates = [...tried].map(([pool, values]) => ({ pool, rate: summarize(values).max }))
  const best = rates.reduce((one, other) => (other.rate > one.rate ? other : one))
  const list = rates.map(({ pool, rate }) => `${pool}: ${Math.round(rate)}/s`).join(', ')
  context.log(
    `The textbook's pools for ${sells} at ${connections} connections: ${list}; best is ${best.pool}.`,
  )
  return {
    pool: best.pool,
    poolsTried: Object.fromEntries(rates.map(({ pool, rate }) => [pool, Math.round(rate)])),
  }
}
