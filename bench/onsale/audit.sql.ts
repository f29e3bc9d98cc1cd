/**
 * The shop's own books about one event, read straight from its tables. Row by row, so that every
 * sum is made here again, and without indexes, so that a damaged one can hide nothing.
 */
import { TRIES_MAX } from '../../src/platform/outbox/jobs.ts'
import type { Database, Queryable, Transaction } from '../../src/platform/postgres.ts'
import { centsFromNumeric } from '../../src/kernel/money.ts'

export interface Books {
  event: { capacity: number; held: number; sold: number; maxPerUser: number; opensAt: Date | null }
  types: { id: number; capacity: number; held: number; sold: number; priceCents: number }[]
  orders: BookedOrder[]
  tickets: BookedTicket[]
  /** Ticket codes that are there more than once, over all events. */
  codesTwice: string[]
  messages: Messages
  money: Money
}

export interface BookedOrder {
  id: number
  userId: number
  typeId: number
  quantity: number
  totalCents: number
  status: string
  key: string | null
  placedAt: Date
  isHold: boolean
  expiresAt: Date | null
  /** Why it is CANCELLED. */
  reason: string | null
}

export interface BookedTicket {
  code: string
  orderId: number
  eventId: number
  isVoid: boolean
}

/** What was paid and what went back, row by row. */
export interface Money {
  payments: { orderId: number; cents: number; status: string }[]
  refunds: { orderId: number; cents: number; status: string }[]
  transfers: { orderId: number; debit: string; credit: string; cents: number }[]
}

/** What became of the messages that the orders caused. */
export interface Messages {
  waiting: number
  dead: number
  /** Orders by how many mails they have: right is one. */
  ordersWithoutMail: number[]
  ordersWithSeveralMails: number[]
  /** Not to the buyer, or without one of the order's codes. */
  wrongMails: number[]
  /** For orders that do not exist. */
  strayMails: number
}

/** One moment of the database; nothing that runs beside this can make two of its tables disagree. */
export async function readBooks(db: Database, eventId: number): Promise<Books> {
  return await db.transaction(async (tx) => {
    await tx.query('set transaction isolation level repeatable read, read only')
    return await readBooksIn(tx, eventId)
  })
}

export async function readBooksIn(tx: Transaction, eventId: number): Promise<Books> {
  for (const way of ['indexscan', 'indexonlyscan', 'bitmapscan']) {
    await tx.query(`set local enable_${way} = off`)
  }
  const [event] = await tx.query<Books['event']>(
    `select i.capacity, i.held, i.sold, e.max_per_user as "maxPerUser", e.on_sale_at as "opensAt"
       from event_inventory i join events e on e.id = i.event_id where i.event_id = $1`,
    [eventId],
  )
  if (event === undefined) throw new Error(`event ${eventId} is not in the database`)
  const types = await tx.query<Omit<Books['types'][number], 'priceCents'> & { price: string }>(
    `select i.ticket_type_id as id, i.capacity, i.held, i.sold, t.price
       from inventory i join ticket_types t on t.id = i.ticket_type_id where i.event_id = $1`,
    [eventId],
  )
  const orders = await tx.query<Omit<BookedOrder, 'totalCents'> & { total: string }>(
    `select id, user_id as "userId", ticket_type_id as "typeId", quantity, total_price as total,
            status::text, idempotency_key as key, created_at as "placedAt",
            is_hold as "isHold", hold_expires_at as "expiresAt", reason
       from orders where event_id = $1`,
    [eventId],
  )
  return {
    event,
    types: types.map(({ price, ...type }) => ({ ...type, priceCents: centsFromNumeric(price) })),
    orders: orders.map(({ total, ...order }) => ({
      ...order,
      totalCents: centsFromNumeric(total),
    })),
    tickets: await tx.query<BookedTicket>(
      `select ticket_code as code, order_id as "orderId", event_id as "eventId",
              voided_at is not null as "isVoid"
         from tickets
        where event_id = $1 or order_id in (select id from orders where event_id = $1)`,
      [eventId],
    ),
    codesTwice: (
      await tx.query<{ code: string }>(
        'select ticket_code as code from tickets group by ticket_code having count(*) > 1',
      )
    ).map((row) => row.code),
    messages: await readMessages(tx, eventId),
    money: await readMoney(tx, eventId),
  }
}

