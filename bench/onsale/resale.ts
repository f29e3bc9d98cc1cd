/** After the rush: those who went away with nothing come back for what was held and never paid. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Database } from '../../src/platform/postgres.ts'
import { readStock } from './audit.sql.ts'
import type { Sale } from './check-promises.ts'
import { planReturns } from './crowd.ts'
import type { Entry } from './ledger.ts'
import { HOLD_SECONDS } from './options.ts'
import { type RushOptions, runRush } from './rush.ts'

const POLL_MS = 250
/** As many at a time as the connections of a small crowd. */
const AT_ONCE = 64
/** The last hold expires within this, and whoever gets its tickets pays. */
const PATIENCE_MS = (HOLD_SECONDS + 30) * 1_000

/**
 * Until everything is sold and nothing is held, or as long as somebody wants what is left. When the
 * rush was stopped nobody comes back, and it only waits until nothing is held.
 */
export async function sellAgain(
  db: Database,
  sale: Sale,
  rush: Omit<RushOptions, 'plan'>,
): Promise<void> {
  const { aborted: isStopped } = rush.stop
  const comers = isStopped ? [] : whoWentAway(rush.ledger, rush.buyers)
  const endsAt = performance.now() + PATIENCE_MS
  while (performance.now() < endsAt) {
    const { capacity, held, sold } = await readStock(db, sale.eventId)
    const left = capacity - held - sold
    const buyers = comers.splice(0, Math.min(left, AT_ONCE))
    if (held === 0 && buyers.length === 0) return
    if (buyers.length === 0) {
      await sleep(POLL_MS)
      continue
    }
    const atMs = performance.now() - rush.opensAt
    const plan = planReturns(
      buyers.map((buyer) => ({ buyer, key: `return-${Math.round(atMs)}-${buyer}`, atMs })),
    )
    await runRush({ ...rush, plan })
  }
}

/** Buyers, by the plan's numbers, who were told that it is sold out and were never given anything. */
function whoWentAway(ledger: readonly Entry[], buyers: readonly number[]): number[] {
  const given = new Set<number>()
  const refused = new Set<number>()
  for (const { userId, outcome } of ledger) {
    if (outcome.kind === 'placed' || outcome.kind === 'unknown') given.add(userId)
    if (outcome.kind === 'refused' && outcome.code === 'sold_out') refused.add(userId)
  }
  return buyers.flatMap((userId, n) => (refused.has(userId) && !given.has(userId) ? [n] : []))
}
