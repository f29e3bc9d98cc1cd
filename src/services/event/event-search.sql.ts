/**
 * Lists of events. What is asked for is only known at run time, so kysely puts the statement
 * together; it never sees a connection. Nothing that a user typed becomes part of the SQL.
 */
import {
  DummyDriver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type RawBuilder,
  sql,
} from 'kysely'
import type { EventSort } from '../../contracts/event.ts'
import { AppError } from '../../kernel/errors.ts'
import { centsFromNumeric, numericFromCents } from '../../kernel/money.ts'
import { cursorCodec } from '../../platform/http/pages.ts'
import type { Queryable } from '../../platform/postgres.ts'
import { type EventListing, saleState } from './event.ts'
import { PICTURE_OF_EVENT } from './events.sql.ts'
import type { EventSearch } from './event-search.ts'
import { type StoredPicture, pictureOf } from './picture.ts'

/** How words are compared: as they are, or by likeness. */
export type Matching = 'exact' | 'similar'

/** An event of a list, and where it stands in the list's order. */
export interface ListedEvent extends EventListing {
  cursor: string
}

interface ListRow extends Omit<EventListing, 'ticketPriceCents' | 'sale' | 'picture'> {
  ticketPrice: string
  refusal: string | null
  picture: StoredPicture | null
  /** With all microseconds, as PostgreSQL writes it. */
  eventTime: string
  sortName: string
  relevance: number
}

interface Tables {
  events: {
    id: number
    name: string
    venue: string
    event_date: Date
    ticket_price: string
    total_tickets: number
    currency: string
    category: string | null
    city: string | null
    image_url: string | null
    timezone: string
    on_sale_at: Date | null
    sales_end_at: Date | null
    status: EventListing['status']
    created_by: number
    sort_name: string
  }
  event_stock: { event_id: number; remaining: number }
}

const builder = new Kysely<Tables>({
  dialect: {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (db) => new PostgresIntrospector(db),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  },
})

/** How each order is written, and how a cursor becomes the rows after it. All end in the id. */
interface Ordering {
  by: RawBuilder<unknown>[]
  after: (cursor: string) => RawBuilder<boolean>
  cursorOf: (row: ListRow) => string
}

/**
 * One more than `search.limit` published events that are still ahead, so that the page can tell
 * whether there is a next one.
 * @throws AppError `invalid_request` for a cursor of another list.
 */
export async function findListedEvents(
  db: Queryable,
  search: EventSearch,
  matching: Matching,
): Promise<ListedEvent[]> {
  const relevance = relevanceOf(search, matching)
  const order = orderingOf(search.sort, relevance)

  let query = builder
    .selectFrom('events as e')
    .innerJoin('event_stock as s', 's.event_id', 'e.id')
    .select([
      'e.id',
      'e.name',
      'e.venue',
      'e.event_date as eventDate',
      'e.ticket_price as ticketPrice',
      's.remaining',
      'e.total_tickets as totalTickets',
      'e.currency',
      'e.category',
      'e.city',
      'e.image_url as imageUrl',
      'e.timezone',
      'e.on_sale_at as onSaleAt',
      'e.sales_end_at as salesEndAt',
      'e.status',
      'e.created_by as createdBy',
      'e.sort_name as sortName',
      sql<StoredPicture | null>`${sql.raw(PICTURE_OF_EVENT)}`.as('picture'),
      sql<string | null>`sale_refusal(e, now())`.as('refusal'),
      sql<string>`e.event_date::text`.as('eventTime'),
      relevance.as('relevance'),
    ])
    .where('e.status', '=', 'published')
    .where('e.event_date', '>=', sql<Date>`now()`)
    .limit(search.limit + 1)

  if (search.text !== undefined && matching === 'exact') {
    query = query.where(sql<boolean>`e.search @@ ${searchQuery(search)}`)
  }
  if (search.text !== undefined && matching === 'similar') {
    const like = sql<{ event_id: number }>`events_like(array(
      select plain_text(word) from unnest(${search.text.misspellable}::text[]) as w(word)))`
    query = query.innerJoin(like.as('l'), 'l.event_id', 'e.id')
  }
  if (search.category !== undefined) {
    query = query.where(sql<boolean>`plain_text(e.category) = plain_text(${search.category})`)
  }
  if (search.city !== undefined) {
    query = query.where(sql<boolean>`plain_text(e.city) = plain_text(${search.city})`)
  }
  if (search.from !== undefined) query = query.where('e.event_date', '>=', search.from)
  if (search.until !== undefined) query = query.where('e.event_date', '<', search.until)
  if (search.minPrice !== undefined) {
    query = query.where('e.ticket_price', '>=', String(search.minPrice))
  }
  if (search.maxPrice !== undefined) {
    query = query.where('e.ticket_price', '<=', String(search.maxPrice))
  }
  if (search.isAvailable) {
    query = query
      .where('s.remaining', '>', 0)
      .where(sql<boolean>`now() < coalesce(e.sales_end_at, e.event_date)`)
  }
  if (search.organizerId !== undefined) query = query.where('e.created_by', '=', search.organizerId)
  if (search.cursor !== undefined) query = query.where(order.after(search.cursor))
  for (const column of order.by) query = query.orderBy(column)

  const statement = query.compile()
  const rows = await db.query<ListRow>(statement.sql, statement.parameters)
  return rows.map((row) => listedEvent(row, order.cursorOf(row)))
}

