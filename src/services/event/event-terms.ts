/**
 * The terms of an event: all that its organizer decides. Made from a request, checked as a whole,
 * so that creating and changing an event obey the same rules.
 */
import type { ChangeEventBody, CreateEventBody } from '../../contracts/event.ts'
import { invariant } from '../../kernel/invariant.ts'
import { decimalFromCents } from '../../kernel/money.ts'
import { checkTerms, sumOfCapacities } from './check-terms.ts'
import {
  cents,
  line,
  optionalLine,
  optionalTime,
  paragraphs,
  refuse,
  time,
} from './event-fields.ts'

export interface TicketTypeTerms {
  /** Undefined for one that is new. */
  id: number | undefined
  name: string
  priceCents: number
  capacity: number
}

export interface EventTerms {
  name: string
  description: string
  venue: string
  eventDate: Date
  totalTickets: number
  category: string | null
  city: string | null
  imageUrl: string | null
  timezone: string
  currency: string
  maxPerUser: number
  /** How long tickets are held for somebody who has not paid yet. */
  holdSeconds: number
  onSaleAt: Date | null
  salesEndAt: Date | null
  venueCapacity: number | null
  status: 'draft' | 'published' | 'cancelled'
  salesPaused: boolean
  /** When its date was last moved by postponing it. */
  postponedAt: Date | null
  /** Until then buyers may give their tickets back themselves. */
  refundUntil: Date | null
  ticketTypes: TicketTypeTerms[]
}

const ONLY_TICKET_TYPE = 'General admission'
const MAX_PER_USER_DEFAULT = 8
const HOLD_SECONDS_DEFAULT = 600

/**
 * The terms of a new event, checked.
 * @param now Milliseconds since 1970.
 * @throws AppError `invalid_request` or `invalid_value`, naming the field.
 */
export function newTerms(body: CreateEventBody, now: number): EventTerms {
  const ticketTypes = body.ticket_types?.map(ticketTypeOf) ?? [onlyTicketType(body)]
  const eventDate = time('event_date', body.event_date)
  const terms: EventTerms = {
    name: line('name', body.name),
    description: paragraphs('description', body.description ?? ''),
    venue: line('venue', body.venue),
    eventDate,
    totalTickets: body.total_tickets ?? sumOfCapacities(ticketTypes),
    category: optionalLine('category', body.category),
    city: optionalLine('city', body.city),
    imageUrl: optionalLine('image_url', body.image_url),
    timezone: body.timezone ?? 'UTC',
    currency: body.currency ?? 'EUR',
    maxPerUser: body.max_per_user ?? MAX_PER_USER_DEFAULT,
    holdSeconds: body.hold_seconds ?? HOLD_SECONDS_DEFAULT,
    onSaleAt: optionalTime('on_sale_at', body.on_sale_at),
    salesEndAt: saleEndTerm(body.sales_end_at, eventDate),
    venueCapacity: body.venue_capacity ?? null,
    status: body.status ?? 'published',
    salesPaused: false,
    postponedAt: null,
    refundUntil: null,
    ticketTypes,
  }
  requireLowestPrice(body.ticket_price, terms)
  checkTerms(terms, undefined, now)
  return terms
}

/**
 * The terms of an event with some of them changed, checked.
 * @param now Milliseconds since 1970.
 * @throws AppError `invalid_request` or `invalid_value`, naming the field.
 */
export function changedTerms(before: EventTerms, body: ChangeEventBody, now: number): EventTerms {
  const ticketTypes = changedTicketTypes(before, body)
  const eventDate =
    body.event_date === undefined ? before.eventDate : time('event_date', body.event_date)
  const terms: EventTerms = {
    name: body.name === undefined ? before.name : line('name', body.name),
    description:
      body.description === undefined
        ? before.description
        : paragraphs('description', body.description),
    venue: body.venue === undefined ? before.venue : line('venue', body.venue),
    eventDate,
    totalTickets: body.total_tickets ?? totalAfter(before, ticketTypes),
    category:
      body.category === undefined ? before.category : optionalLine('category', body.category),
    city: body.city === undefined ? before.city : optionalLine('city', body.city),
    imageUrl:
      body.image_url === undefined ? before.imageUrl : optionalLine('image_url', body.image_url),
    timezone: body.timezone ?? before.timezone,
    currency: body.currency ?? before.currency,
    maxPerUser: body.max_per_user ?? before.maxPerUser,
    holdSeconds: body.hold_seconds ?? before.holdSeconds,
    onSaleAt:
      body.on_sale_at === undefined ? before.onSaleAt : optionalTime('on_sale_at', body.on_sale_at),
    salesEndAt:
      body.sales_end_at === undefined
        ? before.salesEndAt
        : saleEndTerm(body.sales_end_at, eventDate),
    venueCapacity: body.venue_capacity === undefined ? before.venueCapacity : body.venue_capacity,
    status: body.status ?? before.status,
    salesPaused: body.sales_paused ?? before.salesPaused,
    postponedAt: before.postponedAt,
    refundUntil: before.refundUntil,
    ticketTypes,
  }
  requireLowestPrice(body.ticket_price, terms)
  checkTerms(terms, before, now)
  return terms
}

