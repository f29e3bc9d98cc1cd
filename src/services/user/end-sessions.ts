import { AppError } from '../../kernel/errors.ts'
import type { Database } from '../../platform/postgres.ts'
import { sessionTokenHash } from './session-tokens.ts'
import { endSessionsOf } from './sessions.sql.ts'
import { type User, lockUsers, updateUser } from './users.sql.ts'

export interface EndSessionsCommand {
  userId: number
  /** One session; or all, but the one that this token belongs to, if it is given. */
  which: { sessionId: string } | { butOf: string | undefined }
}

/**
 * Signs somebody out elsewhere. What the API gave to a session that ends is good for nothing at
 * once: all access tokens of the account end, and sessions that go on get their next ones.
 * @throws AppError `not_found` when the one named is none of theirs; `unauthenticated`.
 */
export async function endSessions(
  deps: {
    db: Database
    onRevoked: (user: User) => void
    /** Told when only sessions of the pages have ended. */
    onPageSessionsEnded: () => void
  },
  command: EndSessionsCommand,
): Promise<void> {
  const { userId, which } = command
  const revoked = await deps.db.transaction(async (tx) => {
    const [user] = await lockUsers(tx, [userId])
    if (user === undefined) throw new AppError('unauthenticated')
    const kinds = await endSessionsOf(
      tx,
      userId,
      'sessionId' in which
        ? which
        : { butOf: which.butOf === undefined ? undefined : sessionTokenHash(which.butOf) },
    )
    if ('sessionId' in which && kinds.length === 0) throw new AppError('not_found')
    if (!kinds.includes('refresh')) return undefined
    return await updateUser(tx, userId, { revokesTokens: true })
  })
  if (revoked === undefined) deps.onPageSessionsEnded()
  else deps.onRevoked(revoked)
}
