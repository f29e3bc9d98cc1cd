import type { CreateEventBody } from '../../contracts/event.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { Audit } from '../../platform/audit.ts'
import type { Database } from '../../platform/postgres.ts'
import { publish } from '../../platform/outbox/publish.ts'
import { auditedEvent } from './event-json.ts'
import type { Event } from './event.ts'
import { newTerms } from './event-terms.ts'
import { insertEvent, saveTicketTypes } from './events.sql.ts'
import { requireEvent } from './lock-event.ts'
import type { Stock } from './stock.ts'

export interface ChangeDeps {
  db: Database
  audit: Audit
  stock: Stock
  clock: Clock
}

/**
 * Creates an event with its ticket types, its stock, its message and its audit entry: all or none.
 * @throws AppError `invalid_request` or `invalid_value`, naming the field.
 */
export async function createEvent(
  deps: ChangeDeps,
  command: { organizerId: number; body: CreateEventBody; requestId: string },
): Promise<Event> {
  const terms = newTerms(command.body, deps.clock())
  return await deps.db.transaction(async (tx) => {
    const eventId = await insertEvent(tx, command.organizerId, terms)
    const types = await saveTicketTypes(tx, eventId, terms.ticketTypes)
    await deps.stock.setCapacity(tx, { eventId, capacity: terms.totalTickets, types })
    await publish(tx, 'event.created', { event_id: eventId })
    const event = await requireEvent(tx, eventId)
    await deps.audit(tx, {
      actorId: command.organizerId,
      action: 'event.created',
      subjectType: 'event',
      subjectId: eventId,
      after: auditedEvent(event),
      requestId: command.requestId,
    })
    return event
  })
}
