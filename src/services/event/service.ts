/** The event service: events, their terms, and browsing them. Its only door. */
import { randomUUID } from 'node:crypto'
import type { EventFacts } from '../../contracts/messages.ts'
import { Gauge, type Registry } from 'prom-client'
import type { Logger } from 'pino'
import { type Clock, steadyClock, systemClock } from '../../kernel/clock.ts'
import type { Audit } from '../../platform/audit.ts'
import { EventStreams, type StreamLimits } from '../../platform/http/event-streams.ts'
import type { Page } from '../../platform/http/pages.ts'
import { type Consumer, consumer } from '../../platform/outbox/consumer.ts'
import type { Database } from '../../platform/postgres.ts'
import type { Service } from '../../platform/service.ts'
import { eventFacts } from './event-facts.ts'
import { EventCache } from './event-cache.ts'
import { eventDesk } from './event-desk.ts'
import { type EventQuery, searchOf } from './event-search.ts'
import type { Event, EventListing } from './event.ts'
import { findEvent } from './events.sql.ts'
import { listEvents } from './list-events.ts'
import { listOrganizerEvents } from './list-organizer-events.ts'
import { LiveEvents } from './live-events.ts'
import { liveRoutes } from './live-routes.ts'
import { pictureRoutes } from './picture-routes.ts'
import { eventRoutes } from './routes.ts'
import type { Stock } from './stock.ts'

export type { Event, EventListing, EventQuery, Stock }

/** What other parts may ask about events. */
export interface Events {
  /**
   * A page of published events that are ahead, at most a second old.
   * @throws AppError `invalid_request`, naming the field.
   */
  listEvents: (query: EventQuery) => Promise<Page<EventListing>>
  /** A published or cancelled event, at most a second old. */
  findEvent: (id: number) => Promise<Event | undefined>
  /** Rises whenever somebody changes an event in this process: what was made before is old. */
  changes: () => number
  /** What ticket holders have to know of an event in any state, as it is right now. */
  findFacts: (id: number) => Promise<{ version: number; facts: EventFacts } | undefined>
  /** Events of one organizer in every state, as they are right now. */
  listOrganizerEvents: (query: {
    organizerId: number
    limit: number
    cursor: string | undefined
  }) => Promise<Page<Event>>
}

export interface EventServiceDeps {
  db: Database
  audit: Audit
  stock: Stock
  /** Called when an event was cancelled: everything that was sold goes back. */
  onCancelled: () => void
  registry: Registry
  logger: Logger
  clock?: Clock
  streamLimits?: StreamLimits
}

export function eventService(deps: EventServiceDeps): Service & { events: Events } {
  const { db } = deps
  const cache = new EventCache({
    listEvents: async (search) => await listEvents(db, search),
    findEvent: async (id) => await findEvent(db, id),
    // A clock that is set back must not make anything look young.
    clock: deps.clock ?? steadyClock,
  })

  const streams = new EventStreams(deps.streamLimits)
  const live = new LiveEvents({
    ...{ cache, streams, logger: deps.logger },
    clock: deps.clock ?? systemClock,
  })
  countStreams(deps.registry, streams)

  return {
    name: 'event',
    events: {
      listEvents: async (query) => {
        const { key, search } = searchOf(query)
        return (await cache.list(key, search)).page
      },
      findEvent: async (id) => (await cache.event(id))?.event,
      changes: () => cache.changes,
      findFacts: async (id) => {
        const found = await findEvent(db, id)
        return found && { version: found.version, facts: eventFacts(found) }
      },
      listOrganizerEvents: async (query) => await listOrganizerEvents(db, query),
    },
    frontDesk: eventDesk(cache),
    routes: (app) => {
      eventRoutes(app, { ...deps, clock: deps.clock ?? systemClock, cache })
      pictureRoutes(app, { ...deps, clock: deps.clock ?? systemClock, cache })
      liveRoutes(app, { live, streams })
    },
    consumers: invalidation(cache),
  }
}

function invalidation(cache: EventCache): Consumer[] {
  const forgetting = {
    isOnceForAll: true,
    effects: () => [{ id: randomUUID(), data: {} }],
    handle: async () => {
      await Promise.resolve()
      cache.outdate()
    },
  } as const
  return [
    consumer({ topic: 'event.created', name: 'listing-cache-event-created', ...forgetting }),
    consumer({ topic: 'event.changed', name: 'listing-cache-event-changed', ...forgetting }),
    consumer({ topic: 'orders.placed', name: 'listing-cache-orders-placed', ...forgetting }),
  ]
}

function countStreams(registry: Registry, streams: EventStreams): void {
  new Gauge({
    name: 'boxoffice_live_streams',
    help: 'How many people are shown what changes about an event as it changes.',
    registers: [registry],
    collect() {
      this.set(streams.count)
    },
  })
}
