/** What the database and the provider have of a sale, every sum taken from the rows. */
import type { Queryable } from '../../src/platform/postgres.ts'
import type { FakeProvider } from './fake-provider.ts'

interface OrderRow {
  orderId: number
  status: string
  reason: string | null
  payment: string | null
  liveTickets: number
}

interface SaleRow {
  held: number
  sold: number
  heldByType: number[]
  soldByType: number[]
  sales: string
  provider: string
  refundsDue: string
  orders: OrderRow[]
}

/** In one statement, and so in one snapshot. */
const SALE = `
  select i.held, i.sold, t.held as "heldByType", t.sold as "soldByType",
         l.sales, l.provider, l.refunds_due as "refundsDue", coalesce(o.orders, '[]') as orders
    from event_inventory i
   cross join lateral (
     select array_agg(held order by ticket_type_id) as held, array_agg(sold order by ticket_type_id) as sold
       from inventory where event_id = i.event_id
   ) t
   cross join lateral (
     select coalesce(sum(case when credit = 'sales' then amount when debit = 'sales' then -amount end), 0) as sales,
            coalesce(sum(case when debit = 'provider' then amount when credit = 'provider' then -amount end), 0) as provider,
            coalesce(sum(case when credit = 'refunds_due' then amount when debit = 'refunds_due' then -amount end), 0) as refunds_due
       from ledger where event_id = i.event_id
   ) l
   cross join lateral (
     select json_agg(json_build_object(
              'orderId', o.id, 'status', o.status, 'reason', o.reason, 'payment', p.status,
              'liveTickets', (select count(*) from tickets k where k.order_id = o.id and k.voided_at is null)
            ) order by o.id) as orders
       from orders o left join payments p on p.order_id = o.id where o.event_id = i.event_id
   ) o
   where i.event_id = $1`

export async function readSale(
  db: Queryable,
  provider: FakeProvider,
  eventId: number,
): Promise<object> {
  const [row] = await db.query<SaleRow>(SALE, [eventId])
  if (row === undefined) throw new Error(`no event ${eventId}`)
  const { sales, provider: atUs, refundsDue, ...rest } = row
  const cents = (amount: string) => Math.round(Number(amount) * 100)
  const intents = row.orders.flatMap(({ orderId }) => provider.intentOf(orderId) ?? [])
  return {
    ...rest,
    salesCents: cents(sales),
    providerCents: cents(atUs),
    refundsDueCents: cents(refundsDue),
    atProviderCents: intents.reduce(
      (sum, each) => sum + each.capturedCents - each.refundedCents,
      0,
    ),
  }
}

export async function findOrders(db: Queryable, eventId: number): Promise<number[]> {
  const rows = await db.query<{ id: number }>('select id from orders where event_id = $1', [
    eventId,
  ])
  return rows.map(({ id }) => id)
}

/** @returns The code of a ticket of this order that was not taken back. */
export async function findLiveTicket(db: Queryable, orderId: number): Promise<string> {
  const [ticket] = await db.query<{ ticket_code: string }>(
    'select ticket_code from tickets where order_id = $1 and voided_at is null limit 1',
    [orderId],
  )
  if (ticket === undefined) throw new Error(`order ${orderId} has no live ticket`)
  return ticket.ticket_code
}

/** The recovery works only when a step says so. What it is told to do now it does all the same. */
export async function keepRecoveryAway(db: Queryable, eventId: number): Promise<void> {
  await db.query(
    `update payments set check_at = check_at + interval '1 hour'
      where event_id = $1
        and check_at between clock_timestamp() and clock_timestamp() + interval '30 seconds'`,
    [eventId],
  )
}
