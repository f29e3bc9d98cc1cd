/** What may still change once sales have started: only what takes nothing from a buyer. */
import { AppError } from '../../kernel/errors.ts'
import type { EventTerms } from './event-terms.ts'
import { saleEnd } from './event.ts'

/**
 * Whether sales have started. A draft and a cancelled event sell nothing, and an event without
 * `on_sale_at` has not started until somebody bought.
 * @param now Milliseconds since 1970.
 */
export function haveSalesStarted(event: EventTerms, hasOrders: boolean, now: number): boolean {
  if (hasOrders) return true
  return event.status === 'published' && event.onSaleAt !== null && event.onSaleAt.getTime() <= now
}

/** @throws AppError `sales_started`, naming the first field that would take from a buyer. */
export function requireNothingTaken(before: EventTerms, after: EventTerms): void {
  const taken = takenFromBuyers(before, after)
  if (taken !== undefined) {
    throw new AppError('sales_started', {
      field: taken.field,
      detail: `Sales have started, so ${taken.field} ${taken.rule}`,
    })
  }
}

interface Taken {
  field: string
  rule: string
}

const FIXED = 'can no longer be changed.'

function takenFromBuyers(before: EventTerms, after: EventTerms): Taken | undefined {
  if (after.name !== before.name) return { field: 'name', rule: FIXED }
  if (after.venue !== before.venue) return { field: 'venue', rule: FIXED }
  if (after.city !== before.city) return { field: 'city', rule: FIXED }
  if (after.currency !== before.currency) return { field: 'currency', rule: FIXED }
  if (after.timezone !== before.timezone) return { field: 'timezone', rule: FIXED }
  if (after.eventDate.getTime() !== before.eventDate.getTime()) {
    return { field: 'event_date', rule: 'can no longer be changed: postpone the event instead.' }
  }
  if (after.onSaleAt?.getTime() !== before.onSaleAt?.getTime()) {
    return { field: 'on_sale_at', rule: FIXED }
  }
  if (after.status !== before.status && after.status === 'draft') {
    return { field: 'status', rule: 'can no longer go back to draft.' }
  }
  if (saleEnd(after) < saleEnd(before)) {
    return { field: 'sales_end_at', rule: 'may only be later.' }
  }
  if (after.maxPerUser < before.maxPerUser) {
    return { field: 'max_per_user', rule: 'may only be raised.' }
  }
  if (after.totalTickets < before.totalTickets) {
    return { field: 'total_tickets', rule: 'may only be raised.' }
  }
  return takenFromTicketTypes(before, after)
}

/** Prices may change: they are those of future buyers. */
function takenFromTicketTypes(before: EventTerms, after: EventTerms): Taken | undefined {
  for (const type of before.ticketTypes) {
    const index = after.ticketTypes.findIndex((other) => other.id === type.id)
    const changed = after.ticketTypes[index]
    if (changed === undefined) {
      return { field: 'ticket_types', rule: `must keep the ticket type ${type.name}.` }
    }
    if (changed.name !== type.name) return { field: `ticket_types/${index}/name`, rule: FIXED }
    if (changed.capacity < type.capacity) {
      return { field: `ticket_types/${index}/capacity`, rule: 'may only be raised.' }
    }
  }
  return undefined
}
