/** The books after paid orders: the shop's agree with each other, and with the provider's. */
import type { BenchDatabase } from './bench-server.ts'

/** Money in cents. */
export interface PaidBooks {
  capacity: number
  sold: number
  held: number
  /** Counters of the ticket types. */
  soldByType: number
  confirmed: number
  /** Orders that are neither confirmed nor held. */
  cancelled: number
  pending: number
  /** Of the confirmed ones. */
  quantities: number
  tickets: number
  priceCents: number
  paymentsInFlight: number
  capturedCents: number
  ledgerSalesCents: number
  /** Transfers that are no capture of a granted order. */
  otherTransfers: number
  refunds: number
  /** Orders whose money was captured, each with how much. */
  captures: Map<number, number>
  /** Confirmed orders that have not exactly one captured payment and one transfer of what they cost. */
  unpaid: number
}

/** What the provider says that it captured, by the order that it was for. */
export type ProviderCaptures = {
  order_id: string | null
  amount: number
  amount_refunded: number
}[]

/** One moment of all tables. */
export async function readPaidBooks(database: BenchDatabase): Promise<PaidBooks> {
  return await database.use(async (db) => {
    const [counts] = await db.query<Omit<PaidBooks, 'captures'>>(COUNTS)
    const captures = await db.query<{ id: number; cents: number }>(
      `select order_id as id, (amount * 100)::bigint as cents from payments where status = 'captured'`,
    )
    return {
      ...(counts as PaidBooks),
      captures: new Map(captures.map(({ id, cents }) => [id, cents])),
    }
  })
}

const COUNTS = `
  select (select sum(capacity) from event_inventory)::bigint as capacity,
         (select sum(sold) from event_inventory)::bigint as sold,
         (select sum(held) from event_inventory)::bigint as held,
         (select sum(sold) from inventory)::bigint as "soldByType",
         o.*, p.*, l.*,
         (select count(*) from tickets where voided_at is null) as tickets,
         (select count(*) from refunds) as refunds
    from (select count(*) filter (where status = 'CONFIRMED') as confirmed,
                 count(*) filter (where status = 'PENDING') as pending,
                 count(*) filter (where status = 'CANCELLED') as cancelled,
                 coalesce(sum(quantity) filter (where status = 'CONFIRMED'), 0)::bigint as quantities,
                 coalesce(sum(total_price * 100) filter (where status = 'CONFIRMED'), 0)::bigint as "priceCents",
                 count(*) filter (where status = 'CONFIRMED' and (
                   not exists (select 1 from payments p where p.order_id = o.id
                                  and p.status = 'captured' and p.amount = o.total_price)
                   or 1 <> (select count(*) from ledger l where l.order_id = o.id
                               and l.debit = 'provider' and l.credit = 'sales' and l.amount = o.total_price)
                 )) as unpaid
            from orders o) o,
         (select count(*) filter (where is_in_flight(status)) as "paymentsInFlight",
                 coalesce(sum(amount * 100) filter (where status = 'captured'), 0)::bigint as "capturedCents"
            from payments) p,
         (select coalesce(sum(amount * 100) filter (where debit = 'provider' and credit = 'sales'), 0)::bigint as "ledgerSalesCents",
                 count(*) filter (where debit <> 'provider' or credit <> 'sales') as "otherTransfers"
            from ledger) l`

/**
 * @param expected.acknowledged Orders whose buyers were told that they are confirmed; nobody else asked.
 * @returns What does not fit, in words.
 */
export function faultsOfPaid(
  books: PaidBooks,
  provider: ProviderCaptures,
  expected: { acknowledged: number; ticketsPerOrder: number },
): string[] {
  const { captures, ...counts } = books
  const faults: string[] = []
  const { sold, capacity, tickets, quantities, soldByType, confirmed, capturedCents } = counts
  if (sold !== tickets || sold !== quantities || sold !== soldByType || sold > capacity) {
    faults.push(`the books disagree about tickets: ${JSON.stringify(counts)}`)
  }
  if (sold !== confirmed * expected.ticketsPerOrder) {
    faults.push(`${confirmed} orders sold ${sold} tickets`)
  }
  if (confirmed !== expected.acknowledged) {
    faults.push(`${expected.acknowledged} orders were acknowledged, ${confirmed} are confirmed`)
  }
  const leftovers = counts.held + counts.pending + counts.cancelled + counts.paymentsInFlight
  if (leftovers + counts.otherTransfers + counts.refunds > 0) {
    faults.push(`something is left open or went back: ${JSON.stringify(counts)}`)
  }
  if (
    counts.unpaid > 0 ||
    capturedCents !== counts.priceCents ||
    capturedCents !== counts.ledgerSalesCents
  ) {
    faults.push(`the books disagree about money: ${JSON.stringify(counts)}`)
  }
  return [...faults, ...faultsOfProvider(captures, provider)]
}

/** Each order is captured once on either side, and by the same amount. */
function faultsOfProvider(ours: Map<number, number>, provider: ProviderCaptures): string[] {
  const rest = new Map(ours)
  let wrong = 0
  for (const { order_id, amount, amount_refunded } of provider) {
    const orderId = Number(order_id)
    if (rest.get(orderId) !== amount || amount_refunded !== 0) wrong += 1
    rest.delete(orderId)
  }
  if (wrong + rest.size === 0) return []
  return [`the provider captured ${provider.length} payments, ${wrong} of them otherwise than the shop; the shop has ${rest.size} more`] // prettier-ignore
}
