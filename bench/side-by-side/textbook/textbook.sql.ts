/**
 * The textbook's way to sell, as well as it can be done: one transaction per request that locks the
 * event's row, looks, then writes. Three round trips while the lock is held: what must be seen after
 * the lock in one, all that is written in another, and the commit. Every statement is prepared.
 */
import type { Pool, PoolClient } from 'pg'

export interface Purchase {
  userId: number
  eventId: number
  ticketTypeId: number | null
  quantity: number
  idempotencyKey: string | null
  digest: Buffer | null
  ticketCodes: string[]
  /** Kept until it is paid; otherwise it must be free, and is CONFIRMED. */
  isPending: boolean
  /** Asked for as a hold. */
  isHold: boolean
}

export interface Sold {
  orderId: string
  amountCents: number
  currency: string
  createdAt: Date
  /** Null for what never had to be paid. */
  expiresAt: Date | null
  ticketCodes: string[]
  isReplay: boolean
}

export const LOCK = {
  name: 'lock',
  text: 'select capacity - held - sold as remaining from event_inventory where event_id = $1 for update',
}

/** After the lock, so it sees what the transaction before has committed. */
const LOOK = {
  name: 'look',
  text: `select sale_refusal(e, clock_timestamp()) as closed, e.max_per_user as max, e.hold_seconds, e.currency,
                t.id as type_id,
                t.price, i.capacity - i.held - i.sold as type_remaining,
                (select coalesce(sum(o.quantity), 0)::int from orders o
                  where o.user_id = $2 and o.event_id = $1 and o.status <> 'CANCELLED') as has,
                (select o.id from orders o
                  where o.user_id = $2 and o.idempotency_key = $4) as before_id,
                (select o.request_digest = $5 from orders o
                  where o.user_id = $2 and o.idempotency_key = $4) as is_same
           from events e
           join ticket_types t on t.event_id = e.id and ($3::bigint is null or t.id = $3)
           join inventory i on i.ticket_type_id = t.id
          where e.id = $1`,
}

const WRITE = {
  name: 'write',
  text: `with of_event as (
           update event_inventory set sold = sold + $3 where event_id = $1
         ), of_type as (
           update inventory set sold = sold + $3 where ticket_type_id = $4
         ), placed as (
           insert into orders (user_id, event_id, ticket_type_id, quantity, total_price, status,
                               created_at, confirmed_at, idempotency_key, request_digest)
             values ($2, $1, $4, $3, $5::numeric * $3, 'CONFIRMED', clock_timestamp(),
                     clock_timestamp(), $6, $7)
             returning id, total_price, created_at, hold_expires_at
         ), issued as (
           insert into tickets (order_id, event_id, ticket_code, issued_at)
             select placed.id, $1, code, placed.created_at from placed, unnest($8::text[]) as code
         ), told as (
           insert into outbox (topic, payload)
             select 'orders.placed', jsonb_build_object('event_id', $1::bigint, 'order_ids', jsonb_build_array(id))
               from placed
         )
         select id, total_price, created_at, hold_expires_at from placed`,
}

const HOLD = {
  name: 'hold',
  text: `with of_event as (
           update event_inventory set held = held + $3 where event_id = $1
         ), of_type as (
           update inventory set held = held + $3 where ticket_type_id = $4
         )
         insert into orders (user_id, event_id, ticket_type_id, quantity, total_price, status,
                             created_at, is_hold, hold_expires_at, idempotency_key, request_digest)
           values ($2, $1, $4, $3, $5::numeric * $3, 'PENDING', clock_timestamp(), $8,
                   clock_timestamp() + make_interval(secs => $9), $6, $7)
           returning id, total_price, created_at, hold_expires_at`,
}

const REPLAY = {
  name: 'replay',
  text: `select total_price, created_at, hold_expires_at,
                (select currency from events e where e.id = o.event_id) as currency,
                (select array_agg(ticket_code order by id) from tickets where order_id = o.id) as codes
           from orders o where o.id = $1`,
}

interface Look {
  closed: string | null
  max: number
  hold_seconds: number
  currency: string
  type_id: string
  price: string
  type_remaining: number
  has: number
  before_id: string | null
  is_same: boolean | null
}

interface Written {
  id: string
  total_price: string
  created_at: Date
  hold_expires_at: Date | null
}

const centsOf = (price: string): number => Math.round(Number(price) * 100)

/** @returns The order, or the code of the refusal. */
export async function buy(pool: Pool, purchase: Purchase): Promise<Sold | string> {
  return await inTransaction(pool, async (client) => await decide(client, purchase))
}

/** Rolled back when the answer is the code of a refusal. */
export async function inTransaction<Answer>(
  pool: Pool,
  body: (client: PoolClient) => Promise<Answer | string>,
): Promise<Answer | string> {
  const client = await pool.connect()
  try {
    await client.query('begin')
    const answer = await body(client)
    await client.query(typeof answer === 'string' ? 'rollback' : 'commit')
    client.release()
    return answer
  } catch (error) {
    client.release(error as Error)
    throw error
  }
}

async function decide(client: PoolClient, purchase: Purchase): Promise<Sold | string> {
  const { userId, eventId, ticketTypeId, quantity, idempotencyKey, digest, ticketCodes } = purchase
  const stock = await client.query<{ remaining: number }>({ ...LOCK, values: [eventId] })
  const remaining = stock.rows[0]?.remaining
  if (remaining === undefined) return 'not_found'

  const values = [eventId, userId, ticketTypeId, idempotencyKey, digest]
  const { rows } = await client.query<Look>({ ...LOOK, values })
  const [look] = rows
  if (look === undefined || rows.length > 1) return 'invalid_request'
  if (look.before_id !== null) {
    if (look.is_same !== true) return 'idempotency_key_reused'
    return await replay(client, look.before_id)
  }
  if (look.closed !== null) return look.closed
  if (look.has + quantity > look.max) return 'limit_exceeded'
  if (!purchase.isPending && Number(look.price) > 0) return 'invalid_request'
  if (quantity > Math.min(remaining, look.type_remaining)) return 'sold_out'

  const { isPending, isHold } = purchase
  const fields = [eventId, userId, quantity, look.type_id, look.price, idempotencyKey, digest]
  const written = await client.query<Written>(
    isPending
      ? { ...HOLD, values: [...fields, isHold, look.hold_seconds] }
      : { ...WRITE, values: [...fields, ticketCodes] },
  )
  const [order] = written.rows
  if (order === undefined) throw new Error('the order was not written')
  return {
    orderId: order.id,
    amountCents: centsOf(order.total_price),
    currency: look.currency,
    createdAt: order.created_at,
    expiresAt: order.hold_expires_at,
    ticketCodes: isPending ? [] : ticketCodes,
    isReplay: false,
  }
}

async function replay(client: PoolClient, orderId: string): Promise<Sold> {
  const { rows } = await client.query<
    Omit<Written, 'id'> & { currency: string; codes: string[] | null }
  >({
    ...REPLAY,
    values: [orderId],
  })
  const [order] = rows
  if (order === undefined) throw new Error('the order is gone')
  return {
    orderId,
    amountCents: centsOf(order.total_price),
    currency: order.currency,
    createdAt: order.created_at,
    expiresAt: order.hold_expires_at,
    ticketCodes: order.codes ?? [],
    isReplay: true,
  }
}