function listedEvent(row: ListRow, cursor: string): ListedEvent {
  const {
    ticketPrice,
    refusal,
    picture,
    eventTime: _time,
    sortName: _name,
    relevance: _rank,
    ...event
  } = row
  return {
    ...event,
    ticketPriceCents: centsFromNumeric(ticketPrice),
    sale: saleState(refusal, event.remaining),
    picture: picture && pictureOf(picture),
    cursor,
  }
}

const searchQuery = (search: EventSearch) =>
  sql`search_query(${search.text?.finished ?? ''}, ${search.text?.unfinished ?? ''})`

/** A whole number, so that a cursor holds it exactly. */
function relevanceOf(search: EventSearch, matching: Matching): RawBuilder<number> {
  if (search.text === undefined) return sql<number>`0`
  const rank =
    matching === 'exact' ? sql`ts_rank(e.search, ${searchQuery(search)})` : sql`l.similarity`
  return sql<number>`round(${rank} * 1000000)::integer`
}

const byTime = cursorCodec('text', 'time', 'integer')
const byPrice = cursorCodec('text', 'integer', 'integer')
const byName = cursorCodec('text', 'text', 'integer')
const byRelevance = cursorCodec('text', 'integer', 'time', 'integer')

function orderingOf(sort: EventSort, relevance: RawBuilder<number>): Ordering {
  switch (sort) {
    case 'date':
    case '-date': {
      const { direction, beyond } = directionOf(sort)
      return {
        by: [sql`e.event_date ${direction}`, sql`e.id ${direction}`],
        cursorOf: (row) => byTime.encode([sort, row.eventTime, row.id]),
        after: (cursor) => {
          const [of, time, id] = byTime.decode(cursor)
          requireSameOrder(of, sort)
          return sql`(e.event_date, e.id) ${beyond} (${time}::timestamptz, ${id}::bigint)`
        },
      }
    }
    case 'price':
    case '-price': {
      const { direction, beyond } = directionOf(sort)
      return {
        by: [sql`e.ticket_price ${direction}`, sql`e.id ${direction}`],
        cursorOf: (row) => byPrice.encode([sort, centsFromNumeric(row.ticketPrice), row.id]),
        after: (cursor) => {
          const [of, cents, id] = byPrice.decode(cursor)
          requireSameOrder(of, sort)
          const price = numericFromCents(cents)
          return sql`(e.ticket_price, e.id) ${beyond} (${price}::numeric, ${id}::bigint)`
        },
      }
    }
    case 'name':
      return {
        by: [sql`e.sort_name`, sql`e.id`],
        cursorOf: (row) => byName.encode([sort, row.sortName, row.id]),
        after: (cursor) => {
          const [of, name, id] = byName.decode(cursor)
          requireSameOrder(of, sort)
          return sql`(e.sort_name, e.id) > (${name}::text, ${id}::bigint)`
        },
      }
    case 'relevance':
      return {
        by: [sql`-${relevance}`, sql`e.event_date`, sql`e.id`],
        cursorOf: (row) => byRelevance.encode([sort, row.relevance, row.eventTime, row.id]),
        after: (cursor) => {
          const [of, rank, time, id] = byRelevance.decode(cursor)
          requireSameOrder(of, sort)
          return sql`(-${relevance}, e.event_date, e.id)
            > (-${rank}::bigint, ${time}::timestamptz, ${id}::bigint)`
        },
      }
  }
}

const directionOf = (sort: EventSort) =>
  sort.startsWith('-')
    ? { direction: sql`desc`, beyond: sql`<` }
    : { direction: sql`asc`, beyond: sql`>` }

/** A cursor says which order it belongs to; in another it would skip rows silently. */
function requireSameOrder(of: string, sort: EventSort): void {
  if (of !== sort) {
    throw new AppError('invalid_request', {
      field: 'cursor',
      detail: 'cursor belongs to a list in another order; take it from the Link header.',
    })
  }
}
