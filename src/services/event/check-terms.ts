/** What the terms of an event must be as a whole, whoever makes or changes them. */
import { TICKETS_MAX } from '../../contracts/event.ts'
import { decimalFromCents } from '../../kernel/money.ts'
import { smallestPriceCents } from '../../platform/payment-amounts.ts'
import { hasDecimals, isCurrency, isTimeZone, isWebUrl, refuse } from './event-fields.ts'
import type { EventTerms, TicketTypeTerms } from './event-terms.ts'

/**
 * @param before The terms as they were: what was fine when it was decided is not refused later.
 * @param now Milliseconds since 1970.
 * @throws AppError `invalid_value`, naming the field.
 */
export function checkTerms(terms: EventTerms, before: EventTerms | undefined, now: number): void {
  checkTimes(terms, before, now)
  checkPlaceAndMoney(terms, before)
  checkPrices(terms, before)
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

/** What costs less than any payment could be had and not paid for; nothing is a price, too. */
function checkPrices({ currency, ticketTypes }: EventTerms, before: EventTerms | undefined): void {
  const smallest = smallestPriceCents(currency)
  for (const [index, { id, priceCents }] of ticketTypes.entries()) {
    if (priceCents === 0 || priceCents >= smallest) continue
    const wasSo = before?.ticketTypes.some((type) => type.id === id && type.priceCents === priceCents) // prettier-ignore
    if (wasSo === true && before?.currency === currency) continue
    const field = ticketTypes.length === 1 ? 'ticket_price' : `ticket_types/${index}/price`
    refuse(field, `must be 0 or at least ${decimalFromCents(smallest)} ${currency}: less cannot be paid.`) // prettier-ignore
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

export const sumOfCapacities = (types: readonly TicketTypeTerms[]): number =>
  types.reduce((sum, type) => sum + type.capacity, 0)
