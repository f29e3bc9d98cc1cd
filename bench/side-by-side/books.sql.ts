/** The books after a run: everything that was answered is in them, and they agree. */
import type { BenchDatabase } from './bench-server.ts'

export interface Books {
  /** Counters of the events. */
  sold: number
  held: number
  /** Counters of their ticket types. */
  soldByType: number
  heldByType: number
  orders: number
  /** Sum of the orders' quantities. */
  quantities: number
  tickets: number
  /** Messages that the relay has turned into jobs, those still there. */
  jobs: number
}

/** One moment of all tables. */
export async function readBooks(database: BenchDatabase): Promise<Books> {
  const rows = await database.use(
    async (db) =>
      await db.query<Books>(
        `select (select sum(sold) from event_inventory)::bigint as sold,
                (select sum(held) from event_inventory)::bigint as held,
                (select sum(sold) from inventory)::bigint as "soldByType",
                (select sum(held) from inventory)::bigint as "heldByType",
                (select count(*) from orders) as orders,
                (select coalesce(sum(quantity), 0) from orders)::bigint as quantities,
                (select count(*) from tickets) as tickets,
                (select count(*) from jobs) as jobs`,
      ),
  )
  return rows[0] as Books
}

/**
 * @param expected.acknowledged Orders that were answered.
 * @param expected.cutOffMax Orders that may be there besides, as their answers were not awaited.
 * @param expected.isHeld Nothing was sold, it was held.
 * @returns What does not fit, in words.
 */
export function faultsOf(
  books: Books,
  expected: {
    acknowledged: number
    cutOffMax: number
    ticketsPerOrder: number
    hasTypes: boolean
    isHeld?: boolean
  },
): string[] {
  const { acknowledged, cutOffMax, ticketsPerOrder, hasTypes, isHeld = false } = expected
  const { sold, held, soldByType, heldByType, orders, quantities, tickets } = books
  const [taken, takenByType] = isHeld ? [held, heldByType] : [sold, soldByType]
  const faults: string[] = []
  if (
    (isHeld ? sold : held) !== 0 ||
    sold !== tickets ||
    taken !== quantities ||
    (hasTypes && taken !== takenByType)
  ) {
    faults.push(`the books disagree: ${JSON.stringify(books)}`)
  }
  if (taken !== orders * ticketsPerOrder) faults.push(`${orders} orders took ${taken} tickets`)
  if (orders < acknowledged || orders > acknowledged + cutOffMax) {
    faults.push(`${acknowledged} orders were acknowledged, ${orders} are in the books`)
  }
  return faults
}
