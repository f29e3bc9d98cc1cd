/** How often somebody can have us write to an address: nobody's mailbox is to be filled through us. */
import { AppError } from '../../kernel/errors.ts'
import type { Clock } from '../../kernel/clock.ts'
import { networkOf } from '../../platform/http/network.ts'
import { RateLimiter } from '../../platform/http/rate-limit.ts'

const MAILS_TO_ONE = { requests: 3, windowSeconds: 3_600 }
const MAILS_ASKED_BY_ONE = { requests: 20, windowSeconds: 3_600 }

export interface MailLimits {
  toOne: RateLimiter
  /** Undefined leaves addresses of clients alone. */
  byOne: RateLimiter | undefined
}

export const createMailLimits = (limitsAddresses: boolean, clock?: Clock): MailLimits => ({
  toOne: new RateLimiter(MAILS_TO_ONE, clock),
  byOne: limitsAddresses ? new RateLimiter(MAILS_ASKED_BY_ONE, clock) : undefined,
})

/**
 * Counts one mail.
 * @param mail.countedAs Whom it goes to, and what it is about.
 * @param mail.address Where the request comes from.
 * @throws AppError `rate_limited`
 */
export function takeMail(
  limits: MailLimits,
  mail: { countedAs: string; address: string | undefined },
): void {
  const counts: [RateLimiter | undefined, string | undefined][] = [
    [limits.byOne, mail.address && networkOf(mail.address)],
    [limits.toOne, mail.countedAs],
  ]
  for (const [limiter, key] of counts) {
    if (limiter === undefined || key === undefined) continue
    const { allowed, resetSeconds } = limiter.take(key)
    if (allowed) continue
    throw new AppError('rate_limited', {
      detail: 'Too many of these mails were asked for. Wait a while before you ask again.',
      retryAfterSeconds: resetSeconds,
    })
  }
}
