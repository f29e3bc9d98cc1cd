/** What the links in mails lead to, for programs: a new password, and an address that is proved. */
import { Type } from 'typebox'
import { AskPasswordResetBody, ResetPasswordBody, VerifyEmailBody } from '../../contracts/user.ts'
import { principalOf } from '../../platform/http/access.ts'
import type { HttpApp } from '../../platform/http/server.ts'

export interface MailLinkRoutesDeps {
  askPasswordReset: (command: { email: string; address: string }) => Promise<void>
  resetPassword: (command: { token: string; password: string; requestId: string }) => Promise<void>
  verifyEmail: (command: { token: string; requestId: string }) => Promise<void>
  askVerification: (command: { userId: number; address: string }) => Promise<void>
}

export function mailLinkRoutes(app: HttpApp, deps: MailLinkRoutesDeps): void {
  app.post(
    '/api/v1/users/password-reset',
    {
      config: { access: 'public' },
      schema: {
        summary: 'Ask for a new password',
        description:
          'Sends a mail with a link, if the address is somebody’s. The answer does not tell whether it is.',
        tags: ['users'],
        body: AskPasswordResetBody,
        response: { 202: Type.Object({}) },
      },
    },
    async (request, reply) => {
      await deps.askPasswordReset({ email: request.body.email, address: request.ip })
      void reply.code(202).header('Cache-Control', 'no-store')
      return {}
    },
  )

  app.post(
    '/api/v1/users/password-reset/confirm',
    {
      config: { access: 'public', refusals: ['invalid_value', 'account_suspended'] },
      schema: {
        summary: 'Choose a new password',
        description:
          'With the token of the mail, which is good for one hour and one use. Ends every session and access token of the account.',
        tags: ['users'],
        body: ResetPasswordBody,
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      await deps.resetPassword({ ...request.body, requestId: request.id })
      return await reply.code(204).send(null)
    },
  )

  app.post(
    '/api/v1/users/verify-email',
    {
      config: { access: 'public', refusals: ['invalid_value'] },
      schema: {
        summary: 'Confirm an e-mail address',
        description: 'With the token of the mail, which is good for one day and one use.',
        tags: ['users'],
        body: VerifyEmailBody,
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      await deps.verifyEmail({ ...request.body, requestId: request.id })
      return await reply.code(204).send(null)
    },
  )

  app.post(
    '/api/v1/users/verify-email/send',
    {
      config: { access: 'user' },
      schema: {
        summary: 'Send the mail again that confirms your address',
        description: 'Sends none to an address that is confirmed already.',
        tags: ['users'],
        security: [{ bearer: [] }],
        response: { 202: Type.Object({}) },
      },
    },
    async (request, reply) => {
      await deps.askVerification({ userId: principalOf(request).userId, address: request.ip })
      void reply.code(202).header('Cache-Control', 'no-store')
      return {}
    },
  )
}
