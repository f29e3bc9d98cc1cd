/** Orders and tickets as their buyers see them. */
import { centsFromNumeric } from '../../kernel/money.ts'
import type { Queryable, Transaction } from '../../platform/postgres.ts'

export interface Order {
  orderId: number
  userId: number
  eventId: number
  quantity: number
  totalPriceCents: number
  status: 'PENDING' | 'CONFIRMED' | 'CANCELLED'
  createdAt: Date
  ticketCodes: string[]
}

interface OrderRow {
  id: number
  user_id: number
  event_id: number
  quantity: number
  total_price: string
  status: Order['status']
  created_at: Date
  ticket_codes: string[] | null
}

const ORDER_COLUMNS = `o.id, o.user_id, o.event_id, o.quantity, o.total_price, o.status, o.created_at,
  (select array_agg(t.ticket_code order by t.id) from tickets t
    where t.order_id = o.id and t.voided_at is null) as ticket_codes`

const orderOf = (row: OrderRow): Order => ({
  orderId: row.id,
  userId: row.user_id,
  eventId: row.event_id,
  quantity: row.quantity,
  totalPriceCents: centsFromNumeric(row.total_price),
  status: row.status,
  createdAt: row.created_at,
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
    `select (held + sold > 0) or exists (select 1 from orders where event_id = $1) as found
       from event_inventory where event_id = $1`,
    [eventId],
  )
  return rows[0]?.found ?? false
}
