/** Buyers with tokens and events with stock, made without the pages and the hashing. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Queryable } from '../../src/platform/postgres.ts'
import { loadSigningKeys } from '../../src/platform/signing-keys.ts'
import { createAccessTokens } from '../../src/services/user/access-tokens.ts'

export interface Buyer {
  id: number
  token: string
}

let made = 0

/** @param dataDir Where the shop keeps its signing key. */
export async function createBuyers(
  db: Queryable,
  dataDir: string,
  count: number,
  userType: 'guest' | 'organizer' | 'admin' = 'guest',
): Promise<Buyer[]> {
  const keys = await loadSigningKeys({ authKey: undefined, dataDir })
  const tokens = createAccessTokens({ keys, clock: Date.now, minimumVersionOf: () => undefined })
  const batch = `${process.pid}-${(made += 1)}`
  const rows = await db.query<{ id: number }>(
    `insert into users (name, email, password_hash, user_type)
       select 'Buyer ' || n, 'buyer-' || $2::text || '-' || n || '@shop.example', 'none', $3::user_type
         from generate_series(1, $1) n returning id`,
    [count, batch, userType],
  )
  return rows.map(({ id }) => ({ id, token: tokens.issue({ id, userType, tokenVersion: 0 }) }))
}

export interface SaleOptions {
  capacity: number
  /** What a ticket costs; 75 unless given. What costs nothing is confirmed without a payment. */
  price?: number
  maxPerUser?: number
  /** Several types instead of one of the whole capacity. */
  types?: { name: string; price: number; capacity: number }[]
  /** SQL for the time, e.g. `now() + interval '1 hour'`. */
  onSaleAt?: string
  eventDate?: string
}

export interface Sale {
  eventId: number
  ticketTypeIds: number[]
}

/** An event that sells at once. */
export async function createSale(db: Queryable, options: SaleOptions): Promise<Sale> {
  const types = options.types ?? [
    { name: 'General admission', price: options.price ?? 75, capacity: options.capacity },
  ]
  const [organizer] = await createOrganizer(db)
  const [event] = await db.query<{ id: number }>(
    `insert into events (name, venue, event_date, ticket_price, total_tickets, created_by,
                         max_per_user, on_sale_at)
       values ('Rock Night', 'City Arena', ${options.eventDate ?? `now() + interval '30 days'`},
               $1, $2, $3, $4, ${options.onSaleAt ?? 'null'}) returning id`,
    [types[0]?.price, options.capacity, organizer?.id, options.maxPerUser ?? 8],
  )
  const eventId = event?.id as number
  await db.query('insert into event_inventory (event_id, capacity) values ($1, $2)', [
    eventId,
    options.capacity,
  ])
  const ticketTypeIds: number[] = []
  for (const type of types) {
    const [row] = await db.query<{ id: number }>(
      'insert into ticket_types (event_id, name, price, capacity) values ($1, $2, $3, $4) returning id',
      [eventId, type.name, type.price, type.capacity],
    )
    ticketTypeIds.push(row?.id as number)
    await db.query(
      'insert into inventory (ticket_type_id, event_id, capacity) values ($1, $2, $3)',
      [row?.id, eventId, type.capacity],
    )
  }
  return { eventId, ticketTypeIds }
}

async function createOrganizer(db: Queryable): Promise<{ id: number }[]> {
  return await db.query<{ id: number }>(
    `insert into users (name, email, password_hash, user_type)
       values ('Organizer', 'organizer-' || gen_random_uuid() || '@shop.example', 'none', 'organizer')
       returning id`,
  )
}

/** What the database holds of an event, every count taken by itself. */
export interface Books {
  capacity: number
  /** The counters. */
  sold: number
  soldByType: number
  /** The rows. */
  orders: number
  ordered: number
  tickets: number
  distinctCodes: number
  mostPerUser: number
}

export async function readBooks(db: Queryable, eventId: number): Promise<Books> {
  const [row] = await db.query<Record<string, string>>(
    `select i.capacity, i.held + i.sold as sold,
            (select sum(held + sold) from inventory n where n.event_id = i.event_id) as sold_by_type,
            (select count(*) from orders o where o.event_id = i.event_id and o.status <> 'CANCELLED') as orders,
            (select coalesce(sum(quantity), 0) from orders o
              where o.event_id = i.event_id and o.status <> 'CANCELLED') as ordered,
            (select count(*) from tickets t where t.event_id = i.event_id) as tickets,
            (select count(distinct ticket_code) from tickets t where t.event_id = i.event_id) as codes,
            (select coalesce(max(q), 0) from (select sum(quantity) as q from orders o
              where o.event_id = i.event_id and o.status <> 'CANCELLED' group by user_id) u) as most
       from event_inventory i where i.event_id = $1`,
    [eventId],
  )
  const number = (name: string) => Number(row?.[name])
  return {
    capacity: number('capacity'),
    sold: number('sold'),
    soldByType: number('sold_by_type'),
    orders: number('orders'),
    ordered: number('ordered'),
    tickets: number('tickets'),
    distinctCodes: number('codes'),
    mostPerUser: number('most'),
  }
}

export interface Answer {
  status: number
  code: string | undefined
  orderId: number | undefined
  ticketCodes: string[]
  body: string
  headers: Headers
}

/** Orders over HTTP. Never throws for an answer; throws when there is none. */
export async function order(
  url: string,
  buyer: Buyer,
  body: object,
  idempotencyKey?: string,
): Promise<Answer> {
  const response = await fetch(`${url}/api/v1/orders`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${buyer.token}`,
      'content-type': 'application/json',
      ...(idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }),
    },
    body: JSON.stringify(body),
  })
  const text = await response.text()
  const json = JSON.parse(text) as {
    code?: string
    order_id?: number
    tickets?: { ticket_code: string }[]
  }
  return {
    status: response.status,
    code: json.code,
    orderId: json.order_id,
    ticketCodes: (json.tickets ?? []).map((ticket) => ticket.ticket_code),
    body: text,
    headers: response.headers,
  }
}

const PAYMENT_MAX_MS = 60_000
const LOOK_EVERY_MS = 50

/** Orders, and waits for the payment where that takes longer than the shop waits for it. */
export async function buy(...asked: Parameters<typeof order>): Promise<Answer> {
  const answer = await order(...asked)
  return answer.status === 202 ? await settled(asked[0], asked[1], answer) : answer
}

/**
 * What becomes of an order that was answered with 202.
 * @returns The answer as 201 with its tickets, once it has them; as it was if it never does.
 * @throws When nobody answers.
 */
export async function settled(url: string, { token }: Buyer, answer: Answer): Promise<Answer> {
  const until = performance.now() + PAYMENT_MAX_MS
  while (performance.now() < until) {
    const response = await fetch(`${url}/api/v1/orders/${answer.orderId ?? 0}`, {
      headers: { authorization: `Bearer ${token}` },
    })
    const { status, tickets = [] } = (await response.json()) as {
      status?: unknown
      tickets?: { ticket_code: string }[]
    }
    if (status === 'CANCELLED') break
    if (status === 'CONFIRMED') {
      return { ...answer, status: 201, ticketCodes: tickets.map((each) => each.ticket_code) }
    }
    await sleep(LOOK_EVERY_MS)
  }
  return answer
}
