import { Type } from 'typebox'
import {
  DeadLetter as DeadLetterSchema,
  DeadLetterParams,
  DeadLettersQuery,
} from '../../contracts/dead-letter.ts'
import { principalOf } from '../../platform/http/access.ts'
import { cursorCodec, cutPage, nextLink } from '../../platform/http/pages.ts'
import type { HttpApp } from '../../platform/http/server.ts'
import { findDeadLetters } from '../../platform/outbox/dead-letters.ts'
import type { Database } from '../../platform/postgres.ts'
import { dropDeadLetter, replayDeadLetter } from './dead-letters.ts'

const byId = cursorCodec('integer')

export function deadLetterRoutes(app: HttpApp, db: Database): void {
  app.get(
    '/api/v1/admin/dead-letters',
    {
      config: { access: 'admin' },
      schema: {
        summary: 'Effects of messages that were given up, newest first',
        description: 'Such as a mail that the mail server refused at every try.',
        tags: ['admin'],
        security: [{ bearer: [] }],
        querystring: DeadLettersQuery,
        response: { 200: Type.Array(DeadLetterSchema) },
      },
    },
    async (request, reply) => {
      const { limit, cursor } = request.query
      const rows = await findDeadLetters(db, {
        limit: limit + 1,
        before: cursor === undefined ? undefined : byId.decode(cursor)[0],
      })
      const page = cutPage(rows, limit, (last) => byId.encode([last.id]))
      if (page.nextCursor !== undefined) {
        void reply.header('Link', nextLink(request, page.nextCursor))
      }
      void reply.header('Cache-Control', 'no-store')
      return page.items.map((letter) => ({
        id: letter.id,
        consumer: letter.consumer,
        effect: letter.effect,
        tries: letter.tries,
        last_error: letter.lastError,
        created_at: letter.createdAt.toISOString(),
      }))
    },
  )

  app.post(
    '/api/v1/admin/dead-letters/:id/replay',
    {
      config: { access: 'admin' },
      schema: {
        summary: 'Try again what was given up',
        tags: ['admin'],
        security: [{ bearer: [] }],
        params: DeadLetterParams,
        response: { 202: Type.Object({}) },
      },
    },
    async (request, reply) => {
      await replayDeadLetter(db, {
        id: request.params.id,
        actorId: principalOf(request).userId,
        requestId: request.id,
      })
      void reply.code(202)
      return {}
    },
  )

  app.delete(
    '/api/v1/admin/dead-letters/:id',
    {
      config: { access: 'admin' },
      schema: {
        summary: 'Drop what was given up',
        tags: ['admin'],
        security: [{ bearer: [] }],
        params: DeadLetterParams,
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      await dropDeadLetter(db, {
        id: request.params.id,
        actorId: principalOf(request).userId,
        requestId: request.id,
      })
      return await reply.code(204).send(null)
    },
  )
}
