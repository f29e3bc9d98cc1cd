/** Whether sales on many events at once go as fast as the one that everybody wants. */
import { seededRandom } from '../onsale/random.ts'
import { interleave } from '../side-by-side/interleave.ts'
import type { BenchContext, Row } from '../side-by-side/row.ts'
import { type Measurement, faultsOfLoad } from '../side-by-side/purchases.ts'
import { openSale } from './loads.ts'

const EVENTS = 1_000
const CONNECTIONS = 64
/** No multiple of the number of buyers, so that each meets another event every time. */
const BODIES = 19_937
const QUANTITY = 2

export const thousandEvents: Row = {
  name: 'thousand-events',
  title: 'Orders a second, each on another of 1,000 events / all on one, 64 connections',
  async measure(context) {
    const arena = await openSale(context, { events: EVENTS })
    const { eventIds } = arena.sale
    const random = seededRandom(context.options.seed)
    const many = Array.from({ length: BODIES }, () => eventIds[random.integer(0, EVENTS - 1)] ?? 0)
    const { thousand = [], one = [] } = await interleave(context, {
      thousand: async () => await measure(context, arena, many),
      one: async () => await measure(context, arena, eventIds.slice(0, 1)),
    })
    const ratios = thousand.map(({ perSecond }, n) => perSecond / (one[n]?.perSecond ?? Number.NaN))
    return {
      ratios,
      figures: {
        'orders/s on 1,000 events': thousand.map(({ perSecond }) => perSecond),
        'orders/s on one event': one.map(({ perSecond }) => perSecond),
        'p99 ms on 1,000 events': thousand.map(({ p99Ms = Number.NaN }) => p99Ms),
        'p99 ms on one event': one.map(({ p99Ms = Number.NaN }) => p99Ms),
      },
      faults: [...thousand, ...one].flatMap(({ faults }) => faults),
      details: { thousand, one },
    }
  },
}

async function measure(
  context: BenchContext,
  { template, sale }: Awaited<ReturnType<typeof openSale>>,
  eventIds: readonly number[],
): Promise<Measurement> {
  await using database = await context.server.copyDatabase(template)
  await using target = await context.startShop(database)
  const result = await context.load({
    ...{ target, connections: CONNECTIONS, server: context.server },
    requests: {
      ...{ method: 'POST', path: '/api/v1/orders', withKeys: true },
      tokens: sale.signTokens(),
      bodies: eventIds.map((id) => sale.bodyFor(id, QUANTITY)),
    },
  })
  const { perSecond, p50Ms, p99Ms, cpu } = result
  return { perSecond, p50Ms, p99Ms, faults: faultsOfLoad(result), details: { cpu, p50Ms } }
}
