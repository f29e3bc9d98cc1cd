/**
 * What a list of events is asked for, in one canonical form: two requests that mean the same have
 * the same key, and the key is a query string that asks for it again.
 */
import { EVENTS_PER_PAGE, type EventSort, type ListEventsQuery } from '../../contracts/event.ts'
import { AppError } from '../../kernel/errors.ts'

/** Words to search for. */
export interface SearchText {
  /** In the syntax of a web search: quotes, minus, or. */
  finished: string
  /** The last word, of which only the beginning may be there yet. */
  unfinished: string
  /** The words to try by likeness when nothing matches, the longest first; none when quoted. */
  misspellable: string[]
}

export interface EventSearch {
  text: SearchText | undefined
  category: string | undefined
  city: string | undefined
  from: Date | undefined
  /** Events that start before this. */
  until: Date | undefined
  minPrice: number | undefined
  maxPrice: number | undefined
  isAvailable: boolean
  organizerId: number | undefined
  sort: EventSort
  limit: number
  cursor: string | undefined
}

/** A query as a page or a request has it; what is missing or empty does not limit the list. */
export type EventQuery = Partial<ListEventsQuery>

/** @throws AppError `invalid_request`, naming the field. */
export function searchOf(query: EventQuery): { key: string; search: EventSearch } {
  const q = plain('q', query.q)
  const category = plain('category', query.category)
  const city = plain('city', query.city)
  const sort = query.sort ?? (q === '' ? 'date' : 'relevance')
  if (sort === 'relevance' && q === '') {
    misfit('sort', 'can be relevance only together with q.')
  }
  const limit = query.limit ?? EVENTS_PER_PAGE.default
  return {
    key: canonicalQuery({ ...query, q, category, city, sort, limit }),
    search: {
      text: q === '' ? undefined : searchTextOf(q),
      category: category === '' ? undefined : category,
      city: city === '' ? undefined : city,
      from: empty(query.from) ? undefined : moment('from', query.from).start,
      until: empty(query.to) ? undefined : moment('to', query.to).end,
      minPrice: query.min_price,
      maxPrice: query.max_price,
      isAvailable: query.available === true,
      organizerId: query.organizer,
      sort,
      limit,
      cursor: query.cursor,
    },
  }
}

const empty = (value: string | undefined): value is undefined | '' =>
  value === undefined || value.trim() === ''

/** Leaves out what is the default anyway. */
function canonicalQuery(query: EventQuery & { q: string; category: string; city: string }): string {
  const fields: [string, string | number | boolean | undefined][] = [
    ['q', query.q],
    ['category', query.category],
    ['city', query.city],
    ['from', query.from?.trim()],
    ['to', query.to?.trim()],
    ['min_price', query.min_price],
    ['max_price', query.max_price],
    ['available', query.available === true ? true : undefined],
    ['organizer', query.organizer],
    ['sort', query.sort === (query.q === '' ? 'date' : 'relevance') ? undefined : query.sort],
    ['limit', query.limit === EVENTS_PER_PAGE.default ? undefined : query.limit],
    ['cursor', query.cursor],
  ]
  const present = fields.filter(([, value]) => value !== undefined && value !== '')
  return new URLSearchParams(present.map(([name, value]) => [name, String(value)])).toString()
}

/** Case means nothing to a search; neither do spaces around and between words. */
function plain(field: string, value: string | undefined): string {
  const text = (value ?? '').normalize('NFC').replace(/\s+/g, ' ').trim().toLowerCase()
  if (/[\p{Cc}\p{Cs}]/u.test(text)) misfit(field, 'must not have control characters.')
  return text
}

const WORDS_MAX = 8
const WORD_LENGTH_MAX = 64

function searchTextOf(q: string): SearchText {
  // Only quotes and a leading minus mean something; a dash within a word separates its parts.
  const text = q
    .replace(/[^\p{L}\p{N}\p{M}"\s-]+/gu, ' ')
    .replace(/(?<=[^\s"])-+|-+(?=[\s-]|$)/gu, ' ')
    .trim()
  const isWebSyntax = /["-]|\bor\b/u.test(text)
  const words = text.split(/[\s"-]+/u).filter((word) => word !== '')
  const misspellable = [...new Set(words)]
    .filter((word) => word.length <= WORD_LENGTH_MAX)
    .slice(0, WORDS_MAX)
    .sort((a, b) => b.length - a.length)
  return isWebSyntax
    ? { finished: text, unfinished: '', misspellable: [] }
    : {
        finished: words.slice(0, -1).join(' '),
        unfinished: words.at(-1) ?? '',
        misspellable,
      }
}

const DAY = /^\d{4}-\d\d-\d\d$/
const TIME = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d(\.\d+)?)?([Zz]|[+-]\d\d:\d\d)$/
const DAY_MS = 86_400_000

/** A day lasts until the next one, a time for a millisecond. */
function moment(field: string, value: string): { start: Date; end: Date } {
  const text = value.trim()
  const start = Date.parse(text.toUpperCase().replace(' ', 'T'))
  if ((!DAY.test(text) && !TIME.test(text)) || Number.isNaN(start) || !isRealDay(text)) {
    misfit(field, 'must be a day such as 2030-06-01 or a time such as 2030-06-01T19:30:00Z.')
  }
  return { start: new Date(start), end: new Date(start + (DAY.test(text) ? DAY_MS : 1)) }
}

/** `Date` takes 31 February for 3 March. */
function isRealDay(text: string): boolean {
  const day = new Date(`${text.slice(0, 10)}T00:00:00Z`)
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text.slice(0, 10))
}

function misfit(field: string, rule: string): never {
  throw new AppError('invalid_request', { field, detail: `${field} ${rule}` })
}
