import { type Page, cursorCodec, cutPage } from '../../platform/http/pages.ts'
import type { Database } from '../../platform/postgres.ts'
import type { Event } from './event.ts'
import { findEventsOf } from './events.sql.ts'

const position = cursorCodec('integer')

/**
 * A page of the events of one organizer, in every state, the newest first.
 * @throws AppError `invalid_request` for a cursor that does not fit.
 */
export async function listOrganizerEvents(
  db: Database,
  query: { organizerId: number; limit: number; cursor: string | undefined },
): Promise<Page<Event>> {
  const beforeId = query.cursor === undefined ? undefined : position.decode(query.cursor)[0]
  const rows = await findEventsOf(db, query.organizerId, { limit: query.limit + 1, beforeId })
  return cutPage(rows, query.limit, (last) => position.encode([last.id]))
}
