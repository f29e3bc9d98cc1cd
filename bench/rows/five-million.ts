/** Whether an order costs more when millions were placed before it. */
import type { BenchDatabase } from '../side-by-side/bench-server.ts'
import { interleave } from '../side-by-side/interleave.ts'
import { faultsOfLoad } from '../side-by-side/purchases.ts'
import type { BenchContext, Row } from '../side-by-side/row.ts'
import { openSale } from './loads.ts'
import { fillWithSales } from './rows.sql.ts'

const SMALL = { orders: 10_000, users: 5_000 }
const LARGE = {
  quick: { orders: 500_000, users: 20_000 },
  full: { orders: 5_000_000, users: 100_000 },
}
const CONNECTIONS = 64
const QUANTITY = 1
const EVENTS = 1

export const fiveMillion: Row = {
  name: 'five-million',
  title: 'What an order costs after 5 million orders and 10 million tickets / after 10 thousand',
  goal: { ratio: 1.15, hope: 1.05, sense: 'at most' },
  isLong: true,
  async measure(context) {
    const { sale, template: small } = await openSale(context, { events: EVENTS })
    await using large = await context.server.copyDatabase(small)
    const past = context.options.isQuick ? LARGE.quick : LARGE.full
    await fill(context, small, SMALL)
    const filling = await fill(context, large, past)
    const measure = async (database: BenchDatabase) => {
      await using target = await context.startShop(database)
      const result = await context.load({
        ...{ target, connections: CONNECTIONS, server: context.server },
        requests: {
          ...{ method: 'POST', path: '/api/v1/orders', withKeys: true },
          tokens: sale.signTokens(),
          bodies: [sale.bodyFor(sale.eventIds[0] ?? 0, QUANTITY)],
        },
      })
      const { perSecond, cpu } = result
      const databaseUs = ((cpu.database ?? Number.NaN) / perSecond) * 1e6
      return { perSecond, databaseUs, faults: faultsOfLoad(result) }
    }
    const { after = [], before = [] } = await interleave(context, {
      after: async () => await measure(large),
      before: async () => {
        // A copy each time, so that it stays small; the large one grows by a few hundredths.
        await using database = await context.server.copyDatabase(small)
        return await measure(database)
      },
    })
    const costs = (of: 'perSecond' | 'databaseUs') =>
      after.map((each, n) => each[of] / (before[n]?.[of] ?? Number.NaN))
    return {
      ratios: costs('perSecond').map((ratio) => 1 / ratio),
      figures: {
        [`orders/s after ${past.orders}`]: after.map(({ perSecond }) => perSecond),
        [`orders/s after ${SMALL.orders}`]: before.map(({ perSecond }) => perSecond),
        [`µs of PostgreSQL an order after ${past.orders}`]: after.map(
          ({ databaseUs }) => databaseUs,
        ),
        [`µs of PostgreSQL an order after ${SMALL.orders}`]: before.map(({ databaseUs }) => databaseUs), // prettier-ignore
        'the same as a ratio': costs('databaseUs'),
        'filling s': [filling.seconds],
        'filled MiB': [filling.bytes / 1024 / 1024],
      },
      faults: [...after, ...before].flatMap(({ faults }) => faults),
    }
  },
}

async function fill(
  context: BenchContext,
  database: BenchDatabase,
  past: { orders: number; users: number },
): Promise<{ seconds: number; bytes: number }> {
  const startedAt = performance.now()
  const bytes = await fillWithSales(database, past)
  const seconds = (performance.now() - startedAt) / 1000
  context.log(`${past.orders} orders put into the tables in ${seconds.toFixed(0)} s: ${(bytes / 2 ** 20).toFixed(0)} MiB`) // prettier-ignore
  return { seconds, bytes }
}
