import type { FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import {
  ChangeEventBody,
  CreateEventBody,
  Event as EventSchema,
  EventParams,
  IfMatchHeaders,
  OrganizerEventsQuery,
  PostponeEventBody,
} from '../../contracts/event.ts'
import { IdempotencyHeaders } from '../../contracts/order.ts'
import { principalOf } from '../../platform/http/access.ts'
import { nextLink } from '../../platform/http/pages.ts'
import type { HttpApp } from '../../platform/http/server.ts'
import { browsingRoutes, tags } from './browsing-routes.ts'
import { cancelEvent } from './cancel-event.ts'
import { changeEvent } from './change-event.ts'
import { type ChangeDeps, createEvent } from './create-event.ts'
import { deleteEvent } from './delete-event.ts'
import { PRIVATE, sendEvent } from './event-answers.ts'
import type { EventCache } from './event-cache.ts'
import { EVENT, EVENTS } from './event-desk.ts'
import { eventJson } from './event-json.ts'
import { findOrganizerEvent } from './find-organizer-event.ts'
import { listOrganizerEvents } from './list-organizer-events.ts'
import type { EventCommand } from './lock-event.ts'
import { postponeEvent } from './postpone-event.ts'

export interface EventRoutesDeps extends ChangeDeps {
  cache: EventCache
  /** Called when an event was cancelled: everything that was sold goes back. */
  onCancelled: () => void
}

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
      config: { access: 'organizer', refusals: ['precondition_failed'] },
      schema: {
        summary: 'Cancel an event',
        description:
          'At any time, by its organizer or an admin. It sells nothing more, and whoever bought gets their money back; GET /events/{id}/cancellation tells how far that is. May be repeated, with an Idempotency-Key or without.',
        tags,
        security,
        params: EventParams,
        headers: Type.Object({ ...IfMatchHeaders.properties, ...IdempotencyHeaders.properties }),
        response: { 200: EventSchema },
      },
    },
    async (request, reply) => {
      const event = await cancelEvent(deps, commandOf(request))
      deps.cache.clear()
      deps.onCancelled()
      return await sendEvent(reply, event)
    },
  )

  app.post(
    `${EVENT}/postpone`,
    {
      config: {
        access: 'organizer',
        refusals: ['invalid_value', 'event_cancelled', 'precondition_failed'],
      },
      schema: {
        summary: 'Move an event to another date',
        description:
          'Also when tickets were sold, by its organizer or an admin. Tickets stay good; until refund_until each buyer may give theirs back.',
        tags,
        security,
        params: EventParams,
        headers: IfMatchHeaders,
        body: PostponeEventBody,
        response: { 200: EventSchema },
      },
    },
    async (request, reply) => {
      const event = await postponeEvent(deps, { ...commandOf(request), body: request.body })
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

export function commandOf(
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
