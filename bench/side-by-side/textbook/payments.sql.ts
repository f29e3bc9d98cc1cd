/**
 * The textbook's way to be paid: it reads what is to be paid, asks the provider without holding a
 * connection, and then confirms in one transaction that locks the event's row, as a purchase does.
 * What comes too late is refused and not sent back, and nothing expires: both to its advantage.
 */
import type { Pool, PoolClient } from 'pg'
import { LOCK, inTransaction } from './textbook.sql.ts'

/** An order that is to be paid. */
export interface Due {
  orderId: number
  eventId: number
  quantity: number
  amountCents: number
  currency: string
  createdAt: Date
}

const FIND_DUE = {
  name: 'find_due',
  text: `select o.event_id, o.quantity, o.total_price, o.created_at, e.currency
           from orders o join events e on e.id = o.event_id
          where o.id = $1 and o.user_id = $2`,
}

/** @returns Undefined when this user has no such order. */
export async function findDue(
  pool: Pool,
  { orderId, userId }: { orderId: number; userId: number },
): Promise<Due | undefined> {
  const { rows } = await pool.query<{
    event_id: string
    quantity: number
    total_price: string
    created_at: Date
    currency: string
  }>({ ...FIND_DUE, values: [orderId, userId] })
  const [row] = rows
  return (
    row && {
      orderId,
      eventId: Number(row.event_id),
      quantity: row.quantity,
      amountCents: Math.round(Number(row.total_price) * 100),
      currency: row.currency,
      createdAt: row.created_at,
    }
  )
}

/** After the lock, so it sees what the transaction before has committed. */
const LOOK = {
  name: 'look_at_paid',
  text: `select o.status, e.status = 'cancelled' as is_cancelled, o.hold_expires_at <= clock_timestamp() as is_over,
                (select array_agg(ticket_code order by id) from tickets where order_id = o.id) as codes
           from orders o join events e on e.id = o.event_id where o.id = $1`,
}

const CONFIRM = {
  name: 'confirm',
  text: `with paid as (
           update orders set status = 'CONFIRMED', confirmed_at = clock_timestamp() where id = $1
             returning id, user_id, event_id, ticket_type_id, quantity, total_price, confirmed_at
         ), of_event as (
           update event_inventory i set held = i.held - p.quantity, sold = i.sold + p.quantity
             from paid p where i.event_id = p.event_id
         ), of_type as (
           update inventory i set held = i.held - p.quantity, sold = i.sold + p.quantity
             from paid p where i.ticket_type_id = p.ticket_type_id
         ), of_payment as (
           insert into payments (order_id, event_id, user_id, amount, currency, status, attempt,
                                 payment_method, provider_ref, check_at)
             select id, event_id, user_id, total_price, $2, 'captured', 1, $3, $4, confirmed_at from paid
         ), booked as (
           insert into ledger (at, event_id, order_id, debit, credit, amount, currency)
             select confirmed_at, event_id, id, 'provider', 'sales', total_price, $2 from paid
         ), issued as (
           insert into tickets (order_id, event_id, ticket_code, issued_at)
             select id, event_id, code, confirmed_at from paid, unnest($5::text[]) as code
         )
         insert into outbox (topic, payload)
           select 'orders.placed', jsonb_build_object('event_id', event_id, 'order_ids', jsonb_build_array(id))
             from paid`,
}

interface Look {
  status: string
  is_cancelled: boolean
  is_over: boolean
  codes: string[] | null
}

/** @returns The codes of its tickets, the same ones every time, or the code of the refusal. */
export async function confirmPaid(
  pool: Pool,
  due: Due,
  paid: { paymentMethod: string; intentId: string; ticketCodes: string[] },
): Promise<string[] | string> {
  return await inTransaction(pool, async (client) => await confirm(client, due, paid))
}

async function confirm(
  client: PoolClient,
  { orderId, eventId, currency }: Due,
  paid: { paymentMethod: string; intentId: string; ticketCodes: string[] },
): Promise<string[] | string> {
  await client.query({ ...LOCK, values: [eventId] })
  const { rows } = await client.query<Look>({ ...LOOK, values: [orderId] })
  const [look] = rows
  if (look === undefined) return 'not_found'
  if (look.status === 'CONFIRMED') return look.codes ?? []
  if (look.is_cancelled) return 'event_cancelled'
  if (look.status !== 'PENDING' || look.is_over) return 'hold_expired'
  const { paymentMethod, intentId, ticketCodes } = paid
  await client.query({
    ...CONFIRM,
    values: [orderId, currency, paymentMethod, intentId, ticketCodes],
  })
  return ticketCodes
}
