import type { Principal } from '../../platform/http/access.ts'
import type { Database } from '../../platform/postgres.ts'
import { type Event, requireOwner } from './event.ts'
import { requireEvent } from './lock-event.ts'

/**
 * An event for whoever runs it: in any state, and not from the cache.
 * @throws AppError `not_found`, `forbidden`
 */
export async function findOrganizerEvent(
  db: Database,
  principal: Principal,
  eventId: number,
): Promise<Event> {
  const event = await requireEvent(db, eventId)
  requireOwner(event, principal)
  return event
}
