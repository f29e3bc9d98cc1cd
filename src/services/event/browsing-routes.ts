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
import { plainInteger } from '../../platform/http/validation.ts'
import { sendShared } from './event-answers.ts'
import type { EventCache } from './event-cache.ts'
import { searchOf } from './event-search.ts'

export const EVENTS = '/api/v1/events'
export const EVENT = `${EVENTS}/:id`
export const tags = ['events']

/**
 * Reading, for everybody. What is at hand is sent from the first hook, before anything is parsed
 * or validated: it was, when it was asked for the first time.
 */
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
      onRequest: (request, reply, done) => {
        const warm = cache.warmList(rawQueryOf(request))
        if (warm === undefined) done()
        else sendShared(request, reply, warm)
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
      onRequest: (request, reply, done) => {
        // Not validated yet, but then a number that is no id is not at hand either.
        const id = rawQueryOf(request) === '' ? plainInteger(request.params.id) : Number.NaN
        const warm = cache.warmEvent(id)
        if (warm === undefined) done()
        else sendShared(request, reply, warm)
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