/** The price that an event is shown with. */
export const lowestPriceCents = (terms: Pick<EventTerms, 'ticketTypes'>): number =>
  Math.min(...terms.ticketTypes.map((type) => type.priceCents))

function onlyTicketType(body: CreateEventBody): TicketTypeTerms {
  const { ticket_price, total_tickets } = body
  invariant(ticket_price !== undefined && total_tickets !== undefined, 'the schema asks for both')
  return {
    id: undefined,
    name: ONLY_TICKET_TYPE,
    priceCents: cents('ticket_price', ticket_price),
    capacity: total_tickets,
  }
}

function ticketTypeOf(
  type: { id?: number | undefined; name: string; price: number; capacity: number },
  index: number,
): TicketTypeTerms {
  return {
    id: type.id,
    name: line(`ticket_types/${index}/name`, type.name),
    priceCents: cents(`ticket_types/${index}/price`, type.price),
    capacity: type.capacity,
  }
}

function changedTicketTypes(before: EventTerms, body: ChangeEventBody): TicketTypeTerms[] {
  const { ticket_types, ticket_price, total_tickets } = body
  if (ticket_types !== undefined) return matchedTicketTypes(before, ticket_types.map(ticketTypeOf))
  // With one ticket type, the event's price and capacity are the ticket type's.
  const [only, ...others] = before.ticketTypes
  if (only === undefined || others.length > 0) return before.ticketTypes
  return [
    {
      ...only,
      priceCents:
        ticket_price === undefined ? only.priceCents : cents('ticket_price', ticket_price),
      capacity: total_tickets ?? only.capacity,
    },
  ]
}

/** Finds out which ones are there already: by id, else by name. */
function matchedTicketTypes(before: EventTerms, wanted: TicketTypeTerms[]): TicketTypeTerms[] {
  const taken = new Set<number>()
  for (const [index, { id }] of wanted.entries()) {
    if (id === undefined) continue
    if (taken.has(id) || !before.ticketTypes.some((type) => type.id === id)) {
      refuse(`ticket_types/${index}/id`, 'must be a ticket type of this event, each named once.')
    }
    taken.add(id)
  }
  return wanted.map((type) => {
    if (type.id !== undefined) return type
    const known = before.ticketTypes.find((other) => other.name === type.name)
    const isFree = known?.id !== undefined && !taken.has(known.id)
    return isFree ? { ...type, id: known.id } : type
  })
}

/** Ticket types that shared a lower total before go on sharing it. */
function totalAfter(before: EventTerms, ticketTypes: readonly TicketTypeTerms[]): number {
  const sum = sumOfCapacities(ticketTypes)
  const wasShared = before.totalTickets < sumOfCapacities(before.ticketTypes)
  return wasShared ? Math.min(before.totalTickets, sum) : sum
}

function requireLowestPrice(ticketPrice: number | undefined, terms: EventTerms): void {
  if (ticketPrice === undefined) return
  const lowest = lowestPriceCents(terms)
  if (cents('ticket_price', ticketPrice) !== lowest) {
    refuse(
      'ticket_price',
      `must be the lowest price of the ticket types, ${decimalFromCents(lowest)}; change the prices in ticket_types.`,
    )
  }
}

/** An end that is the start of the event is the default, and moves with it. */
export function saleEndTerm(value: string | null | undefined, eventDate: Date): Date | null {
  const end = optionalTime('sales_end_at', value)
  return end?.getTime() === eventDate.getTime() ? null : end
}
