/**
 * Limits on how often one address and one user may ask: fixed windows that begin with the first
 * request, because a window can be told truthfully in headers: whoever keeps to them is never
 * refused, and the first request beyond is.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { LRUCache } from 'lru-cache'
import { type Clock, steadyClock } from '../../kernel/clock.ts'
import { AppError } from '../../kernel/errors.ts'

export interface Quota {
  requests: number
  windowSeconds: number
}

export interface Allowance {
  allowed: boolean
  remaining: number
  resetSeconds: number
}

/** Keys beyond this are forgotten, the least recently used first. */
const KEYS_MAX = 200_000

export class RateLimiter {
  readonly quota: Quota
  readonly #clock: Clock
  readonly #windows = new LRUCache<string | number, { endsAt: number; used: number }>({
    max: KEYS_MAX,
  })

  constructor(quota: Quota, clock: Clock = steadyClock) {
    this.quota = quota
    this.#clock = clock
  }

  /** Counts one request of `key` and says whether it may go on. */
  take(key: string | number): Allowance {
    const now = this.#clock()
    let window = this.#windows.get(key)
    if (window === undefined || window.endsAt <= now) {
      window = { endsAt: now + this.quota.windowSeconds * 1000, used: 0 }
      this.#windows.set(key, window)
    }
    const allowed = window.used < this.quota.requests
    if (allowed) window.used += 1
    return {
      allowed,
      remaining: this.quota.requests - window.used,
      resetSeconds: Math.ceil((window.endsAt - now) / 1000),
    }
  }

  /** Undoes one `take` of `key` that turned out not to count. */
  giveBack(key: string | number): void {
    const window = this.#windows.get(key)
    if (window !== undefined && window.used > 0) window.used -= 1
  }
}

/** Addresses that machines poll; a limit there would look like an outage. */
const UNLIMITED = new Set(['/livez', '/readyz', '/metrics', '/api/v1/webhooks/payments'])

/** A quota that is told to whom it is applied. */
export interface RateLimit {
  /** For the header RateLimit-Policy. */
  policy: string
  /**
   * Counts one request of `key`.
   * @returns Whether it may go on, and what is left for the header RateLimit.
   */
  take: (key: string | number) => { allowed: boolean; state: string; resetSeconds: number }
}

/**
 * In the form of the IETF draft "RateLimit header fields for HTTP".
 * @param name How the headers call it.
 */
export function createRateLimit(name: string, quota: Quota): RateLimit {
  const limiter = new RateLimiter(quota)
  return {
    policy: `"${name}";q=${quota.requests};w=${quota.windowSeconds}`,
    take(key) {
      const { allowed, remaining, resetSeconds } = limiter.take(key)
      return { allowed, state: `"${name}";r=${remaining};t=${resetSeconds}`, resetSeconds }
    },
  }
}

/**
 * Applies a limit to every route of `app`. The headers list every limit that a request met.
 * @param keyOf Whom a request counts for; undefined leaves it alone.
 */
export function addRateLimit(
  app: FastifyInstance,
  limit: RateLimit,
  keyOf: (request: FastifyRequest) => string | number | undefined,
): void {
  app.addHook('onRequest', (request, reply, done) => {
    const key = UNLIMITED.has(request.route.url ?? '') ? undefined : keyOf(request)
    if (key === undefined) {
      done()
      return
    }
    const { allowed, state, resetSeconds } = limit.take(key)
    addToList(reply, 'ratelimit-policy', limit.policy)
    addToList(reply, 'ratelimit', state)
    if (allowed) done()
    else done(new AppError('rate_limited', { retryAfterSeconds: resetSeconds }))
  })
}

function addToList(reply: FastifyReply, header: string, item: string): void {
  const before = reply.getHeader(header)
  void reply.header(header, typeof before === 'string' ? `${before}, ${item}` : item)
}
