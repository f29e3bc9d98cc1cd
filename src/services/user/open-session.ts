import { AppError } from '../../kernel/errors.ts'
import type { Database, Transaction } from '../../platform/postgres.ts'
import { createSessionToken, sessionTokenHash } from './session-tokens.ts'
import { deviceOf } from './device-words.ts'
import { type SessionKind, insertSession } from './sessions.sql.ts'
import { type User, lockUsers } from './users.sql.ts'

/** A refresh token lives this long from its last use. */
export const REFRESH_TOKEN_SECONDS = 30 * 86_400
const PAGE_SESSION_SECONDS = 14 * 86_400

export interface OpenedSession {
  user: User
  token: string
  expiresAt: Date
}

/**
 * Begins a session for somebody who has just proved who they are.
 * @param userAgent What the program calls itself that they sign in with.
 * @throws AppError `unauthenticated` when the account was changed since.
 */
export async function openSession(
  deps: { db: Database },
  user: { id: number; tokenVersion: number },
  kind: SessionKind,
  userAgent?: string,
): Promise<OpenedSession> {
  return await deps.db.transaction(async (tx) => {
    // A login that was checked before a password change must not outlive it.
    const [current] = await lockUsers(tx, [user.id])
    if (current?.tokenVersion !== user.tokenVersion || current.suspendedAt !== null) {
      throw new AppError('unauthenticated', {
        detail: 'The account was changed meanwhile. Sign in again.',
      })
    }
    return { user: current, ...(await startSession(tx, user.id, kind, userAgent)) }
  })
}

/** Starts a family of sessions for a user who is locked. */
export async function startSession(
  tx: Transaction,
  userId: number,
  kind: SessionKind,
  userAgent?: string,
): Promise<{ token: string; expiresAt: Date }> {
  const token = createSessionToken()
  const expiresAt = await insertSession(tx, {
    userId,
    kind,
    device: deviceOf(userAgent),
    tokenHash: sessionTokenHash(token),
    lifetimeSeconds: kind === 'page' ? PAGE_SESSION_SECONDS : REFRESH_TOKEN_SECONDS,
  })
  return { token, expiresAt }
}
