/** What people may see and decide about their own account, besides its name and password. */
import { type Static, Type } from 'typebox'
import {
  ChangeEmailBody,
  DeleteMeBody,
  PersonalExport,
  RefreshTokenBody,
  SessionParams,
  Session as SessionSchema,
} from '../../contracts/user.ts'
import { principalOf } from '../../platform/http/access.ts'
import type { HttpApp } from '../../platform/http/server.ts'
import type { Accounts } from './accounts.ts'
import { REFRESH_COOKIE, fillBody, refreshTokenOf, tokenCookieOptions } from './refresh-cookie.ts'
import type { SessionOverview } from './sessions.sql.ts'

export type OwnAccountRoutesDeps = Pick<
  Accounts,
  'askEmailChange' | 'listSessions' | 'endSessions' | 'exportPersonalData' | 'deleteAccount'
> & { secureCookies: boolean }

const owner = { security: [{ bearer: [] }], tags: ['users'] }

export function ownAccountRoutes(app: HttpApp, deps: OwnAccountRoutesDeps): void {
  const cookieOptions = tokenCookieOptions(deps.secureCookies)

  app.post(
    '/api/v1/users/me/email',
    {
      config: {
        access: 'user',
        refusals: ['email_taken', 'invalid_value', 'precondition_failed'],
      },
      schema: {
        ...owner,
        summary: 'Change your e-mail address',
        description:
          'Sends a link to the new address, good for one day, and tells the present one. The new address takes effect when `POST /users/verify-email` gets the token of the link.',
        body: ChangeEmailBody,
        response: { 202: Type.Object({}) },
      },
    },
    async (request, reply) => {
      const { email, current_password } = request.body
      await deps.askEmailChange({
        userId: principalOf(request).userId,
        email,
        currentPassword: current_password,
        address: request.ip,
        requestId: request.id,
      })
      void reply.code(202).header('Cache-Control', 'no-store')
      return {}
    },
  )

  app.get(
    '/api/v1/users/me/sessions',
    {
      config: { access: 'user' },
      schema: {
        ...owner,
        summary: 'Where you are signed in',
        response: { 200: Type.Object({ sessions: Type.Array(SessionSchema) }) },
      },
    },
    async (request, reply) => {
      const token = refreshTokenOf(request, undefined)?.token
      const sessions = await deps.listSessions(principalOf(request).userId, token)
      void reply.header('Cache-Control', 'no-store')
      return { sessions: sessions.map(sessionJson) }
    },
  )

  app.delete(
    '/api/v1/users/me/sessions/:id',
    {
      config: { access: 'user', refusals: ['not_found'] },
      schema: {
        ...owner,
        summary: 'Sign out one device',
        description:
          'If it uses the API, every access token of the account ends, too: get the next one with your refresh token.',
        params: SessionParams,
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      const { userId } = principalOf(request)
      await deps.endSessions({ userId, which: { sessionId: request.params.id } })
      return await reply.code(204).send(null)
    },
  )

  app.delete(
    '/api/v1/users/me/sessions',
    {
      config: { access: 'user' },
      schema: {
        ...owner,
        summary: 'Sign out all other devices',
        description:
          'Ends every session but the one that the refresh token, in cookie or body, belongs to; without one, every session. Access tokens of the account end with them: get the next one with your refresh token.',
        body: RefreshTokenBody,
        response: { 204: Type.Null() },
      },
      preValidation: fillBody,
    },
    async (request, reply) => {
      const butOf = refreshTokenOf(request, request.body.refresh_token)?.token
      await deps.endSessions({ userId: principalOf(request).userId, which: { butOf } })
      return await reply.code(204).send(null)
    },
  )

  app.get(
    '/api/v1/users/me/export',
    {
      config: { access: 'user' },
      schema: {
        ...owner,
        summary: 'Everything that the shop has about you',
        description:
          'As a file: account, sessions, orders with tickets and payments, refunds, mails, events of yours, and what the audit log says of what you did. Passwords and tokens are kept as hashes and are not in it.',
        response: { 200: PersonalExport },
      },
    },
    async (request, reply) => {
      const data = await deps.exportPersonalData(principalOf(request).userId)
      void reply
        .header('Cache-Control', 'no-store')
        .header('Content-Disposition', 'attachment; filename="box-office-export.json"')
      return data
    },
  )

  app.delete(
    '/api/v1/users/me',
    {
      config: {
        access: 'user',
        refusals: [
          'account_in_use',
          'confirmation_needed',
          'account_suspended',
          'invalid_value',
          'precondition_failed',
        ],
      },
      schema: {
        ...owner,
        summary: 'Delete your account',
        description:
          'Forgets you: orders, tickets and money stay as those of nobody in particular, everything else goes. Ends every session and access token at once. Cannot be undone.',
        body: DeleteMeBody,
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      await deps.deleteAccount({
        userId: principalOf(request).userId,
        proof: { currentPassword: request.body.current_password },
        acceptsLosingSight: request.body.accepts_losing_sight,
        requestId: request.id,
      })
      return await reply.clearCookie(REFRESH_COOKIE, cookieOptions).code(204).send(null)
    },
  )
}

const sessionJson = (session: SessionOverview): Static<typeof SessionSchema> => ({
  id: session.sessionId,
  kind: session.kind === 'page' ? 'pages' : 'api',
  ...(session.device === null ? {} : { device: session.device }),
  signed_in_at: session.signedInAt.toISOString(),
  last_seen_at: session.lastSeenAt.toISOString(),
  is_current: session.isCurrent,
})
