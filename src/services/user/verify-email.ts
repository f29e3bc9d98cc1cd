import type { Audit } from '../../platform/audit.ts'
import type { Database } from '../../platform/postgres.ts'
import { deadToken, userTokenHash } from './user-tokens.ts'
import { findTokenOwner, useToken } from './user-tokens.sql.ts'
import { lockUsers, markEmailVerified } from './users.sql.ts'

/**
 * Notes that an address is its owner's, by the token of a mail, which is used up.
 * @throws AppError `invalid_value` for a token that is no longer good.
 */
export async function verifyEmail(
  deps: { db: Database; audit: Audit },
  command: { token: string; requestId?: string | undefined },
): Promise<void> {
  const kind = 'email_verification'
  const tokenHash = userTokenHash(command.token)
  await deps.db.transaction(async (tx) => {
    const userId = await findTokenOwner(tx, kind, tokenHash)
    if (userId === undefined) throw deadToken()
    await lockUsers(tx, [userId])
    if (!(await useToken(tx, { kind, tokenHash, userId }))) throw deadToken()
    await markEmailVerified(tx, userId)
    await deps.audit(tx, {
      actorId: userId,
      action: 'user.email_verified',
      subjectType: 'user',
      subjectId: userId,
      requestId: command.requestId,
    })
  })
}
