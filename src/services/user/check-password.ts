import { AppError } from '../../kernel/errors.ts'
import { networkOf } from '../../platform/http/network.ts'
import type { RateLimiter } from '../../platform/http/rate-limit.ts'
import type { WorkQueue } from '../../platform/work-queue.ts'
import { verifyPassword } from './passwords.ts'

/** How many wrong passwords an account takes before it has to be left alone for a while. */
export const WRONG_PASSWORDS = { requests: 10, windowSeconds: 900 }

/**
 * How many an address may type, for whichever accounts: who has a list of stolen passwords tries
 * each account once. Many people may share an address, but they do not all mistype in one quarter
 * of an hour, and those who signed in there before are counted by their device.
 */
export const WRONG_PASSWORDS_OF_ADDRESS = { requests: 100, windowSeconds: 900 }

export interface CheckPasswordDeps {
  hashing: WorkQueue
  /** Counts wrong passwords of each account. */
  wrongPasswords: RateLimiter
  /** Counts wrong passwords from each address; undefined leaves addresses alone. */
  wrongPasswordsOfAddress: RateLimiter | undefined
}

/**
 * Whether a password is right, and counts it when it is not. Attempts take their place in the count
 * before they are checked, so that many at once are no way around it; a right one gives its place
 * back, and leaves those of the wrong ones taken.
 * @param attempt.countedAs Whose attempts these are.
 * @param attempt.address Where they come from, when that counts too.
 * @param attempt.passwordHash Undefined when there is no such account, null when it has no password.
 * @throws AppError `rate_limited`; `unavailable` when too many passwords wait to be checked.
 */
export async function checkPassword(
  deps: CheckPasswordDeps,
  attempt: {
    countedAs: string
    address?: string | undefined
    passwordHash: string | null | undefined
    password: string
  },
): Promise<boolean> {
  const counts: Count[] = [
    { limiter: deps.wrongPasswords, key: attempt.countedAs, whose: 'for this account' },
  ]
  if (attempt.address !== undefined && deps.wrongPasswordsOfAddress !== undefined) {
    const key = networkOf(attempt.address)
    counts.push({ limiter: deps.wrongPasswordsOfAddress, key, whose: 'from this address' })
  }
  return await deps.hashing.run(async () => {
    takePlaces(counts)
    const isRight = await verifyPassword(attempt.passwordHash, attempt.password)
    if (isRight) giveBackPlaces(counts)
    return isRight
  })
}

interface Count {
  limiter: RateLimiter
  key: string
  /** Of whom the refusal speaks. */
  whose: string
}

/**
 * Takes a place in every count, or in none.
 * @throws AppError `rate_limited`
 */
function takePlaces(counts: readonly Count[]): void {
  for (const [place, { limiter, key, whose }] of counts.entries()) {
    const { allowed, resetSeconds } = limiter.take(key)
    if (allowed) continue
    giveBackPlaces(counts.slice(0, place))
    throw new AppError('rate_limited', {
      detail: `Too many wrong passwords ${whose}. Wait a while before you try again.`,
      retryAfterSeconds: resetSeconds,
    })
  }
}

function giveBackPlaces(counts: readonly Count[]): void {
  for (const { limiter, key } of counts) limiter.giveBack(key)
}
