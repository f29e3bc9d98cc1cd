import type { FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import {
  ChangeEventBody,
  CreateEventBody,
  Event as EventSchema,
  EventListing as EventListingSchema,
  EventParams,
  IfMatchHeaders,
  ListEventsQuery,
  OrganizerEventsQuery,
} from '../../contracts/event.ts'
import { AppError } from '../../kernel/errors.ts'
import { principalOf } from '../../platform/http/access.ts'
import { Unchanged } from '../../platform/http/etag.ts'
import { nextLink } from '../../platform/http/pages.ts'
import type { HttpApp } from '../../platform/http/server.ts'
import { cancelEvent } from './cancel-event.ts'
import { changeEvent } from './change-event.ts'
import { type ChangeDeps, createEvent } from './create-event.ts'
import { deleteEvent } from './delete-event.ts'
import { PRIVATE, sendEvent, sendShared } from './event-answers.ts'
import { EVENT, EVENTS } from './event-desk.ts'
import type { EventCache } from './event-cache.ts'
import { eventJson } from './event-json.ts'
import { searchOf } from './event-search.ts'
import { findOrganizerEvent } from './find-organizer-event.ts'
import { listOrganizerEvents } from './list-organizer-events.ts'
import type { EventCommand } from './lock-event.ts'

export interface EventRoutesDeps extends ChangeDeps {
  cache: EventCache
}

const tags = ['events']
const security = [{ bearer: [] }]
const CHANGE_REFUSALS = [
  'invalid_value',
  'event_cancelled',
  'sales_started',
  'precondition_failed',
] as const

export function eventRoutes(app: HttpApp, deps: EventRoutesDeps): void {
  browsingRoutes(app, deps.cache)
  organizerRoutes(app, deps)
  changingRoutes(app, deps)
}

/** Reading, for everybody. What is at hand is answered before it comes here, see `eventDesk`. */
function browsingRoutes(app: HttpApp, cache: EventCache): void {
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

function organizerRoutes(app: HttpApp, deps: EventRoutesDeps): void {
  app.get(
    '/api/v1/organizer/events',
    {
      config: { access: 'organizer' },
      schema: {
        summary: 'Your own events in every state, the newest first',
        tags,
        security,
        querystring: OrganizerEventsQuery,
        response: { 200: Type.Array(EventSchema) },
      },
    },
    async (request, reply) => {
      const { limit, cursor } = request.query
      const { userId } = principalOf(request)
      const page = await listOrganizerEvents(deps.db, { organizerId: userId, limit, cursor })
      if (page.nextCursor !== undefined) {
        void reply.header('Link', nextLink(request, page.nextCursor))
      }
      void reply.header('Cache-Control', PRIVATE)
      return page.items.map(eventJson)
    },
  )

  app.get(
    '/api/v1/organizer/events/:id',
    {
      config: { access: 'organizer' },
      schema: {
        summary: 'One of your own events as it is right now, drafts too',
        tags,
        security,
        params: EventParams,
        response: { 200: EventSchema },
      },
    },
    async (request, reply) => {
      const event = await findOrganizerEvent(deps.db, principalOf(request), request.params.id)
      return await sendEvent(reply, event)
    },
  )
}

function changingRoutes(app: HttpApp, deps: EventRoutesDeps): void {
  app.post(
    EVENTS,
    {
      config: { access: 'organizer', refusals: ['invalid_value'] },
      schema: {
        summary: 'Create an event',
        tags,
        security,
        body: CreateEventBody,
        response: { 201: EventSchema },
      },
    },
    async (request, reply) => {
      const event = await createEvent(deps, {
        organizerId: principalOf(request).userId,
        body: request.body,
        requestId: request.id,
      })
      deps.cache.clear()
      void reply.code(201).header('Location', `${EVENTS}/${event.id}`)
      return await sendEvent(reply, event)
    },
  )

  app.patch(
    EVENT,
    {
      config: { access: 'organizer', refusals: CHANGE_REFUSALS },
      schema: {
        summary: 'Change an event',
        description:
          'Anything before sales start; after it only what takes nothing from a buyer, else 409 sales_started. Send the ETag as If-Match to be sure that nobody else changed it meanwhile.',
        tags,
        security,
        params: EventParams,
        headers: IfMatchHeaders,
        body: ChangeEventBody,
        response: { 200: EventSchema },
      },
    },
    async (request, reply) => {
      const event = await changeEvent(deps, { ...commandOf(request), body: request.body })
      deps.cache.clear()
      return await sendEvent(reply, event)
    },
  )

  const switches = {
    pause: { summary: 'Pause the sale', body: { sales_paused: true } },
    resume: { summary: 'Resume the sale', body: { sales_paused: false } },
    publish: { summary: 'Publish a draft', body: { status: 'published' } },
  } as const
  for (const [name, { summary, body }] of Object.entries(switches)) {
    app.post(
      `${EVENT}/${name}`,
      {
        config: { access: 'organizer', refusals: CHANGE_REFUSALS },
        schema: {
          summary,
          tags,
          security,
          params: EventParams,
          headers: IfMatchHeaders,
          response: { 200: EventSchema },
        },
      },
      async (request, reply) => {
        const event = await changeEvent(deps, { ...commandOf(request), body })
        deps.cache.clear()
        return await sendEvent(reply, event)
      },
    )
  }

  app.post(
    `${EVENT}/cancel`,
    {
      config: { access: 'organizer', refusals: ['sales_started', 'precondition_failed'] },
      schema: {
        summary: 'Cancel an event that nobody bought tickets for',
        tags,
        security,
        params: EventParams,
        headers: IfMatchHeaders,
        response: { 200: EventSchema },
      },
    },
    async (request, reply) => {
      const event = await cancelEvent(deps, commandOf(request))
      deps.cache.clear()
      return await sendEvent(reply, event)
    },
  )

  app.delete(
    EVENT,
    {
      config: { access: 'organizer', refusals: ['sales_started', 'precondition_failed'] },
      schema: {
        summary: 'Delete an event before its sale starts',
        tags,
        security,
        params: EventParams,
        headers: IfMatchHeaders,
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      await deleteEvent(deps, commandOf(request))
      deps.cache.clear()
      return await reply.code(204).send(null)
    },
  )
}

function commandOf(
  request: FastifyRequest & {
    params: { id: number }
    headers: { 'if-match'?: string | undefined }
  },
): EventCommand {
  return {
    principal: principalOf(request),
    eventId: request.params.id,
    ifMatch: request.headers['if-match'],
    requestId: request.id,
  }
}

function rawQueryOf(request: FastifyRequest): string {
  const url = request.raw.url ?? ''
  const mark = url.indexOf('?')
  return mark === -1 ? '' : url.slice(mark + 1)
}
