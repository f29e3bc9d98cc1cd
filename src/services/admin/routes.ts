import { type Static, Type } from 'typebox'
import {
  AuditEntry as AuditEntrySchema,
  AuditQuery,
  ChangeUserBody,
  ManagedUser as ManagedUserSchema,
  UserParams,
  UsersQuery,
} from '../../contracts/user.ts'
import { principalOf } from '../../platform/http/access.ts'
import { cursorCodec, cutPage, nextLink } from '../../platform/http/pages.ts'
import type { HttpApp } from '../../platform/http/server.ts'
import type { Database } from '../../platform/postgres.ts'
import { type LoggedEntry, findAuditEntries } from './audit.sql.ts'
import type { ManagedUser, UserDirectory } from './user-directory.ts'

export interface AdminRoutesDeps {
  db: Database
  accounts: UserDirectory
}

const byId = cursorCodec('integer')

export function adminRoutes(app: HttpApp, deps: AdminRoutesDeps): void {
  app.get(
    '/api/v1/admin/users',
    {
      config: { access: 'admin' },
      schema: {
        summary: 'All users',
        tags: ['admin'],
        security: [{ bearer: [] }],
        querystring: UsersQuery,
        response: { 200: Type.Array(ManagedUserSchema) },
      },
    },
    async (request, reply) => {
      const { q, user_type, suspended, limit, cursor } = request.query
      const rows = await deps.accounts.listUsers(
        { text: q, userType: user_type, suspended },
        { limit: limit + 1, after: cursor === undefined ? undefined : byId.decode(cursor)[0] },
      )
      const page = cutPage(rows, limit, (last) => byId.encode([last.id]))
      if (page.nextCursor !== undefined) {
        void reply.header('Link', nextLink(request, page.nextCursor))
      }
      void reply.header('Cache-Control', 'no-store')
      return page.items.map(userJson)
    },
  )

  app.patch(
    '/api/v1/admin/users/:id',
    {
      config: { access: 'admin', refusals: ['invalid_value'] },
      schema: {
        summary: 'Change what a user may do',
        description:
          'Takes effect within seconds: access tokens given out before stop working, and a suspended user is signed out everywhere.',
        tags: ['admin'],
        security: [{ bearer: [] }],
        params: UserParams,
        body: ChangeUserBody,
        response: { 200: ManagedUserSchema },
      },
    },
    async (request) => {
      const user = await deps.accounts.changeUser({
        actorId: principalOf(request).userId,
        userId: request.params.id,
        userType: request.body.user_type,
        suspended: request.body.suspended,
        requestId: request.id,
      })
      return userJson(user)
    },
  )

  app.get(
    '/api/v1/admin/audit',
    {
      config: { access: 'admin' },
      schema: {
        summary: 'Who did what, newest first',
        description: 'What admins, organizers and account owners did. Purchases are in the orders.',
        tags: ['admin'],
        security: [{ bearer: [] }],
        querystring: AuditQuery,
        response: { 200: Type.Array(AuditEntrySchema) },
      },
    },
    async (request, reply) => {
      const { actor_id, subject_type, subject_id, limit, cursor } = request.query
      const rows = await findAuditEntries(
        deps.db,
        { actorId: actor_id, subjectType: subject_type, subjectId: subject_id },
        { limit: limit + 1, before: cursor === undefined ? undefined : byId.decode(cursor)[0] },
      )
      const page = cutPage(rows, limit, (last) => byId.encode([last.id]))
      if (page.nextCursor !== undefined) {
        void reply.header('Link', nextLink(request, page.nextCursor))
      }
      void reply.header('Cache-Control', 'no-store')
      return page.items.map(entryJson)
    },
  )
}

const userJson = (user: ManagedUser): Static<typeof ManagedUserSchema> => ({
  id: user.id,
  name: user.name,
  email: user.email,
  user_type: user.userType,
  ...(user.suspendedAt === null ? {} : { suspended_at: user.suspendedAt.toISOString() }),
  created_at: user.createdAt.toISOString(),
})

const entryJson = (entry: LoggedEntry): Static<typeof AuditEntrySchema> => ({
  id: entry.id,
  at: entry.at.toISOString(),
  actor_id: entry.actorId,
  action: entry.action,
  subject_type: entry.subjectType,
  subject_id: entry.subjectId,
  before: entry.before,
  after: entry.after,
  request_id: entry.requestId,
})
