/** A search as its address has it, and as the events are asked. */
import { EVENT_SORTS } from '../src/contracts/event.ts'
import type { Language } from '../src/kernel/language.ts'
import { type Form, formOf } from './form.ts'
import { longDay } from './format.ts'
import type { EventQuery } from './needs.ts'
import { searchTexts } from './texts/search.ts'

const FIELDS = [
  ...(['q', 'category', 'city', 'from', 'to', 'min_price', 'max_price'] as const),
  ...(['available', 'sort', 'cursor'] as const),
]
export type SearchField = (typeof FIELDS)[number]

/** What was typed, field by field; empty where nothing was. */
export type Typed = Readonly<Record<SearchField, string>>

/** Something typed that cannot be searched for. */
export interface Fault {
  field: string
  message: string
}

export interface Search {
  typed: Typed
  query: EventQuery
  faults: Fault[]
}

/** Fills rows of two, three and four; the front page has one more, in front. */
const EVENTS_SHOWN = 24
const LENGTH_MAX = 200

export function readSearch(sent: unknown, language: Language = 'en'): Search {
  const t = searchTexts[language]
  const form = formOf(sent)
  const typed = Object.fromEntries(FIELDS.map((field) => [field, read(form, field)])) as Typed
  const faults: Fault[] = []
  const query: EventQuery = { limit: EVENTS_SHOWN + (isEverything(typed) ? 1 : 0) }

  for (const field of ['q', 'category', 'city'] as const) {
    if (typed[field] !== '') query[field] = typed[field]
  }
  for (const field of ['from', 'to'] as const) {
    if (typed[field] === '') continue
    if (isDay(typed[field])) query[field] = typed[field]
    else faults.push({ field, message: t.badDate })
  }
  for (const field of ['min_price', 'max_price'] as const) {
    if (typed[field] === '') continue
    const amount = amountOf(typed[field])
    if (amount !== undefined) query[field] = amount
    else faults.push({ field, message: t.badPrice })
  }
  if (typed.available !== '') query.available = true
  const sort = EVENT_SORTS.find((known) => known === typed.sort)
  if (sort !== undefined && (sort !== 'relevance' || query.q !== undefined)) query.sort = sort
  if (typed.cursor !== '') query.cursor = typed.cursor
  return { typed, query, faults }
}

/** Nobody types more than fits, and every link of the page repeats what was typed. */
function read(form: Form, field: SearchField): string {
  const text = form(field)
  // A cursor is ours. By characters, so that none is cut in half.
  return field === 'cursor' ? text : [...text].slice(0, LENGTH_MAX).join('')
}

/** The address of a search with some fields changed; other fields mean another first page. */
export function searchPath(typed: Typed, changes: Partial<Typed>): string {
  const next = { ...typed, cursor: '', ...changes }
  const filled = FIELDS.filter((field) => next[field] !== '').map((field) => [field, next[field]])
  const query = new URLSearchParams(filled).toString()
  return query === '' ? '/' : `/?${query}`
}

/** True when nothing limits the list: the first page of everything. */
export const isEverything = (typed: Typed): boolean => FIELDS.every((field) => typed[field] === '')

/** What the list is limited by, as words for people. */
export function activeFilters(
  typed: Typed,
  language: Language = 'en',
): { fields: Partial<Typed>; label: string }[] {
  const { q, category, city, from, to, min_price, max_price, available } = typed
  const t = searchTexts[language].filter
  const day = (text: string) => (isDay(text) ? longDay(new Date(text), 'UTC', language) : text)
  const filters: [Partial<Typed>, string, string][] = [
    [{ q: '' }, q, t.words(q)],
    [{ category: '' }, category, category],
    [{ city: '' }, city, city],
    [{ from: '' }, from, t.from(day(from))],
    [{ to: '' }, to, t.to(day(to))],
    [{ min_price: '' }, min_price, t.minPrice(min_price)],
    [{ max_price: '' }, max_price, t.maxPrice(max_price)],
    [{ available: '' }, available, t.available],
  ]
  return filters.filter(([, value]) => value !== '').map(([fields, , label]) => ({ fields, label }))
}

/** What may be chosen besides the order that a list has by itself. */
export const SORTS = ['date', '-date', 'price', '-price', 'name'] as const

const isDay = (text: string): boolean =>
  /^\d{4}-\d\d-\d\d$/.test(text) &&
  !Number.isNaN(Date.parse(text)) &&
  new Date(text).toISOString().startsWith(text)

const AMOUNT_MAX = 1_000_000_000

/** `25`, `25.50` or `25,50`. */
function amountOf(text: string): number | undefined {
  if (!/^\d{1,10}([.,]\d{1,2})?$/.test(text)) return undefined
  const amount = Number(text.replace(',', '.'))
  return amount <= AMOUNT_MAX ? amount : undefined
}
