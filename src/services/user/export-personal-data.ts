import type { Clock } from '../../kernel/clock.ts'
import { AppError } from '../../kernel/errors.ts'
import type { PersonalData } from '../../platform/personal-data.ts'
import { RateLimiter } from '../../platform/http/rate-limit.ts'

/** Nobody needs it often, and it may read a lot. */
const EXPORTS = { requests: 10, windowSeconds: 3_600 }

export const createExportLimit = (clock?: Clock): RateLimiter => new RateLimiter(EXPORTS, clock)

/**
 * All that the shop has about a person, each service its part.
 * @returns By name, ready for JSON, in the names of the API.
 * @throws AppError `rate_limited`
 */
export async function exportPersonalData(
  deps: { personalData: readonly PersonalData[]; exports: RateLimiter; clock: Clock },
  userId: number,
): Promise<Record<string, unknown>> {
  const { allowed, resetSeconds } = deps.exports.take(String(userId))
  if (!allowed) {
    throw new AppError('rate_limited', {
      detail: 'You have exported your data several times just now. Wait a while.',
      retryAfterSeconds: resetSeconds,
    })
  }
  const parts = await Promise.all(
    deps.personalData.map(async ({ collect }) => await collect(userId)),
  )
  return Object.assign({ exported_at: new Date(deps.clock()).toISOString() }, ...parts) as Record<
    string,
    unknown
  >
}
