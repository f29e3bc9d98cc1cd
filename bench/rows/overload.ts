/** What the shop does when three times as many want to buy as it can sell to. */
import type { BenchContext, Row } from '../side-by-side/row.ts'
import type { Sale } from '../side-by-side/sale.ts'
import type { Target } from '../side-by-side/target.ts'
import { faultsOf, readBooks } from '../side-by-side/books.sql.ts'
import { runClosedLoop } from './closed-loop.ts'
import { connectTo, openSale, purchaseTexts, readMetrics } from './loads.ts'
import { type Answers, type OpenLoopResult, type Tally, runOpenLoop } from './open-loop.ts'
import type { Client } from '../onsale/client.ts'

const TIMES = 3
const SECONDS = { quick: 5, full: 20 }
/** The best is looked for with as many at once as batches can be large, and with four times that. */
const BEST_CONNECTIONS = [256, 1_024]
const NORMAL_SHARE = 0.3
const NORMAL_SECONDS = 3
const BACK_WITHIN_SECONDS = 10
const BACK_FACTOR = 2
/** More than the shop lets wait and the answers that are on their way, or fewer would be offered. */
const CONNECTIONS = 12_000
/** So many may wait for a free connection; more were not offered to the shop. */
const QUEUED_MAX = 100
const MIB = 1024 * 1024
const TICKETS_PER_ORDER = 2
/** Enough that nobody is drawn again while the earlier order still waits. */
const USERS = 60_000

export const overload: Row = {
  name: 'overload',
  title: 'Orders a second when three times as many are asked for / the best of the same shop',
  goal: { ratio: 0.8, sense: 'at least' },
  async measure(context) {
    const { template, sale } = await openSale(context, { events: 1, users: USERS })
    await using database = await context.server.copyDatabase(template)
    await using target = await context.startShop(database)
    const shop: Shop = { context, target, sale, acknowledged: 0, runs: 0 }
    const best = await findBest(shop)

    using client = await connectTo(target, CONNECTIONS)
    const normal = await load(shop, client, best * NORMAL_SHARE, NORMAL_SECONDS)
    const normalP99 = placed(normal).fromSent.percentileMs(0.99)
    const before = (await readMetrics(target))('process_resident_memory_bytes')
    const { isQuick } = context.options
    const rush = await load(shop, client, best * TIMES, isQuick ? SECONDS.quick : SECONDS.full)
    const after = (await readMetrics(target))('process_resident_memory_bytes')
    const backAfter = await awaitNormal(shop, client, { rate: best * NORMAL_SHARE, normalP99 })

    const tally = tallyOf(rush)
    const shed = [429, 503].flatMap((status) => tally.byStatus.get(status) ?? [])
    const accepted = placed(rush)
    const goodput = accepted.inTime / rush.seconds
    const books = await readBooks(database)
    return {
      ratios: [goodput / best],
      figures: {
        'orders/s at best': [best],
        'orders/s in the rush': [goodput],
        'offered/s in the rush': [tally.sent / rush.seconds],
        'offered, times the best': [tally.sent / rush.seconds / best],
        'cores of the generator': [rush.generatorCores],
        'p99 ms of placed orders (2,000 allowed)': [accepted.fromSent.percentileMs(0.99)],
        'p99 ms of refusals (50 allowed)': [p99OfAll(shed)],
        'refusals/s': [shed.reduce((sum, { inTime }) => sum + inTime, 0) / rush.seconds],
        'memory after / before (1.2 allowed)': [after / before],
        'resident MiB before': [before / MIB],
        'p99 ms of normal load before': [normalP99],
        's until it is back within twice that (10 allowed)': [backAfter],
      },
      faults: [
        ...faultsOfRush(tally, shed),
        ...faultsOf(books, {
          acknowledged: shop.acknowledged,
          cutOffMax: tally.lost,
          ticketsPerOrder: TICKETS_PER_ORDER,
          hasTypes: true,
        }),
      ],
      details: {
        wanted: tally.due,
        sent: tally.sent,
        connections: CONNECTIONS,
        p50MsOfRefusals: shed.map(({ fromSent }) => fromSent.percentileMs(0.5)),
      },
    }
  },
}

interface Shop {
  context: BenchContext
  target: Target
  sale: Sale
  /** Orders that were answered with 201, over all loads. */
  acknowledged: number
  runs: number
}

async function findBest(shop: Shop): Promise<number> {
  const { context, target, sale } = shop
  let best = 0
  for (const connections of BEST_CONNECTIONS) {
    using client = await connectTo(target, connections)
    for (const seconds of [context.options.warmUpSeconds, context.options.seconds]) {
      const text = purchaseTexts({ target, sale, seed: context.options.seed, run: nextRun(shop) })
      const { byStatus, placed } = await runClosedLoop({ client, connections, seconds, text })
      shop.acknowledged += placed
      best = Math.max(best, (byStatus.get(201) ?? 0) / seconds)
    }
  }
  return best
}

async function load(
  shop: Shop,
  client: Client,
  ratePerSecond: number,
  seconds: number,
): Promise<OpenLoopResult> {
  const { context, target, sale } = shop
  const { seed } = context.options
  const text = purchaseTexts({ target, sale, seed, run: nextRun(shop) })
  const result = await runOpenLoop({
    ...{ client, seconds, seed, queuedMax: QUEUED_MAX },
    streams: [{ name: 'order', ratePerSecond, text }],
  })
  shop.acknowledged += tallyOf(result).byStatus.get(201)?.count ?? 0
  return result
}

/** @returns After how many seconds the last second was as good as before; Infinity is never. */
async function awaitNormal(
  shop: Shop,
  client: Client,
  normal: { rate: number; normalP99: number },
): Promise<number> {
  for (let second = 1; second <= BACK_WITHIN_SECONDS; second += 1) {
    const result = await load(shop, client, normal.rate, 1)
    const p99 = placed(result).fromSent.percentileMs(0.99)
    if (tallyOf(result).byStatus.size === 1 && p99 <= normal.normalP99 * BACK_FACTOR) return second
  }
  return Number.POSITIVE_INFINITY
}

const nextRun = (shop: Shop): string => `run-${(shop.runs += 1)}`

function tallyOf({ tallies }: OpenLoopResult): Tally {
  return tallies.get('order') as Tally
}

function placed(result: OpenLoopResult): Answers {
  const answers = tallyOf(result).byStatus.get(201)
  if (answers === undefined) throw new Error('nobody could buy anything')
  return answers
}

/** The worst of them, where there are several kinds; 0 when nobody was refused. */
const p99OfAll = (kinds: Answers[]): number =>
  Math.max(0, ...kinds.map(({ fromSent }) => fromSent.percentileMs(0.99)))

function faultsOfRush(tally: Tally, shed: Answers[]): string[] {
  const faults = [...tally.byStatus]
    .filter(([status]) => ![201, 429, 503].includes(status))
    .map(([status, { count }]) => `${count} were answered ${status}`)
  const silent = shed.reduce((sum, { withoutRetryAfter }) => sum + withoutRetryAfter, 0)
  if (silent > 0) faults.push(`${silent} were refused without a Retry-After`)
  if (tally.lost > 0) faults.push(`${tally.lost} were never answered`)
  return faults
}
