/**
 * The terms of an event: all that its organizer decides. Made from a request, checked as a whole,
 * so that creating and changing an event obey the same rules.
 */
import type { ChangeEventBody, CreateEventBody } from '../../contracts/event.ts'
import { TICKETS_MAX } from '../../contracts/event.ts'
import { invariant } from '../../kernel/invariant.ts'
import { decimalFromCents } from '../../kernel/money.ts'
import {
  cents,
  hasDecimals,
  isCurrency,
  isTimeZone,
  isWebUrl,
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
  onSaleAt: Date | null
  salesEndAt: Date | null
  venueCapacity: number | null
  status: 'draft' | 'published' | 'cancelled'
  salesPaused: boolean
  ticketTypes: TicketTypeTerms[]
}

const ONLY_TICKET_TYPE = 'General admission'
const MAX_PER_USER_DEFAULT = 8

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
    onSaleAt: optionalTime('on_sale_at', body.on_sale_at),
    salesEndAt: saleEndTerm(body.sales_end_at, eventDate),
    venueCapacity: body.venue_capacity ?? null,
    status: body.status ?? 'published',
    salesPaused: false,
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
    onSaleAt:
      body.on_sale_at === undefined ? before.onSaleAt : optionalTime('on_sale_at', body.on_sale_at),
    salesEndAt:
      body.sales_end_at === undefined
        ? before.salesEndAt
        : saleEndTerm(body.sales_end_at, eventDate),
    venueCapacity: body.venue_capacity === undefined ? before.venueCapacity : body.venue_capacity,
    status: body.status ?? before.status,
    salesPaused: body.sales_paused ?? before.salesPaused,
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

function checkTerms(terms: EventTerms, before: EventTerms | undefined, now: number): void {
  checkTimes(terms, before, now)
  checkPlaceAndMoney(terms, before)
  checkCapacities(terms)
}

/** What was fine when it was decided is not refused later because time went by. */
function checkTimes(terms: EventTerms, before: EventTerms | undefined, now: number): void {
  const { eventDate, onSaleAt, salesEndAt } = terms
  const isPublishedNow = terms.status === 'published' && before?.status === 'draft'
  const isMoved = eventDate.getTime() !== before?.eventDate.getTime()
  if ((isMoved || isPublishedNow) && eventDate.getTime() <= now) {
    refuse('event_date', 'is in the past; an event must be ahead to be sold.')
  }
  if (onSaleAt !== null && onSaleAt >= eventDate) {
    refuse('on_sale_at', 'must be before the event starts.')
  }
  if (salesEndAt === null) return
  if (salesEndAt > eventDate) {
    refuse('sales_end_at', 'must not be after the event starts.')
  }
  if (onSaleAt !== null && salesEndAt <= onSaleAt) {
    refuse('sales_end_at', 'must be after on_sale_at.')
  }
  if (salesEndAt.getTime() !== before?.salesEndAt?.getTime() && salesEndAt.getTime() <= now) {
    refuse('sales_end_at', 'is in the past; pause or cancel to stop a sale now.')
  }
}

function checkPlaceAndMoney(terms: EventTerms, before: EventTerms | undefined): void {
  if (terms.timezone !== before?.timezone && !isTimeZone(terms.timezone)) {
    refuse('timezone', 'must be the IANA name of a time zone, e.g. Europe/Zurich.')
  }
  if (terms.imageUrl !== null && terms.imageUrl !== before?.imageUrl && !isWebUrl(terms.imageUrl)) {
    refuse('image_url', 'must be an address that begins with https:// or http://.')
  }
  const { currency, ticketTypes } = terms
  if (!isCurrency(currency)) {
    refuse('currency', 'must be an ISO 4217 code, e.g. EUR.')
  }
  if (!hasDecimals(currency) && ticketTypes.some((type) => type.priceCents % 100 !== 0)) {
    refuse('ticket_price', `must be a whole number: ${currency} has no smaller unit.`)
  }
}

function checkCapacities(terms: EventTerms): void {
  const { totalTickets, ticketTypes, venueCapacity } = terms
  const names = new Set<string>()
  for (const [index, type] of ticketTypes.entries()) {
    const name = type.name.normalize('NFC').toLowerCase()
    if (names.has(name)) {
      refuse(`ticket_types/${index}/name`, 'is there twice; each ticket type needs its own name.')
    }
    names.add(name)
    if (type.capacity > totalTickets) {
      refuse(
        `ticket_types/${index}/capacity`,
        `must not be more than total_tickets, ${totalTickets}.`,
      )
    }
  }
  if (totalTickets > TICKETS_MAX) {
    refuse('ticket_types', `must not have more than ${TICKETS_MAX} tickets together.`)
  }
  if (totalTickets > sumOfCapacities(ticketTypes)) {
    refuse('total_tickets', 'must not be more than the capacities of the ticket types together.')
  }
  if (venueCapacity !== null && totalTickets > venueCapacity) {
    refuse('total_tickets', `must not be more than the venue takes, ${venueCapacity}.`)
  }
}

/** An end that is the start of the event is the default, and moves with it. */
function saleEndTerm(value: string | null | undefined, eventDate: Date): Date | null {
  const end = optionalTime('sales_end_at', value)
  return end?.getTime() === eventDate.getTime() ? null : end
}

const sumOfCapacities = (types: readonly TicketTypeTerms[]): number =>
  types.reduce((sum, type) => sum + type.capacity, 0)
