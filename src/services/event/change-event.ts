import { isDeepStrictEqual } from 'node:util'
import type { ChangeEventBody } from '../../contracts/event.ts'
import { AppError } from '../../kernel/errors.ts'
import { publish } from '../../platform/outbox/publish.ts'
import type { Transaction } from '../../platform/postgres.ts'
import type { ChangeDeps } from './create-event.ts'
import { eventChange } from './event-facts.ts'
import { auditedChange } from './event-json.ts'
import type { Event } from './event.ts'
import { type EventTerms, changedTerms } from './event-terms.ts'
import { saveTicketTypes, updateEvent } from './events.sql.ts'
import { type EventCommand, requireEvent, withEventLocked } from './lock-event.ts'
import { haveSalesStarted, requireNothingTaken } from './sale-started.ts'

/**
 * Changes what the body names: anything before sales start, after it only what takes nothing from
 * a buyer. A change that changes nothing leaves the version alone.
 * @throws AppError `not_found`, `forbidden`, `precondition_failed`, `event_cancelled`,
 * `sales_started`, `invalid_request`, `invalid_value`
 */
export async function changeEvent(
  deps: ChangeDeps,
  command: EventCommand & { body: ChangeEventBody },
): Promise<Event> {
  return await withEventLocked(deps, command, async (tx, event, hasOrders) => {
    if (event.status === 'cancelled') throw new AppError('event_cancelled')
    const now = deps.clock()
    const before = termsOf(event)
    const terms = changedTerms(before, command.body, now)
    if (isDeepStrictEqual(before, terms)) return event
    if (haveSalesStarted(before, hasOrders, now)) requireNothingTaken(before, terms)
    return await saveChange(tx, deps, { command, event, terms, action: 'event.changed' })
  })
}

/** Writes new terms with their stock, message and audit entry, in the transaction of the lock. */
export async function saveChange(
  tx: Transaction,
  deps: ChangeDeps,
  change: { command: EventCommand; event: Event; terms: EventTerms; action: string },
): Promise<Event> {
  const { event, terms } = change
  const eventId = event.id
  await updateEvent(tx, eventId, terms)
  if (!isDeepStrictEqual(stockTerms(termsOf(event)), stockTerms(terms))) {
    const types = await saveTicketTypes(tx, eventId, terms.ticketTypes)
    await deps.stock.setCapacity(tx, { eventId, capacity: terms.totalTickets, types })
  }
  return await recordChange(tx, deps, change)
}

/** Tells of a change that was written, by a message and an audit entry. @returns The event as it is now. */
export async function recordChange(
  tx: Transaction,
  deps: ChangeDeps,
  { command, event, action }: { command: EventCommand; event: Event; action: string },
): Promise<Event> {
  const eventId = event.id
  const changed = await requireEvent(tx, eventId)
  const news = eventChange(event, changed)
  await publish(tx, 'event.changed', { event_id: eventId, ...(news && { change: news }) })
  await deps.audit(tx, {
    actorId: command.principal.userId,
    action,
    subjectType: 'event',
    subjectId: eventId,
    ...auditedChange(event, changed),
    requestId: command.requestId,
  })
  return changed
}

/** The terms alone, without what follows from them or from the sale. */
export const termsOf = (event: Event): EventTerms => ({
  name: event.name,
  description: event.description,
  venue: event.venue,
  eventDate: event.eventDate,
  totalTickets: event.totalTickets,
  category: event.category,
  city: event.city,
  imageUrl: event.imageUrl,
  timezone: event.timezone,
  currency: event.currency,
  maxPerUser: event.maxPerUser,
  holdSeconds: event.holdSeconds,
  onSaleAt: event.onSaleAt,
  salesEndAt: event.salesEndAt,
  venueCapacity: event.venueCapacity,
  status: event.status,
  salesPaused: event.salesPaused,
  postponedAt: event.postponedAt,
  refundUntil: event.refundUntil,
  ticketTypes: event.ticketTypes.map(({ id, name, priceCents, capacity }) => ({
    id,
    name,
    priceCents,
    capacity,
  })),
})

const stockTerms = ({ totalTickets, ticketTypes }: EventTerms) => ({ totalTickets, ticketTypes })
