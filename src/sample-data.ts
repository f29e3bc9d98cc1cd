/**
 * A shop to look at: the accounts, events and order of the project's brief, and some forty more
 * events. Written once into an empty shop, never in production.
 */
import { invariant } from './kernel/invariant.ts'
import { numericFromCents } from './kernel/money.ts'
import type { PaymentProvider } from './platform/payments.ts'
import type { Database, Transaction } from './platform/postgres.ts'
import { type SampleEvent, sampleEvents } from './sample-events.ts'

/** Two of them are the brief's and would be somebody's for real: no mail is ever sent to any. */
export const SAMPLE_ACCOUNTS = [
  {
    name: 'Alice Buyer',
    email: 'alice@example.com',
    password: 'alice-likes-rock',
    userType: 'guest',
  },
  {
    name: 'Bob Organizer',
    email: 'bob@events.com',
    password: 'bob-books-bands',
    userType: 'organizer',
  },
  {
    name: 'Carol Admin',
    email: 'carol@admin.com',
    password: 'carol-keeps-order',
    userType: 'admin',
  },
] as const

const SAMPLE_TICKET_CODES = ['TCK-ABC123', 'TCK-ABC124']
/** Held while the rows are written, so that two processes do not both begin. */
const SAMPLE_LOCK = 7_203_114

export interface SampleDataDeps {
  provider: PaymentProvider
  db: Database
  hashPassword: (password: string) => Promise<string>
  setCapacity: (
    tx: Transaction,
    event: {
      eventId: number
      capacity: number
      types: { ticketTypeId: number; capacity: number }[]
    },
  ) => Promise<void>
}

/** @returns Whether anything was written: a shop with users is left as it is. */
export async function createSampleData(deps: SampleDataDeps, now = new Date()): Promise<boolean> {
  const [existing] = await deps.db.query('select 1 from users limit 1')
  if (existing !== undefined) return false
  const hashes = await Promise.all(
    SAMPLE_ACCOUNTS.map(async (account) => await deps.hashPassword(account.password)),
  )
  return await deps.db.transaction(async (tx) => {
    await tx.query('select pg_advisory_xact_lock($1)', [SAMPLE_LOCK])
    const [meanwhile] = await tx.query('select 1 from users limit 1')
    if (meanwhile !== undefined) return false

    const users = await tx.query<{ id: number }>(
      `insert into users (name, email, password_hash, user_type)
         select name, email, hash, type::user_type
           from unnest($1::text[], $2::text[], $3::text[], $4::text[])
                  with ordinality as a(name, email, hash, type, n)
          order by n
         returning id`,
      [
        SAMPLE_ACCOUNTS.map((account) => account.name),
        SAMPLE_ACCOUNTS.map((account) => account.email),
        hashes,
        SAMPLE_ACCOUNTS.map((account) => account.userType),
      ],
    )
    const [alice, bob] = users.map((user) => user.id) as [number, number]
    let rockNight: { eventId: number; ticketTypeIds: number[] } | undefined
    for (const event of sampleEvents(now)) {
      const created = await createSampleEvent(tx, deps, event, bob)
      rockNight ??= created
    }
    if (rockNight !== undefined) await createSampleOrder(tx, deps, rockNight, alice)
    return true
  })
}

