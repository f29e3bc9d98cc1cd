/** Events as the API shows them. Beside routes.ts because the cache keeps the bytes. */
import { isDeepStrictEqual } from 'node:util'
import type { Event as EventJson, EventListing as EventListingJson } from '../../contracts/event.ts'
import { decimalFromCents } from '../../kernel/money.ts'
import { type Event, type EventListing, saleEnd } from './event.ts'

export const eventJson = (event: Event): EventJson => ({
  id: event.id,
  name: event.name,
  ticket_price: decimalFromCents(event.ticketPriceCents),
  total_tickets: event.totalTickets,
  created_by: event.createdBy,
  description: event.description,
  venue: event.venue,
  event_date: rfc3339(event.eventDate),
  remaining_tickets: event.remaining,
  sale: event.sale,
  status: event.status,
  sales_paused: event.salesPaused,
  category: event.category,
  city: event.city,
  image_url: event.imageUrl,
  picture: event.picture,
  timezone: event.timezone,
  currency: event.currency,
  venue_capacity: event.venueCapacity,
  max_per_user: event.maxPerUser,
  hold_seconds: event.holdSeconds,
  on_sale_at: event.onSaleAt && rfc3339(event.onSaleAt),
  sales_end_at: rfc3339(saleEnd(event)),
  ...(event.postponedAt && { postponed_at: rfc3339(event.postponedAt) }),
  ...(event.refundUntil && { refund_until: rfc3339(event.refundUntil) }),
  ticket_types: event.ticketTypes.map((type) => ({
    id: type.id,
    name: type.name,
    price: decimalFromCents(type.priceCents),
    capacity: type.capacity,
    remaining_tickets: type.remaining,
  })),
  version: event.version,
  created_at: rfc3339(event.createdAt),
  updated_at: rfc3339(event.updatedAt),
})

export const eventListingJson = (event: EventListing): EventListingJson => ({
  id: event.id,
  name: event.name,
  venue: event.venue,
  event_date: rfc3339(event.eventDate),
  ticket_price: decimalFromCents(event.ticketPriceCents),
  remaining_tickets: event.remaining,
  total_tickets: event.totalTickets,
  currency: event.currency,
  category: event.category,
  city: event.city,
  image_url: event.imageUrl,
  picture: event.picture,
  timezone: event.timezone,
  on_sale_at: event.onSaleAt && rfc3339(event.onSaleAt),
  sales_end_at: rfc3339(saleEnd(event)),
  status: event.status,
  sale: event.sale,
  created_by: event.createdBy,
})

/** An event for the audit log: what was decided about it, not what follows from that or was sold. */
export function auditedEvent(event: Event) {
  const {
    remaining_tickets: _stock,
    sale: _sale,
    updated_at: _at,
    ticket_types,
    ...decided
  } = eventJson(event)
  return {
    ...decided,
    ticket_types: ticket_types.map(({ remaining_tickets: _typeStock, ...type }) => type),
  }
}

/** The fields that differ, as they were and as they are. */
export function auditedChange(before: Event, after: Event): { before: object; after: object } {
  const was = auditedEvent(before)
  const is = auditedEvent(after)
  const fields = (Object.keys(is) as (keyof typeof is)[]).filter(
    (field) => !isDeepStrictEqual(was[field], is[field]),
  )
  const only = (event: typeof is) =>
    Object.fromEntries(fields.map((field) => [field, event[field]]))
  return { before: only(was), after: only(is) }
}

/** In UTC, without milliseconds when there are none. */
const rfc3339 = (date: Date): string => date.toISOString().replace('.000Z', 'Z')
