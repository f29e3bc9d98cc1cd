import type { FastifyReply } from 'fastify'
import { type Static, Type } from 'typebox'
import {
  ChangeMeBody,
  ChangedMe,
  Jwks,
  LoginBody,
  Me,
  RefreshTokenBody,
  RegisterBody,
  SignedIn as SignedInSchema,
  User as UserSchema,
} from '../../contracts/user.ts'
import { AppError } from '../../kernel/errors.ts'
import { preferredLanguage } from '../../kernel/language.ts'
import { principalOf } from '../../platform/http/access.ts'
import type { HttpApp } from '../../platform/http/server.ts'
import type { SigningKeys } from '../../platform/signing-keys.ts'
import { ACCESS_TOKEN_SECONDS } from './access-tokens.ts'
import type { ChangeOwnAccountCommand, ChangedOwnAccount } from './change-own-account.ts'
import type { LogInCommand } from './log-in.ts'
import { REFRESH_TOKEN_SECONDS } from './open-session.ts'
import { REFRESH_COOKIE, fillBody, refreshTokenOf, tokenCookieOptions } from './refresh-cookie.ts'
import type { RegisterUserCommand } from './register-user.ts'
import type { User } from './users.sql.ts'

/** Somebody who is signed in with the API, and the token that keeps them so. */
export interface SignedIn {
  user: User
  refreshToken: string
}

export interface UserRoutesDeps {
  register: (command: RegisterUserCommand) => Promise<User>
  signIn: (
    command: LogInCommand & { userAgent: string | undefined },
  ) => Promise<SignedIn & { device: string }>
  refresh: (used: { token: string; userAgent: string | undefined }) => Promise<SignedIn>
  logOut: (refreshToken: string) => Promise<void>
  /** Undefined when the account is gone. */
  findUser: (userId: number) => Promise<User | undefined>
  changeOwnAccount: (command: ChangeOwnAccountCommand) => Promise<ChangedOwnAccount>
  issueAccessToken: (user: User) => string
  jwks: SigningKeys['jwks']
  secureCookies: boolean
}

const DEVICE_COOKIE = 'device'
const DEVICE_COOKIE_SECONDS = 365 * 86_400

