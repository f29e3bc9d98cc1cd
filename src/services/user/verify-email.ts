import { randomUUID } from 'node:crypto'
import { AppError } from '../../kernel/errors.ts'
import type { Audit } from '../../platform/audit.ts'
import type { Database, Transaction } from '../../platform/postgres.ts'
import { publish } from '../../platform/outbox/publish.ts'
import { deadToken, userTokenHash } from './user-tokens.ts'
import { findAddressToken, killTokensOf, useToken } from './user-tokens.sql.ts'
import { type User, changeEmail, lockUsers, markEmailVerified } from './users.sql.ts'

/**
 * Takes the proof that an address is somebody's: the token of a mail, which is used up. A new
 * address takes effect with it, and the old one is told.
 * @throws AppError `invalid_value` for a token that is no longer good; `email_taken` when another
 * account got the new address meanwhile; `account_suspended`.
 */
export async function verifyEmail(
  deps: { db: Database; audit: Audit },
  command: { token: string; requestId?: string | undefined },
): Promise<void> {
  const tokenHash = userTokenHash(command.token)
  await deps.db.transaction(async (tx) => {
    const found = await findAddressToken(tx, tokenHash)
    if (found === undefined) throw deadToken()
    const [user] = await lockUsers(tx, [found.userId])
    if (user === undefined || !(await useToken(tx, { ...found, tokenHash }))) throw deadToken()
    const { email } = found
    if (email === null) await markEmailVerified(tx, user.id)
    else await takeNewAddress(tx, user, email)
    await deps.audit(tx, {
      actorId: user.id,
      action: email === null ? 'user.email_verified' : 'user.changed',
      subjectType: 'user',
      subjectId: user.id,
      after: email === null ? undefined : { email: 'changed' },
      requestId: command.requestId,
    })
  })
}

async function takeNewAddress(tx: Transaction, user: User, email: string): Promise<void> {
  if (user.suspendedAt !== null) throw new AppError('account_suspended')
  await changeEmail(tx, user.id, email)
  // What is on its way to the old address must not open the account any more.
  await killTokensOf(tx, user.id, 'password_reset')
  await killTokensOf(tx, user.id, 'email_verification')
  await publish(tx, 'user.email_changed', {
    user_id: user.id,
    request: randomUUID(),
    old_email: user.email,
  })
}