async function readMoney(tx: Transaction, eventId: number): Promise<Money> {
  const read = async <Row>(columns: string, table: string): Promise<(Row & { cents: number })[]> =>
    await tx.query<Row & { cents: number }>(
      `select order_id as "orderId", (amount * 100)::bigint as cents, ${columns}
         from ${table} where event_id = $1`,
      [eventId],
    )
  return {
    payments: await read('status::text', 'payments'),
    refunds: await read('status::text', 'refunds'),
    transfers: await read('debit::text, credit::text', 'ledger'),
  }
}

/** What is left of an event. */
export async function readStock(
  db: Queryable,
  eventId: number,
): Promise<{ capacity: number; held: number; sold: number }> {
  const [row] = await db.query<{ capacity: number; held: number; sold: number }>(
    'select capacity, held, sold from event_inventory where event_id = $1',
    [eventId],
  )
  return row ?? { capacity: 0, held: 0, sold: 0 }
}

const MAIL_ID = `'<order-' || o.id || '-confirmation@boxoffice.example>'`

async function readMessages(tx: Transaction, eventId: number): Promise<Messages> {
  const orders = await tx.query<{ id: number; mails: number; wrong: number }>(
    `select o.id, count(m.id)::int as mails,
            count(m.id) filter (where m.to_address <> u.email or exists (
              select 1 from unnest(t.codes) as code where strpos(m.body_text, code) = 0))::int as wrong
       from orders o
       join users u on u.id = o.user_id
       left join (select order_id, array_agg(ticket_code) as codes from tickets group by 1) t
              on t.order_id = o.id
       left join mails m on m.message_id = ${MAIL_ID}
      where o.event_id = $1 and o.status = 'CONFIRMED'
      group by o.id`,
    [eventId],
  )
  const [stray] = await tx.query<{ count: number }>(
    `select count(*)::int as count from mails m
      where m.message_id like '<order-%-confirmation@%'
        and not exists (select 1 from orders o where m.message_id = ${MAIL_ID} and o.confirmed_at is not null)`,
  )
  const ids = (are: (order: { mails: number; wrong: number }) => boolean) =>
    orders.filter(are).map((order) => order.id)
  return {
    ...(await countWaiting(tx, eventId)),
    ordersWithoutMail: ids((order) => order.mails === 0),
    ordersWithSeveralMails: ids((order) => order.mails > 1),
    wrongMails: ids((order) => order.wrong > 0),
    strayMails: stray?.count ?? 0,
  }
}

/** Messages of the event's orders that are still to be dealt with or were given up. */
async function countWaiting(
  tx: Transaction,
  eventId: number,
): Promise<Pick<Messages, 'waiting' | 'dead'>> {
  const [row] = await tx.query<{ waiting: number; dead: number }>(
    `select (count(*) filter (where j.tries < $2))::int
              + (select coalesce(sum(jsonb_array_length(payload -> 'order_ids')), 0)::int
                   from outbox
                  where topic = 'orders.placed' and (payload ->> 'event_id')::bigint = $1) as waiting,
            (count(*) filter (where j.tries >= $2))::int as dead
       from jobs j join orders o on (j.effect -> 'data' ->> 'orderId')::bigint = o.id
      where o.event_id = $1`,
    [eventId, TRIES_MAX],
  )
  return row ?? { waiting: 0, dead: 0 }
}

/** How many of an event's orders have their mail, to watch it grow. */
export async function countMailed(
  db: Queryable,
  eventId: number,
): Promise<{ orders: number; mailed: number }> {
  const [row] = await db.query<{ orders: number; mailed: number }>(
    `select count(*)::int as orders, count(m.id)::int as mailed
       from orders o left join mails m on m.message_id = ${MAIL_ID}
      where o.event_id = $1 and o.status = 'CONFIRMED'`,
    [eventId],
  )
  return row ?? { orders: 0, mailed: 0 }
}