export function userRoutes(app: HttpApp, deps: UserRoutesDeps): void {
  const cookieOptions = tokenCookieOptions(deps.secureCookies)

  /** Puts the refresh token where the client wants it, and the access token beside it. */
  const tokensJson = (reply: FastifyReply, session: SignedIn, refreshIn: 'body' | 'cookie') => {
    void reply.header('Cache-Control', 'no-store')
    if (refreshIn === 'cookie') {
      void reply.setCookie(REFRESH_COOKIE, session.refreshToken, {
        ...cookieOptions,
        maxAge: REFRESH_TOKEN_SECONDS,
      })
    }
    return {
      token: deps.issueAccessToken(session.user),
      expires_in: ACCESS_TOKEN_SECONDS,
      ...(refreshIn === 'body' ? { refresh_token: session.refreshToken } : {}),
    }
  }

  app.post(
    '/api/v1/users/register',
    {
      config: { access: 'public', refusals: ['email_taken', 'forbidden', 'invalid_value'] },
      schema: {
        summary: 'Open an account',
        tags: ['users'],
        body: RegisterBody,
        response: { 201: UserSchema },
      },
    },
    async (request, reply) => {
      const { name, email, password, user_type } = request.body
      const user = await deps.register({
        name,
        email,
        password,
        userType: user_type,
        language: preferredLanguage(request.headers['accept-language']),
        requestId: request.id,
      })
      void reply.code(201).header('Cache-Control', 'no-store')
      return userJson(user)
    },
  )

  app.post(
    '/api/v1/users/login',
    {
      config: { access: 'public', refusals: ['invalid_credentials', 'account_suspended'] },
      schema: {
        summary: 'Sign in',
        description:
          'The access token is good for 15 minutes. The refresh token, an HttpOnly cookie or in the body when asked for, gets the next one.',
        tags: ['users'],
        body: LoginBody,
        response: { 200: SignedInSchema },
      },
    },
    async (request, reply) => {
      const { email, password, refresh = 'cookie' } = request.body
      const session = await deps.signIn({
        email,
        password,
        device: request.cookies[DEVICE_COOKIE],
        address: request.ip,
        userAgent: request.headers['user-agent'],
      })
      if (refresh === 'cookie') {
        void reply.setCookie(DEVICE_COOKIE, session.device, {
          ...cookieOptions,
          maxAge: DEVICE_COOKIE_SECONDS,
        })
      }
      return { user: signedInUserJson(session.user), ...tokensJson(reply, session, refresh) }
    },
  )

  app.post(
    '/api/v1/users/refresh',
    {
      config: { access: 'public', refusals: ['unauthenticated', 'account_suspended', 'forbidden'] },
      schema: {
        summary: 'Get the next access token',
        description:
          'A refresh token is good for one use and is replaced by it, in the cookie or in the body, wherever it came from. Using one a second time ends its session.',
        tags: ['users'],
        body: RefreshTokenBody,
        response: { 200: SignedInSchema },
      },
      preValidation: fillBody,
    },
    async (request, reply) => {
      const given = refreshTokenOf(request, request.body.refresh_token)
      if (given === undefined) throw new AppError('unauthenticated', { detail: NO_REFRESH_TOKEN })
      const session = await deps.refresh({
        token: given.token,
        userAgent: request.headers['user-agent'],
      })
      return { user: signedInUserJson(session.user), ...tokensJson(reply, session, given.cameIn) }
    },
  )

  app.post(
    '/api/v1/users/logout',
    {
      config: { access: 'public', refusals: ['forbidden'] },
      schema: {
        summary: 'Sign out',
        description: 'Ends the session that the refresh token, in cookie or body, belongs to.',
        tags: ['users'],
        body: RefreshTokenBody,
        response: { 204: Type.Null() },
      },
      preValidation: fillBody,
    },
    async (request, reply) => {
      const given = refreshTokenOf(request, request.body.refresh_token)
      if (given !== undefined) await deps.logOut(given.token)
      return await reply.clearCookie(REFRESH_COOKIE, cookieOptions).code(204).send(null)
    },
  )

  app.get(
    '/api/v1/users/me',
    {
      config: { access: 'user' },
      schema: {
        summary: 'Your account',
        tags: ['users'],
        security: [{ bearer: [] }],
        response: { 200: Me },
      },
    },
    async (request, reply) => {
      const user = await deps.findUser(principalOf(request).userId)
      if (user === undefined) throw new AppError('unauthenticated')
      void reply.header('Cache-Control', 'no-store')
      return ownJson(user)
    },
  )

  app.patch(
    '/api/v1/users/me',
    {
      config: {
        access: 'user',
        refusals: [
          'invalid_credentials',
          'account_suspended',
          'precondition_failed',
          'invalid_value',
        ],
      },
      schema: {
        summary: 'Change your name, language or password',
        description:
          'A new password needs the current one. It ends every session of the account, and the answer begins a new one.',
        tags: ['users'],
        security: [{ bearer: [] }],
        body: ChangeMeBody,
        response: { 200: ChangedMe },
      },
    },
    async (request, reply) => {
      const { name, language, password, current_password, refresh = 'cookie' } = request.body
      const { user, session } = await deps.changeOwnAccount({
        userId: principalOf(request).userId,
        name,
        language,
        password,
        currentPassword: current_password,
        session: { kind: 'refresh', userAgent: request.headers['user-agent'] },
        requestId: request.id,
      })
      void reply.header('Cache-Control', 'no-store')
      if (session === undefined) return ownJson(user)
      const signedIn = { user, refreshToken: session.token }
      return { ...ownJson(user), ...tokensJson(reply, signedIn, refresh) }
    },
  )

  app.get(
    '/.well-known/jwks.json',
    {
      config: { access: 'public' },
      schema: {
        summary: 'The public keys of access tokens (RFC 7517)',
        tags: ['users'],
        response: { 200: Jwks },
      },
    },
    (_request, reply) => {
      void reply.header('Cache-Control', 'public, max-age=300')
      return deps.jwks
    },
  )
}

const NO_REFRESH_TOKEN = 'There is no refresh token, neither in the body nor as a cookie. Sign in.'

const userJson = (user: User): Static<typeof UserSchema> => ({
  id: user.id,
  name: user.name,
  email: user.email,
  user_type: user.userType,
  created_at: user.createdAt.toISOString(),
})

const ownJson = (user: User): Static<typeof Me> => ({
  ...userJson(user),
  language: user.language,
  email_verified: user.emailVerifiedAt !== null,
})

const signedInUserJson = (user: User) => ({
  id: user.id,
  name: user.name,
  user_type: user.userType,
})
