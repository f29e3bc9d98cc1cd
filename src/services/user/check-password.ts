import { AppError } from '../../kernel/errors.ts'
import type { RateLimiter } from '../../platform/http/rate-limit.ts'
import type { HashingQueue } from './hashing-queue.ts'
import { verifyPassword } from './passwords.ts'

/** How many wrong passwords an account takes before it has to be left alone for a while. */
export const WRONG_PASSWORDS = { requests: 10, windowSeconds: 900 }

export interface CheckPasswordDeps {
  hashing: HashingQueue
  /** Counts wrong passwords. */
  wrongPasswords: RateLimiter
}

/**
 * Whether a password is right, and counts it when it is not. Attempts take their place in the count
 * before they are checked, so that many at once are no way around it; a right one gives its place
 * back, and leaves those of the wrong ones taken.
 * @param attempt.countedAs Whose attempts these are.
 * @param attempt.passwordHash Undefined when there is no such account.
 * @throws AppError `rate_limited`; `unavailable` when too many passwords wait to be checked.
 */
export async function checkPassword(
  deps: CheckPasswordDeps,
  attempt: { countedAs: string; passwordHash: string | undefined; password: string },
): Promise<boolean> {
  return await deps.hashing.run(async () => {
    const { allowed, resetSeconds } = deps.wrongPasswords.take(attempt.countedAs)
    if (!allowed) {
      throw new AppError('rate_limited', {
        detail: 'Too many wrong passwords for this account. Wait a while before you try again.',
        retryAfterSeconds: resetSeconds,
      })
    }
    const isRight = await verifyPassword(attempt.passwordHash, attempt.password)
    if (isRight) deps.wrongPasswords.giveBack(attempt.countedAs)
    return isRight
  })
}
