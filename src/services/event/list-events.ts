import type { Queryable } from '../../platform/postgres.ts'
import { type Page, cutPage } from '../../platform/http/pages.ts'
import type { EventListing } from './event.ts'
import type { EventSearch } from './event-search.ts'
import { type ListedEvent, type Matching, findListedEvents } from './event-search.sql.ts'

/** Begins the cursors of lists by likeness, so that their next pages are by likeness too. */
const SIMILAR = '~'

/**
 * A page of published events that are still ahead. Words that match no event at all are taken as
 * misspelled: then the list has the events most like them.
 * @throws AppError `invalid_request` for a cursor that does not fit.
 */
export async function listEvents(db: Queryable, search: EventSearch): Promise<Page<EventListing>> {
  if (search.cursor?.startsWith(SIMILAR) === true) {
    const cursor = search.cursor.slice(SIMILAR.length)
    return pageOf(await findListedEvents(db, { ...search, cursor }, 'similar'), search, 'similar')
  }
  const exact = await findListedEvents(db, search, 'exact')
  const mayBeMisspelled = search.text !== undefined && search.text.misspellable.length > 0
  if (exact.length > 0 || search.cursor !== undefined || !mayBeMisspelled) {
    return pageOf(exact, search, 'exact')
  }
  return pageOf(await findListedEvents(db, search, 'similar'), search, 'similar')
}

function pageOf(
  rows: readonly ListedEvent[],
  search: EventSearch,
  matching: Matching,
): Page<EventListing> {
  const prefix = matching === 'similar' ? SIMILAR : ''
  return cutPage(rows, search.limit, (last) => prefix + last.cursor)
}
