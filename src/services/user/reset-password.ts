import { AppError } from '../../kernel/errors.ts'
import type { Audit } from '../../platform/audit.ts'
import type { Database } from '../../platform/postgres.ts'
import { checkNewPassword } from './account-rules.ts'
import { deleteIdentitiesOfOthers } from './foreign-sign-in/identities.sql.ts'
import type { WorkQueue } from '../../platform/work-queue.ts'
import { hashPassword } from './passwords.ts'
import { revokeSessionsOf } from './sessions.sql.ts'
import { deadToken, userTokenHash } from './user-tokens.ts'
import { findTokenOwner, killTokensOf, useToken } from './user-tokens.sql.ts'
import { type User, findUser, lockUsers, markEmailVerified, updateUser } from './users.sql.ts'

export interface ResetPasswordDeps {
  db: Database
  audit: Audit
  hashing: WorkQueue
  onRevoked: (user: User) => void
}

/**
 * Gives an account a new password by the token of a mail, which is used up. Every session and
 * access token of the account ends: who has a stolen one is the reason for many resets.
 * @throws AppError `invalid_value` for a token that is no longer good; what registration refuses a
 * password for, in which case the token stays good; `account_suspended`.
 */
export async function resetPassword(
  deps: ResetPasswordDeps,
  command: { token: string; password: string; requestId?: string | undefined },
): Promise<void> {
  const tokenHash = userTokenHash(command.token)
  // Asked first, so that nobody has us hash who has no token.
  const userId = await findTokenOwner(deps.db, 'password_reset', tokenHash)
  const owner = userId === undefined ? undefined : await findUser(deps.db, userId)
  if (owner === undefined) throw deadToken()
  checkNewPassword(command.password, owner.email)
  const passwordHash = await deps.hashing.run(async () => await hashPassword(command.password))

  const changed = await deps.db.transaction(async (tx) => {
    const [user] = await lockUsers(tx, [owner.id])
    if (
      user === undefined ||
      !(await useToken(tx, { kind: 'password_reset', tokenHash, userId: owner.id }))
    ) {
      throw deadToken()
    }
    if (user.suspendedAt !== null) throw new AppError('account_suspended')
    await revokeSessionsOf(tx, user.id)
    await killTokensOf(tx, user.id, 'email_change')
    // An account elsewhere that bears another address may be how somebody else got in.
    const disconnected = await deleteIdentitiesOfOthers(tx, user)
    // Who reads its mail has the address.
    await markEmailVerified(tx, user.id)
    await deps.audit(tx, {
      actorId: user.id,
      action: 'user.password_reset',
      subjectType: 'user',
      subjectId: user.id,
      after: { password: 'changed', ...(disconnected > 0 ? { disconnected } : {}) },
      requestId: command.requestId,
    })
    return await updateUser(tx, user.id, { passwordHash, revokesTokens: true })
  })
  deps.onRevoked(changed)
}
