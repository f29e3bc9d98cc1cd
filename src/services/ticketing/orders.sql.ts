/** Orders and tickets as their buyers see them. */
import { centsFromNumeric } from '../../kernel/money.ts'
import type { Queryable, Transaction } from '../../platform/postgres.ts'
import type { NextAction } from '../../contracts/payment-under-way.ts'
import type { PaymentStatus } from './order-state.ts'

export interface Order {
  orderId: number
  userId: number
  eventId: number
  /** All tickets of an order are of one. */
  ticketTypeId: number
  quantity: number
  totalPriceCents: number
  status: 'PENDING' | 'CONFIRMED' | 'CANCELLED'
  createdAt: Date
  /** Of one that is PENDING: until when. */
  expiresAt: Date | undefined
  /** Why it is CANCELLED. */
  reason: string | undefined
  /** What its buyer has to do before its payment goes on. */
  nextAction: NextAction | undefined
  /** How its last payment stands; undefined when none was tried. */
  payment: { status: PaymentStatus; method: string; declineCode: string | undefined } | undefined
  /** What its voided tickets cost. */
  refundedCents: number
  /** Those that are good. */
  ticketCodes: string[]
}

interface OrderRow {
  id: number
  user_id: number
  event_id: number
  ticket_type_id: number
  quantity: number
  total_price: string
  status: Order['status']
  created_at: Date
  expires_at: Date | null
  reason: string | null
  next_action: NextAction | null
  payment_status: PaymentStatus | null
  payment_method: string | null
  decline_code: string | null
  voided: number
  ticket_codes: string[] | null
}

const ORDER_COLUMNS = `o.id, o.user_id, o.event_id, o.ticket_type_id, o.quantity, o.total_price, o.status,
  o.created_at,
  case o.status when 'PENDING' then o.hold_expires_at end as expires_at, o.reason,
  (select p.next_action from payments p
    where p.order_id = o.id and p.status = 'requires_action' and o.status = 'PENDING') as next_action,
  (select p.status from payments p where p.order_id = o.id) as payment_status,
  (select p.payment_method from payments p where p.order_id = o.id) as payment_method,
  (select p.decline_code from payments p where p.order_id = o.id) as decline_code,
  (select count(*) from tickets t where t.order_id = o.id and t.refund_id is not null) as voided,
  (select array_agg(t.ticket_code order by t.id) from tickets t
    where t.order_id = o.id and t.voided_at is null) as ticket_codes`

const orderOf = (row: OrderRow): Order => ({
  orderId: row.id,
  userId: row.user_id,
  eventId: row.event_id,
  ticketTypeId: row.ticket_type_id,
  quantity: row.quantity,
  totalPriceCents: centsFromNumeric(row.total_price),
  status: row.status,
  createdAt: row.created_at,
  expiresAt: row.expires_at ?? undefined,
  reason: row.reason ?? undefined,
  nextAction: row.next_action ?? undefined,
  payment:
    row.payment_status === null || row.payment_method === null
      ? undefined
      : {
          status: row.payment_status,
          method: row.payment_method,
          declineCode: row.decline_code ?? undefined,
        },
  refundedCents: (centsFromNumeric(row.total_price) / row.quantity) * row.voided,
  ticketCodes: row.ticket_codes ?? [],
})

/** Where a page of orders ended: the creation time as PostgreSQL writes it, and the id. */
export type OrderPosition = [createdAt: string, orderId: number]

/** A user's orders, newest first, from after `after`. */
export async function findOrdersOf(
  db: Queryable,
  userId: number,
  page: { limit: number; after: OrderPosition | undefined },
): Promise<(Order & { position: OrderPosition })[]> {
  const rows = await db.query<OrderRow & { exact_time: string }>(
    `select ${ORDER_COLUMNS}, o.created_at::text as exact_time
       from orders o
      where o.user_id = $1
        and ($2::timestamptz is null or (o.created_at, o.id) < ($2, $3::bigint))
      order by o.created_at desc, o.id desc
      limit $4`,
    [userId, page.after?.[0] ?? null, page.after?.[1] ?? null, page.limit],
  )
  return rows.map((row) => ({ ...orderOf(row), position: [row.exact_time, row.id] }))
}

/** A hold that can still be paid. */
export interface OpenHold {
  orderId: number
  eventId: number
  quantity: number
  expiresAt: Date
}

/** What somebody holds and has not paid, the first to end first. */
export async function findOpenHolds(
  db: Queryable,
  userId: number,
  limit: number,
): Promise<OpenHold[]> {
  const rows = await db.query<{
    id: number
    event_id: number
    quantity: number
    hold_expires_at: Date
  }>(
    `select id, event_id, quantity, hold_expires_at from orders
      where user_id = $1 and status = 'PENDING' and hold_expires_at > clock_timestamp()
      order by hold_expires_at, id limit $2`,
    [userId, limit],
  )
  return rows.map((row) => ({
    orderId: row.id,
    eventId: row.event_id,
    quantity: row.quantity,
    expiresAt: row.hold_expires_at,
  }))
}

