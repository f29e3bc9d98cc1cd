/**
 * A refresh token is good for one use, which replaces it. Using it again means that two parties
 * have it, so all its descendants end. Except within a few seconds: then the first answer was
 * probably lost, or two tabs asked at once, and everybody gets the same new token. A thief who is
 * that quick gains nothing, because whoever uses the shared new token second is noticed.
 */
import { AppError } from '../../kernel/errors.ts'
import type { Database, Transaction } from '../../platform/postgres.ts'
import { deviceOf } from './device-words.ts'
import { REFRESH_TOKEN_SECONDS } from './open-session.ts'
import type { Revocations } from './revocations.ts'
import { createSuccessorSalt, sessionTokenHash, successorOf } from './session-tokens.ts'
import {
  findRefreshSession,
  findSessionOwner,
  insertSession,
  markRotated,
  revokeFamily,
} from './sessions.sql.ts'
import { type User, lockUsers, updateUser } from './users.sql.ts'

/** How long a used token gives the same answer again. */
const REPEAT_SECONDS = 10

/** @throws AppError `unauthenticated`, `account_suspended` */
export async function refreshSession(
  deps: { db: Database; revocations: Revocations },
  { token, userAgent }: { token: string; userAgent?: string | undefined },
): Promise<{ user: User; refreshToken: string }> {
  const outcome = await deps.db.transaction(
    async (tx) => await useToken(tx, token, deviceOf(userAgent)),
  )
  switch (outcome.kind) {
    case 'refreshed':
      return outcome
    case 'reused':
      deps.revocations.note(outcome.user)
      throw new AppError('unauthenticated', {
        detail: 'This refresh token was used before, so its session has ended. Sign in again.',
      })
    case 'unknown':
      throw new AppError('unauthenticated', { detail: 'The session has ended. Sign in again.' })
  }
}

type Outcome =
  | { kind: 'refreshed'; user: User; refreshToken: string }
  | { kind: 'reused'; user: User }
  | { kind: 'unknown' }

async function useToken(tx: Transaction, token: string, device: string | null): Promise<Outcome> {
  const tokenHash = sessionTokenHash(token)
  const ownerId = await findSessionOwner(tx, 'refresh', tokenHash)
  const [user] = ownerId === undefined ? [] : await lockUsers(tx, [ownerId])
  const session = await findRefreshSession(tx, tokenHash)
  if (user === undefined || !session?.isLive) return { kind: 'unknown' }
  if (user.suspendedAt !== null) throw new AppError('account_suspended')

  const { rotatedSecondsAgo, successorSalt } = session
  if (rotatedSecondsAgo === null || successorSalt === null) {
    const salt = createSuccessorSalt()
    const refreshToken = successorOf(token, salt)
    await markRotated(tx, session.id, salt)
    await insertSession(tx, {
      userId: user.id,
      kind: 'refresh',
      family: session.family,
      device,
      tokenHash: sessionTokenHash(refreshToken),
      lifetimeSeconds: REFRESH_TOKEN_SECONDS,
    })
    return { kind: 'refreshed', user, refreshToken }
  }
  if (rotatedSecondsAgo <= REPEAT_SECONDS) {
    return { kind: 'refreshed', user, refreshToken: successorOf(token, successorSalt) }
  }
  await revokeFamily(tx, session.family)
  return { kind: 'reused', user: await updateUser(tx, user.id, { revokesTokens: true }) }
}
