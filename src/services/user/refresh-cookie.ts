/** Where a browser that uses the API keeps its refresh token: a cookie that script does not see. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { AppError } from '../../kernel/errors.ts'
import { senderOf } from '../../kernel/sender.ts'

export const REFRESH_COOKIE = 'refresh_token'
const COOKIE_PATH = '/api/v1/users'

export const tokenCookieOptions = (isSecure: boolean) =>
  ({ path: COOKIE_PATH, httpOnly: true, sameSite: 'strict', secure: isSecure }) as const

const FROM_ELSEWHERE = 'A refresh token in a cookie is taken from our own pages alone.'

/**
 * The refresh token of a request, and where the answer puts the next one.
 * @throws AppError `forbidden` when another site made a browser send its cookie.
 */
export function refreshTokenOf(
  request: FastifyRequest,
  inBody: string | undefined,
): { token: string; cameIn: 'body' | 'cookie' } | undefined {
  if (inBody !== undefined) return { token: inBody, cameIn: 'body' }
  const token = request.cookies[REFRESH_COOKIE]
  // A browser adds the cookie whoever makes it ask; a token in the body is the asker's own.
  if (token !== undefined && senderOf(request.headers, request.host) === 'elsewhere') {
    throw new AppError('forbidden', { detail: FROM_ELSEWHERE })
  }
  return token === undefined ? undefined : { token, cameIn: 'cookie' }
}

/** A request whose token is in the cookie may come without a body. */
export function fillBody(request: FastifyRequest, _reply: FastifyReply, done: () => void): void {
  request.body ??= {}
  done()
}
