import type { FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import {
  Event as EventSchema,
  EventListing as EventListingSchema,
  EventParams,
  ListEventsQuery,
} from '../../contracts/event.ts'
import { AppError } from '../../kernel/errors.ts'
import { Unchanged } from '../../platform/http/etag.ts'
import type { HttpApp } from '../../platform/http/server.ts'
import { sendShared } from './event-answers.ts'
import type { EventCache } from './event-cache.ts'
import { EVENT, EVENTS } from './event-desk.ts'
import { searchOf } from './event-search.ts'

export const tags = ['events']

/** Reading, for everybody. What is at hand is answered before it comes here, see `eventDesk`. */
export function browsingRoutes(app: HttpApp, cache: EventCache): void {
  app.get(
    EVENTS,
    {
      config: { access: 'public' },
      schema: {
        summary: 'Browse and search events, upcoming first',
        description:
          'Published events that are still ahead. The next page is in the Link header; remaining_tickets is at most a second old.',
        tags,
        querystring: ListEventsQuery,
        response: { 200: Type.Array(EventListingSchema), 304: Unchanged },
      },
    },
    async (request, reply) => {
      const { key, search } = searchOf(request.query)
      cache.remember(rawQueryOf(request), key)
      return await sendShared(request, reply, await cache.list(key, search))
    },
  )

  app.get(
    EVENT,
    {
      config: { access: 'public' },
      schema: {
        summary: 'One event with its ticket types',
        tags,
        params: EventParams,
        response: { 200: EventSchema, 304: Unchanged },
      },
    },
    async (request, reply) => {
      const event = await cache.event(request.params.id)
      if (event === undefined) throw new AppError('not_found')
      return await sendShared(request, reply, event)
    },
  )
}

function rawQueryOf(request: FastifyRequest): string {
  const url = request.raw.url ?? ''
  const mark = url.indexOf('?')
  return mark === -1 ? '' : url.slice(mark + 1)
}