async function createSampleEvent(
  tx: Transaction,
  deps: SampleDataDeps,
  event: SampleEvent,
  createdBy: number,
): Promise<{ eventId: number; ticketTypeIds: number[] }> {
  const [row] = await tx.query<{ id: number }>(
    `insert into events (name, description, venue, event_date, ticket_price, total_tickets,
                         created_by, category, city, timezone, currency, on_sale_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) returning id`,
    [
      event.name,
      event.description,
      event.venue,
      event.startsAt,
      Math.min(...event.ticketTypes.map((type) => type.price)),
      event.ticketTypes.reduce((sum, type) => sum + type.capacity, 0),
      createdBy,
      event.category,
      event.city,
      event.timezone,
      event.currency,
      event.onSaleAt ?? null,
    ],
  )
  const eventId = (row as { id: number }).id
  const types = await tx.query<{ id: number; capacity: number }>(
    `insert into ticket_types (event_id, name, price, capacity, position)
       select $1, name, price, capacity, n
         from unnest($2::text[], $3::numeric[], $4::integer[])
                with ordinality as t(name, price, capacity, n)
        order by n
       returning id, capacity`,
    [
      eventId,
      event.ticketTypes.map((type) => type.name),
      event.ticketTypes.map((type) => type.price),
      event.ticketTypes.map((type) => type.capacity),
    ],
  )
  await deps.setCapacity(tx, {
    eventId,
    capacity: types.reduce((sum, type) => sum + type.capacity, 0),
    types: types.map((type) => ({ ticketTypeId: type.id, capacity: type.capacity })),
  })
  return { eventId, ticketTypeIds: types.map((type) => type.id) }
}

/** Alice's order of two tickets, with the codes of the brief. */
async function createSampleOrder(
  tx: Transaction,
  deps: SampleDataDeps,
  event: { eventId: number; ticketTypeIds: number[] },
  userId: number,
): Promise<void> {
  const quantity = SAMPLE_TICKET_CODES.length
  const [order] = await tx.query<{ id: number; cents: number; currency: string }>(
    `insert into orders (user_id, event_id, ticket_type_id, quantity, total_price, status,
                         hold_expires_at, confirmed_at)
       select $1, $2, id, $4::integer, price * $4::integer, 'CONFIRMED', now(), now()
         from ticket_types where id = $3
       returning id, (total_price * 100)::bigint as cents,
                 (select currency from events where id = $2) as currency`,
    [userId, event.eventId, event.ticketTypeIds[0], quantity],
  )
  invariant(order !== undefined, 'the sample event has a ticket type')
  const orderId = order.id
  await paySampleOrder(tx, deps.provider, { ...order, userId, eventId: event.eventId })
  await tx.query(
    'insert into tickets (order_id, event_id, ticket_code) select $1, $2, unnest($3::text[])',
    [orderId, event.eventId, SAMPLE_TICKET_CODES],
  )
  await tx.query('update event_inventory set sold = sold + $2 where event_id = $1', [
    event.eventId,
    quantity,
  ])
  await tx.query('update inventory set sold = sold + $2 where ticket_type_id = $1', [
    event.ticketTypeIds[0],
    quantity,
  ])
  await tx.query(`insert into outbox (topic, payload) values ('orders.placed', $1)`, [
    JSON.stringify({ event_id: event.eventId, order_ids: [orderId] }),
  ])
}

/** Paid like any other order, so that it can be refunded like any other. */
async function paySampleOrder(
  tx: Transaction,
  provider: PaymentProvider,
  order: { id: number; userId: number; eventId: number; cents: number; currency: string },
): Promise<void> {
  const { id: orderId, userId, eventId, cents: amountCents, currency } = order
  const { intentId } = await provider.createIntent({ orderId, eventId, amountCents, currency })
  const paymentMethod = 'pm_card_visa'
  const state = await provider.confirm({ intentId, orderId, attempt: 1, paymentMethod })
  invariant(state.status === 'captured', 'the sample order is paid')
  const amount = numericFromCents(amountCents)
  await tx.query(
    `insert into payments (order_id, event_id, user_id, amount, currency, status, attempt,
                           payment_method, provider_ref, check_at)
       values ($1, $2, $3, $4, $5, 'captured', 1, $6, $7, now())`,
    [orderId, eventId, userId, amount, currency, paymentMethod, intentId],
  )
  await tx.query(
    `insert into ledger (event_id, order_id, debit, credit, amount, currency)
       values ($1, $2, 'provider', 'sales', $3, $4)`,
    [eventId, orderId, amount, currency],
  )
}
