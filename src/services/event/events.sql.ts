/** The event service's tables: events and their ticket types. */
import { AppError } from '../../kernel/errors.ts'
import { centsFromNumeric, numericFromCents } from '../../kernel/money.ts'
import type { Queryable, Transaction } from '../../platform/postgres.ts'
import { type Event, type TicketType, saleState } from './event.ts'
import { type StoredPicture, pictureOf } from './picture.ts'
import { type EventTerms, type TicketTypeTerms, lowestPriceCents } from './event-terms.ts'

interface EventRow extends Omit<Event, 'ticketPriceCents' | 'sale' | 'ticketTypes' | 'picture'> {
  ticketPrice: string
  refusal: string | null
  picture: StoredPicture | null
  ticketTypes: (Omit<TicketType, 'priceCents'> & { price: string })[]
}

/** As a StoredPicture, or null. */
export const PICTURE_OF_EVENT = `case when e.picture_hash is not null then json_build_object(
  'hash', e.picture_hash, 'colour', e.picture_colour, 'alt', e.picture_alt) end`

/** One statement, so that the event, its ticket types and their stock are of one moment. */
const SELECT_EVENT = `
  select e.id, e.name, e.description, e.venue, e.event_date as "eventDate",
         e.ticket_price as "ticketPrice", e.total_tickets as "totalTickets",
         e.created_by as "createdBy", e.created_at as "createdAt", e.updated_at as "updatedAt",
         e.version, e.status, e.sales_paused as "salesPaused", e.category, e.city,
         e.image_url as "imageUrl", e.timezone, e.currency, e.venue_capacity as "venueCapacity",
         e.max_per_user as "maxPerUser", e.hold_seconds as "holdSeconds",
         e.on_sale_at as "onSaleAt", e.sales_end_at as "salesEndAt",
         e.postponed_at as "postponedAt", e.refund_until as "refundUntil",
         ${PICTURE_OF_EVENT} as picture,
         s.remaining, s.held, sale_refusal(e, now()) as refusal,
         (select coalesce(json_agg(json_build_object(
                   'id', t.id, 'name', t.name, 'price', t.price::text, 'capacity', t.capacity,
                   'remaining', least(ts.remaining, s.remaining)) order by t.position, t.id), '[]')
            from ticket_types t
            join ticket_type_stock ts on ts.ticket_type_id = t.id
           where t.event_id = e.id) as "ticketTypes"
    from events e
    join event_stock s on s.event_id = e.id`

/** An event in any state. */
export async function findEvent(db: Queryable, id: number): Promise<Event | undefined> {
  const rows = await db.query<EventRow>(
    { name: 'find_event', text: `${SELECT_EVENT} where e.id = $1` },
    [id],
  )
  return rows[0] && eventOf(rows[0])
}

/** The events of an organizer in any state, the newest first. */
export async function findEventsOf(
  db: Queryable,
  organizerId: number,
  page: { limit: number; beforeId: number | undefined },
): Promise<Event[]> {
  const rows = await db.query<EventRow>(
    `${SELECT_EVENT}
      where e.created_by = $1 and ($2::bigint is null or e.id < $2)
      order by e.id desc limit $3`,
    [organizerId, page.beforeId ?? null, page.limit],
  )
  return rows.map(eventOf)
}

function eventOf(row: EventRow): Event {
  const { ticketPrice, refusal, ticketTypes, picture, ...event } = row
  return {
    ...event,
    ticketPriceCents: centsFromNumeric(ticketPrice),
    sale: saleState(refusal, event.remaining),
    picture: picture && pictureOf(picture),
    ticketTypes: ticketTypes.map(({ price, ...type }) => ({
      ...type,
      priceCents: centsFromNumeric(price),
    })),
  }
}

