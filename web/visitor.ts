/** Who looks at a page, and from where. */
import type { FastifyRequest } from 'fastify'
import { AppError } from '../src/kernel/errors.ts'
import type { Language } from '../src/kernel/language.ts'
import { chosenLanguage, languageOf } from './language-cookie.ts'
import type { OpenHold, PageUser, WebDeps } from './needs.ts'
import type { SessionCookies } from './session-cookie.ts'

export interface Visitor {
  user: PageUser | undefined
  language: Language
  /** Path and query of the page, to come back to it. */
  path: string
  /** `https://shop.example`; undefined when the request does not say plausibly. */
  origin: string | undefined
  /** What they hold and have not paid; the first to end. */
  openHold?: OpenHold | undefined
  /** Whether there is a mailbox page for them. */
  seesMailbox: boolean
}

/** A visitor whose account could not be looked up, or does not matter. */
export const stranger = (request: FastifyRequest): Visitor => ({
  user: undefined,
  language: languageOf(request),
  path: request.method === 'GET' || request.method === 'HEAD' ? request.url : '/',
  origin: originOf(request),
  seesMailbox: false,
})

export type FindVisitor = (request: FastifyRequest) => Promise<Visitor>

export function visitorFinder(
  deps: Pick<WebDeps, 'accounts' | 'mailbox' | 'ticketing' | 'origin'>,
  cookies: SessionCookies,
): FindVisitor {
  /** The page that says what failed asks again, and must not wait again for the same to fail. */
  const found = new WeakMap<FastifyRequest, Promise<Visitor>>()
  return async (request) => {
    const before = found.get(request)
    if (before !== undefined) return await before
    const visitor = find(request)
    found.set(request, visitor)
    return await visitor
  }

  async function find(request: FastifyRequest): Promise<Visitor> {
    const token = cookies.readSession(request)
    const user = token === undefined ? undefined : await deps.accounts.findPageSession(token)
    const seesMailbox =
      deps.mailbox !== undefined && (user?.userType === 'admin' || isAtThisMachine(request))
    const language = chosenLanguage(request) ?? user?.language ?? languageOf(request)
    // A form is answered with the way to a page, so that a rush of purchases asks nothing more.
    const isShown = user !== undefined && request.method === 'GET'
    const [openHold] = isShown ? await deps.ticketing.openHoldsOf(user.userId, 1) : []
    const origin = deps.origin ?? originOf(request)
    return { ...stranger(request), origin, user, language, openHold, seesMailbox }
  }
}

/** @throws AppError `unauthenticated` */
export function userOf(visitor: Visitor): PageUser {
  if (visitor.user === undefined) throw new AppError('unauthenticated')
  return visitor.user
}

const LOOPBACK = new Set(['127.0.0.1', '::1', '::ffff:127.0.0.1'])
const LOOPBACK_HOST = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/i
const PROXY_HEADERS = ['forwarded', 'via', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip']

/** Whether somebody at this machine asks: through no proxy, and by a name that is this machine's. */
export function isAtThisMachine(request: Pick<FastifyRequest, 'socket' | 'headers'>): boolean {
  return (
    LOOPBACK.has(request.socket.remoteAddress ?? '') &&
    LOOPBACK_HOST.test(request.headers.host ?? '') &&
    PROXY_HEADERS.every((name) => request.headers[name] === undefined)
  )
}

function originOf({ protocol, host }: FastifyRequest): string | undefined {
  const origin = `${protocol}://${host}`
  return /^[\w.:[\]-]{1,255}$/.test(host) && URL.canParse(origin) ? origin : undefined
}
