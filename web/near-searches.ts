/** What to search for instead, where a search finds nothing: the same, less one of its limits. */
import type { Language } from '../src/kernel/language.ts'
import type { Events } from './needs.ts'
import { type SearchField, type Typed, readSearch, searchPath } from './search.ts'

/** What people give up first comes first; their words, last. */
const LIMITS = {
  price: ['min_price', 'max_price'],
  dates: ['from', 'to'],
  available: ['available'],
  city: ['city'],
  category: ['category'],
  words: ['q'],
} as const satisfies Record<string, readonly SearchField[]>

export type Limit = keyof typeof LIMITS

export interface NearSearch {
  without: Limit
  path: string
  count: number
  hasMore: boolean
}

/** More would be another page to search. */
const SHOWN_MAX = 3

/** Those that find something. Without its only limit a search is no longer one, so then there are none. */
export async function findNearSearches(
  events: Pick<Events, 'listEvents'>,
  typed: Typed,
  language: Language,
): Promise<NearSearch[]> {
  const limits = Object.entries(LIMITS).filter(([, fields]) =>
    fields.some((field) => typed[field] !== ''),
  )
  if (limits.length < 2) return []
  const searches = await Promise.all(
    limits.map(async ([limit, fields]): Promise<NearSearch> => {
      const without = Object.fromEntries(fields.map((field) => [field, '']))
      const { query } = readSearch({ ...typed, ...without, cursor: '' }, language)
      const { items, nextCursor } = await events.listEvents(query)
      return {
        without: limit as Limit,
        path: searchPath(typed, without),
        count: items.length,
        hasMore: nextCursor !== undefined,
      }
    }),
  )
  return searches.filter(({ count }) => count > 0).slice(0, SHOWN_MAX)
}
