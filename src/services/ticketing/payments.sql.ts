/** Payments in flight, for whoever asks the provider what became of them. */
import type { OpenPayment } from '../../contracts/payment-under-way.ts'
import { centsFromNumeric } from '../../kernel/money.ts'
import type { Queryable } from '../../platform/postgres.ts'

/** As long as a payment is one caller's, once it is handed to them. */
const CLAIM_SECONDS = 5

interface OpenPaymentRow {
  order_id: number
  user_id: number
  event_id: number
  quantity: number
  amount: string
  currency: string
  attempt: number
  payment_method: string
  provider_ref: string | null
  is_waiting: boolean
  is_over: boolean
  is_cancelled: boolean
}

const OPEN_PAYMENT = `p.order_id, p.user_id, p.event_id, o.quantity, p.amount, p.currency,
  p.attempt, p.payment_method, p.provider_ref, e.status = 'cancelled' as is_cancelled,
  p.status = 'requires_action' as is_waiting,
  o.hold_expires_at <= clock_timestamp() or e.status = 'cancelled' as is_over`

const openPaymentOf = (row: OpenPaymentRow): OpenPayment => ({
  orderId: row.order_id,
  userId: row.user_id,
  eventId: row.event_id,
  quantity: row.quantity,
  amountCents: centsFromNumeric(row.amount),
  currency: row.currency,
  attempt: row.attempt,
  paymentMethod: row.payment_method,
  intentId: row.provider_ref ?? undefined,
  isWaiting: row.is_waiting,
  isOver: row.is_over,
  overReason: row.is_cancelled ? 'event_cancelled' : 'expired',
})

/**
 * Payments in flight that nobody has heard of for a while, and those whose order is over. Each is
 * handed to one caller, for some seconds.
 */
export async function claimOpenPayments(db: Queryable, limit: number): Promise<OpenPayment[]> {
  const rows = await db.query<OpenPaymentRow>(
    `with due as (
       select p.order_id from payments p
        where is_in_flight(p.status) and p.status in ('processing', 'requires_action')
          and p.check_at <= clock_timestamp()
        order by p.check_at limit $1 for update skip locked
     ), claimed as (
       update payments p set check_at = clock_timestamp() + make_interval(secs => $2)
        where p.order_id in (select order_id from due)
        returning *
     )
     select ${OPEN_PAYMENT}
       from claimed p join orders o on o.id = p.order_id join event_sale_terms e on e.event_id = p.event_id`,
    [limit, CLAIM_SECONDS],
  )
  return rows.map(openPaymentOf)
}

/** @returns The payment of an order, whatever became of it; undefined when there is none. */
export async function findPayment(
  db: Queryable,
  { orderId }: { orderId: number },
): Promise<(OpenPayment & { isInFlight: boolean }) | undefined> {
  const [row] = await db.query<OpenPaymentRow & { is_in_flight: boolean }>(
    `select ${OPEN_PAYMENT}, is_in_flight(p.status)
       from payments p join orders o on o.id = p.order_id join event_sale_terms e on e.event_id = p.event_id
      where p.order_id = $1`,
    [orderId],
  )
  return row && { ...openPaymentOf(row), isInFlight: row.is_in_flight }
}

/** The payments of these orders whose money is not booked yet, whether or not they are in flight. */
export async function findUnsettledPayments(
  db: Queryable,
  orderIds: readonly number[],
): Promise<OpenPayment[]> {
  if (orderIds.length === 0) return []
  const rows = await db.query<OpenPaymentRow>(
    `select ${OPEN_PAYMENT}
       from payments p join orders o on o.id = p.order_id join event_sale_terms e on e.event_id = p.event_id
      where p.order_id = any($1) and p.status not in ('captured', 'returned')`,
    [orderIds],
  )
  return rows.map(openPaymentOf)
}

/** @returns The organizer of an event that is cancelled; undefined when it is not. */
export async function findCancelledEvent(
  db: Queryable,
  eventId: number,
): Promise<number | undefined> {
  const [row] = await db.query<{ created_by: number }>(
    `select created_by from event_sale_terms where event_id = $1 and status = 'cancelled'`,
    [eventId],
  )
  return row?.created_by
}

/**
 * Has payments that wait for their buyer, who may not pay any more, ended now and not when they are
 * looked at next. Those that somebody is looking at are left to them.
 */
export async function endWaitingPayments(
  db: Queryable,
  orderIds: readonly number[],
): Promise<void> {
  await db.query(
    `update payments set check_at = clock_timestamp()
      where order_id = any($1) and status = 'requires_action'
        and check_at > clock_timestamp() + make_interval(secs => $2)`,
    [orderIds, CLAIM_SECONDS],
  )
}

/** Has the provider asked about it soon, if it is still in flight. */
export async function checkPaymentSoon(db: Queryable, orderId: number): Promise<void> {
  await db.query(
    `update payments set check_at = clock_timestamp()
      where order_id = $1 and is_in_flight(status) and check_at > clock_timestamp()`,
    [orderId],
  )
}
