/** How long people wait on an ordinary evening, from the moment they click. */
import type { Row } from '../side-by-side/row.ts'
import { browseTexts, connectTo, openSale, purchaseTexts } from './loads.ts'
import { type Tally, runOpenLoop } from './open-loop.ts'

const BROWSES_PER_SECOND = 300
const ORDERS_PER_SECOND = 50
const BROWSE_P95_MS = 200
const ORDER_P99_MS = 2_000
const SECONDS = { quick: 15, full: 300 }
const CONNECTIONS = 256
const EVENTS = 100

export const latency: Row = {
  name: 'latency',
  title: `Of the time allowed (browsing p95 ${BROWSE_P95_MS} ms, orders p99 ${ORDER_P99_MS} ms), how much is taken at ${BROWSES_PER_SECOND} visits and ${ORDERS_PER_SECOND} orders a second`,
  goal: { ratio: 1, sense: 'at most' },
  async measure(context) {
    const { isQuick, seed } = context.options
    const { template, sale } = await openSale(context, { events: EVENTS })
    await using database = await context.server.copyDatabase(template)
    await using target = await context.startShop(database)
    using client = await connectTo(target, CONNECTIONS)
    const load = async (seconds: number, run: string) =>
      await runOpenLoop({
        ...{ client, seconds, seed },
        streams: [
          { name: 'browse', ratePerSecond: BROWSES_PER_SECOND, text: browseTexts(target, sale) },
          {
            name: 'order',
            ratePerSecond: ORDERS_PER_SECOND,
            text: purchaseTexts({ target, sale, seed, run }),
          },
        ],
      })
    await load(context.options.warmUpSeconds, 'warm-up')
    const { tallies, generatorCores } = await load(isQuick ? SECONDS.quick : SECONDS.full, 'measured') // prettier-ignore
    const browse = figuresOf(tallies.get('browse'), 200)
    const order = figuresOf(tallies.get('order'), 201)
    return {
      ratios: [Math.max(browse.p95 / BROWSE_P95_MS, order.p99 / ORDER_P99_MS)],
      figures: {
        ...{ 'browse p50 ms': [browse.p50], 'browse p95 ms': [browse.p95] },
        ...{ 'browse p99 ms': [browse.p99], 'order p50 ms': [order.p50] },
        ...{ 'order p95 ms': [order.p95], 'order p99 ms': [order.p99] },
        ...{ 'visits answered': [browse.count], 'orders placed': [order.count] },
      },
      faults: [...browse.faults, ...order.faults],
      details: { generatorCores },
    }
  },
}

/** From when each request was due. Whatever is not `status`, or did not come, is a fault. */
function figuresOf(tally: Tally | undefined, status: number) {
  const good = tally?.byStatus.get(status)
  const percentile = (share: number) => good?.fromDue.percentileMs(share) ?? Number.NaN
  const bad = [...(tally?.byStatus ?? [])].filter(([each]) => each !== status)
  const faults = bad.map(([each, { count }]) => `${count} were answered ${each}`)
  if (tally === undefined || tally.lost > 0) faults.push(`${tally?.lost ?? 0} were never answered`)
  // What had no free connection at the very end was not late.
  return {
    ...{ p50: percentile(0.5), p95: percentile(0.95), p99: percentile(0.99) },
    count: good?.count ?? 0,
    faults,
  }
}
