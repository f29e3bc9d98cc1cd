import type { Database } from '../../platform/postgres.ts'
import { sessionTokenHash } from './session-tokens.ts'
import { findRefreshSession, findSessionOwner, revokeFamily } from './sessions.sql.ts'
import { lockUsers } from './users.sql.ts'

/** Ends the session that a refresh token belongs to; a token that is not known has none. */
export async function logOut(deps: { db: Database }, refreshToken: string): Promise<void> {
  const tokenHash = sessionTokenHash(refreshToken)
  await deps.db.transaction(async (tx) => {
    const ownerId = await findSessionOwner(tx, 'refresh', tokenHash)
    if (ownerId === undefined) return
    await lockUsers(tx, [ownerId])
    const session = await findRefreshSession(tx, tokenHash)
    if (session !== undefined) await revokeFamily(tx, session.family)
  })
}