/** @returns Undefined when there is no such order. */
export async function findOrder(db: Queryable, orderId: number): Promise<Order | undefined> {
  const rows = await db.query<OrderRow>(`select ${ORDER_COLUMNS} from orders o where o.id = $1`, [
    orderId,
  ])
  return rows[0] && orderOf(rows[0])
}

export interface Ticket {
  ticketCode: string
  orderId: number
  eventId: number
  issuedAt: Date
  isValid: boolean
  /** Whose it is. */
  userId: number
}

/** @returns Undefined when there is no such ticket. */
export async function findTicket(db: Queryable, ticketCode: string): Promise<Ticket | undefined> {
  const rows = await db.query<{
    order_id: number
    event_id: number
    issued_at: Date
    is_valid: boolean
    user_id: number
  }>(
    `select t.order_id, t.event_id, t.issued_at, o.user_id,
            t.voided_at is null and o.status = 'CONFIRMED' as is_valid
       from tickets t join orders o on o.id = t.order_id
      where t.ticket_code = $1`,
    [ticketCode],
  )
  const row = rows[0]
  if (row === undefined) return undefined
  return {
    ticketCode,
    orderId: row.order_id,
    eventId: row.event_id,
    issuedAt: row.issued_at,
    isValid: row.is_valid,
    userId: row.user_id,
  }
}

/** Whether anybody ever ordered, whatever became of it. Call it under the event's lock. */
export async function hasOrders(tx: Transaction, eventId: number): Promise<boolean> {
  const rows = await tx.query<{ found: boolean }>(
    // The stock row tells without a search: what is sold or held was ordered.
    `select (held + sold > 0) or exists (select 1 from orders where event_id + 0 = $1) as found
       from event_inventory where event_id = $1`,
    [eventId],
  )
  return rows[0]?.found ?? false
}

/** An order, and what giving its tickets back depends on. */
export interface RefundableOrder {
  orderId: number
  eventId: number
  userId: number
  status: Order['status']
  organizerId: number
  /** Buyers may give their tickets back themselves, because the event was postponed. */
  mayBuyerRefund: boolean
  tickets: { id: number; ticketCode: string; isVoid: boolean }[]
}

/** @returns Undefined when there is no such order. */
export async function findRefundableOrder(
  db: Queryable,
  orderId: number,
): Promise<RefundableOrder | undefined> {
  const [row] = await db.query<{
    event_id: number
    user_id: number
    status: Order['status']
    created_by: number
    may_buyer_refund: boolean
  }>(
    `select o.event_id, o.user_id, o.status, e.created_by,
            coalesce(e.refund_until > clock_timestamp(), false) as may_buyer_refund
       from orders o join event_sale_terms e on e.event_id = o.event_id
      where o.id = $1`,
    [orderId],
  )
  if (row === undefined) return undefined
  const tickets = await db.query<{ id: number; ticket_code: string; is_void: boolean }>(
    `select id, ticket_code, voided_at is not null as is_void
       from tickets where order_id = $1 order by id`,
    [orderId],
  )
  return {
    orderId,
    eventId: row.event_id,
    userId: row.user_id,
    status: row.status,
    organizerId: row.created_by,
    mayBuyerRefund: row.may_buyer_refund,
    tickets: tickets.map((ticket) => ({
      id: ticket.id,
      ticketCode: ticket.ticket_code,
      isVoid: ticket.is_void,
    })),
  }
}

/** Live orders of an event, from after `afterOrderId` on. */
export async function findLiveOrders(
  db: Queryable,
  page: { eventId: number; afterOrderId: number; limit: number },
): Promise<{ orderId: number; status: 'PENDING' | 'CONFIRMED' }[]> {
  const rows = await db.query<{ id: number; status: 'PENDING' | 'CONFIRMED' }>(
    `select id, status from orders
      where event_id + 0 = $1 and id > $2 and status <> 'CANCELLED' order by id limit $3`,
    [page.eventId, page.afterOrderId, page.limit],
  )
  return rows.map((row) => ({ orderId: row.id, status: row.status }))
}

/** Cancelled events that have something to give back. */
export async function findEventsToUndo(db: Queryable): Promise<number[]> {
  const rows = await db.query<{ event_id: number }>(
    `select e.event_id from event_sale_terms e join event_inventory i on i.event_id = e.event_id
      where e.status = 'cancelled' and i.held + i.sold > 0 order by e.event_id`,
  )
  return rows.map((row) => row.event_id)
}

/** The codes of the tickets that a refund took back. */
export async function findTicketsOfRefund(db: Queryable, refundId: number): Promise<string[]> {
  const rows = await db.query<{ ticket_code: string }>(
    `select ticket_code from tickets where refund_id = $1 order by id`,
    [refundId],
  )
  return rows.map((row) => row.ticket_code)
}
