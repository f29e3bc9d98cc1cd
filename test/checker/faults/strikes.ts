/** What faults share: striking again and again, each lane by a chance of its own. */
import { type Random, seededRandom } from '../../../bench/onsale/random.ts'
import type { FaultContext } from '../fault.ts'

const SEED_MAX = 4_294_967_295

/**
 * A stream for each lane, drawn at once: what one lane does next does not depend on how long the
 * others took.
 */
export const splitRandom = (random: Random, lanes: number): Random[] =>
  Array.from({ length: lanes }, () => seededRandom(random.integer(0, SEED_MAX)))

/**
 * Strikes until the time is over or there were as many strikes as asked for, with sales in between:
 * a strike while nothing is sold proves nothing.
 * @param lanes Strike beside one another. Each breaks something once and mends it.
 */
export async function strikeAgain(
  context: FaultContext,
  lanes: readonly (() => Promise<void>)[],
): Promise<void> {
  let left = context.strikes ?? Number.POSITIVE_INFINITY
  await Promise.all(
    lanes.map(async (strike) => {
      while (!context.signal.aborted && left > 0) {
        left -= 1
        await strike()
        await context.nextSale()
      }
    }),
  )
}
