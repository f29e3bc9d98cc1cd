/**
 * What browsing is answered from: lists and events as serialized bytes, at most a second older
 * than the database, so that a crowd that reads costs one query a second for each thing it reads.
 * Strong where it sells, eventual where it shows: no purchase ever looks here.
 *
 * A change made in this process is seen at once, one made elsewhere within the second.
 */
import { LRUCache } from 'lru-cache'
import type { Clock } from '../../kernel/clock.ts'
import { etagOf } from '../../platform/http/etag.ts'
import { type Page, nextLink } from '../../platform/http/pages.ts'
import type { Event, EventListing } from './event.ts'
import { eventJson, eventListingJson } from './event-json.ts'
import type { EventSearch } from './event-search.ts'
import { eventTag } from './event-tag.ts'

export interface CachedBytes {
  bytes: Buffer
  etag: string
  /** The Link header of a list that goes on. */
  link: string | undefined
}

export interface CachedList extends CachedBytes {
  page: Page<EventListing>
}

export interface CachedEvent extends CachedBytes {
  event: Event
}

interface NoEvent extends CachedBytes {
  event: undefined
}

/** That there is no such event is worth remembering too: numbers are easily guessed. */
const NO_EVENT: NoEvent = { bytes: Buffer.alloc(0), etag: '', link: undefined, event: undefined }

const AGE_MAX_MS = 1_000
const LISTS_MAX = 2_000
const LISTS_BYTES_MAX = 48 * 1024 * 1024
const EVENTS_MAX = 10_000
const EVENTS_BYTES_MAX = 32 * 1024 * 1024
/** Rows as objects beside the bytes, and what keeps them. */
const BYTES_PER_BYTE = 4
const RAW_QUERIES_MAX = 5_000
const RAW_QUERY_LENGTH_MAX = 500
/** A sale places hundreds of batches a second; more often than this nobody can tell. */
const CLEARING_INTERVAL_MS = 100

export interface EventCacheSources {
  listEvents: (search: EventSearch) => Promise<Page<EventListing>>
  findEvent: (id: number) => Promise<Event | undefined>
  clock: Clock
}

export class EventCache {
  readonly #clock: Clock
  readonly #lists: LRUCache<string, CachedList, EventSearch>
  readonly #events: LRUCache<number, CachedEvent | NoEvent>
  /** The key of a list for a query string as it was sent. */
  readonly #keys = new LRUCache<string, string>({ max: RAW_QUERIES_MAX })
  #isOutdated = false
  #changes = 0
  #clearedAt = 0

  constructor({ listEvents, findEvent, clock }: EventCacheSources) {
    this.#clock = clock
    const shared = {
      ttl: AGE_MAX_MS,
      ttlResolution: 0,
      perf: { now: clock },
      // What was asked for before the cache was cleared is still an answer to those who asked
      // then; it is not kept.
      ignoreFetchAbort: true,
    }
    this.#lists = new LRUCache<string, CachedList, EventSearch>({
      ...shared,
      max: LISTS_MAX,
      maxSize: LISTS_BYTES_MAX,
      sizeCalculation: sizeOf,
      fetchMethod: async (key, _stale, { options, context }) => {
        const askedAt = clock()
        const page = await listEvents(context)
        options.ttl = timeLeft(askedAt, clock())
        return listOf(key, page)
      },
    })
    this.#events = new LRUCache<number, CachedEvent | NoEvent>({
      ...shared,
      max: EVENTS_MAX,
      maxSize: EVENTS_BYTES_MAX,
      sizeCalculation: sizeOf,
      fetchMethod: async (id, _stale, { options }) => {
        const askedAt = clock()
        const event = await findEvent(id)
        options.ttl = timeLeft(askedAt, clock())
        // Drafts are nobody's business yet.
        return event === undefined || event.status === 'draft' ? NO_EVENT : cachedEvent(event)
      },
    })
  }

  /**
   * A list, from memory or from one query, however many ask for it at the same time.
   * @throws What the query throws; nothing is kept then.
   */
  async list(key: string, search: EventSearch): Promise<CachedList> {
    this.#clearIfOutdated()
    return await this.#lists.forceFetch(key, { context: search })
  }

  /** @returns Undefined when there is no such event, or a draft. */
  async event(id: number): Promise<CachedEvent | undefined> {
    this.#clearIfOutdated()
    const entry = await this.#events.forceFetch(id)
    return entry.event && entry
  }

  /** What is at hand for a query string exactly as it was sent; nothing is parsed or checked. */
  warmList(rawQuery: string): CachedList | undefined {
    this.#clearIfOutdated()
    const key = this.#keys.get(rawQuery)
    return key === undefined ? undefined : this.#lists.get(key)
  }

  /** What is at hand for the number in an event's path. */
  warmEvent(id: number): CachedEvent | undefined {
    this.#clearIfOutdated()
    const entry = this.#events.get(id)
    return entry?.event && entry
  }

  /** Notes that a query string, which was checked, means this list. */
  remember(rawQuery: string, key: string): void {
    if (rawQuery.length <= RAW_QUERY_LENGTH_MAX) this.#keys.set(rawQuery, key)
  }

  /** How often somebody changed an event here. */
  get changes(): number {
    return this.#changes
  }

  /** Forgets everything at once: somebody changed an event and looks at it next. */
  clear(): void {
    this.#changes += 1
    this.#forget()
  }

  /** Forgets everything soon: tickets were sold. */
  outdate(): void {
    this.#isOutdated = true
  }

  #forget(): void {
    this.#isOutdated = false
    this.#clearedAt = this.#clock()
    this.#lists.clear()
    this.#events.clear()
  }

  #clearIfOutdated(): void {
    if (this.#isOutdated && this.#clock() - this.#clearedAt >= CLEARING_INTERVAL_MS) this.#forget()
  }
}

/** An answer is as old as its question; lru-cache takes 0 for never. */
const timeLeft = (askedAt: number, now: number): number =>
  Math.max(1, AGE_MAX_MS - Math.max(0, now - askedAt))

const sizeOf = (entry: CachedBytes): number => 500 + entry.bytes.length * BYTES_PER_BYTE

function listOf(key: string, page: Page<EventListing>): CachedList {
  const bytes = Buffer.from(JSON.stringify(page.items.map(eventListingJson)))
  const url = `/api/v1/events${key === '' ? '' : `?${key}`}`
  const link = page.nextCursor === undefined ? undefined : nextLink({ url }, page.nextCursor)
  return { bytes, etag: etagOf(bytes), link, page }
}

/** An event as it is sent, cached or not. */
export function cachedEvent(event: Event): CachedEvent {
  const bytes = Buffer.from(JSON.stringify(eventJson(event)))
  return { bytes, etag: eventTag(event.version, bytes), link: undefined, event }
}