/** @returns The event's id. */
export async function insertEvent(
  tx: Transaction,
  organizerId: number,
  terms: EventTerms,
): Promise<number> {
  const rows = await tx.query<{ id: number }>(
    `insert into events (created_by, name, description, venue, event_date, ticket_price,
       total_tickets, status, sales_paused, category, city, image_url, timezone, currency,
       venue_capacity, max_per_user, on_sale_at, sales_end_at, hold_seconds, postponed_at, refund_until)
     select $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18,
            $19, $20, $21
       from live_users where user_id = $1 for key share
     returning id`,
    [organizerId, ...valuesOf(terms)],
  )
  // Somebody who has deleted the account may still have a token for a moment.
  if (rows[0] === undefined) throw new AppError('unauthenticated')
  return rows[0].id
}

/** Writes all terms of an event but its ticket types, and raises its version. */
export async function updateEvent(
  tx: Transaction,
  eventId: number,
  terms: EventTerms,
): Promise<void> {
  await tx.query(
    `update events set version = version + 1,
       name = $2, description = $3, venue = $4, event_date = $5, ticket_price = $6,
       total_tickets = $7, status = $8, sales_paused = $9, category = $10, city = $11,
       image_url = $12, timezone = $13, currency = $14, venue_capacity = $15,
       max_per_user = $16, on_sale_at = $17, sales_end_at = $18, hold_seconds = $19,
       postponed_at = $20, refund_until = $21
     where id = $1`,
    [eventId, ...valuesOf(terms)],
  )
}

const valuesOf = (terms: EventTerms): unknown[] => [
  terms.name,
  terms.description,
  terms.venue,
  terms.eventDate,
  numericFromCents(lowestPriceCents(terms)),
  terms.totalTickets,
  terms.status,
  terms.salesPaused,
  terms.category,
  terms.city,
  terms.imageUrl,
  terms.timezone,
  terms.currency,
  terms.venueCapacity,
  terms.maxPerUser,
  terms.onSaleAt,
  terms.salesEndAt,
  terms.holdSeconds,
  terms.postponedAt,
  terms.refundUntil,
]

/**
 * Makes the ticket types of an event the given ones; their order is the order of the list.
 * @returns All of them with their ids and capacities.
 */
export async function saveTicketTypes(
  tx: Transaction,
  eventId: number,
  types: readonly TicketTypeTerms[],
): Promise<{ ticketTypeId: number; capacity: number }[]> {
  const numbered = types.map((type, position) => ({ ...type, position }))
  const known = numbered.filter((type) => type.id !== undefined)
  const added = numbered.filter((type) => type.id === undefined)
  await tx.query('delete from ticket_types where event_id = $1 and id <> all($2::bigint[])', [
    eventId,
    known.map((type) => type.id),
  ])
  await tx.query(
    `update ticket_types t
        set name = n.name, price = n.price, capacity = n.capacity, position = n.position
       from unnest($2::bigint[], $3::text[], $4::numeric[], $5::integer[], $6::integer[])
              as n(id, name, price, capacity, position)
      where t.event_id = $1 and t.id = n.id`,
    [eventId, known.map((type) => type.id), ...columnsOf(known)],
  )
  await tx.query(
    `insert into ticket_types (event_id, name, price, capacity, position)
     select $1, n.name, n.price, n.capacity, n.position
       from unnest($2::text[], $3::numeric[], $4::integer[], $5::integer[])
              as n(name, price, capacity, position)
      order by n.position`,
    [eventId, ...columnsOf(added)],
  )
  return await tx.query<{ ticketTypeId: number; capacity: number }>(
    'select id as "ticketTypeId", capacity from ticket_types where event_id = $1 order by id',
    [eventId],
  )
}

const columnsOf = (types: readonly (TicketTypeTerms & { position: number })[]): unknown[] => [
  types.map((type) => type.name),
  types.map((type) => numericFromCents(type.priceCents)),
  types.map((type) => type.capacity),
  types.map((type) => type.position),
]

/** Deletes an event with its ticket types and stock. Refused by the database if orders exist. */
export async function deleteEvent(tx: Transaction, eventId: number): Promise<void> {
  await tx.query('delete from events where id = $1', [eventId])
}
