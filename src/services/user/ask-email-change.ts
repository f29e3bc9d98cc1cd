import { randomUUID } from 'node:crypto'
import { AppError } from '../../kernel/errors.ts'
import type { Audit } from '../../platform/audit.ts'
import type { Database } from '../../platform/postgres.ts'
import { publish } from '../../platform/outbox/publish.ts'
import { acceptEmail } from './account-rules.ts'
import type { CheckPasswordDeps } from './check-password.ts'
import { type MailLimits, takeMail } from './mail-limits.ts'
import { requirePassword } from './require-password.ts'
import { makeUserToken } from './user-tokens.ts'
import { killTokensOf } from './user-tokens.sql.ts'
import { findUser, findUserByEmail, lockUsers } from './users.sql.ts'

export interface AskEmailChangeDeps extends CheckPasswordDeps {
  db: Database
  audit: Audit
  mailLimits: MailLimits
  tokenSecret: Buffer
}

export interface AskEmailChangeCommand {
  userId: number
  /** The new one. */
  email: string
  currentPassword: string
  /** Where the request comes from. */
  address?: string | undefined
  requestId?: string | undefined
}

/**
 * Has a link sent to the address that somebody wants their account to have; it takes effect when
 * the link is used, and until then nothing changes. The present address is told. Asking again
 * replaces what was asked before.
 * @throws AppError `invalid_request`; `invalid_value` for a wrong password, or the address that the
 * account has; `email_taken`, `rate_limited`, `unauthenticated`, `precondition_failed`.
 */
export async function askEmailChange(
  deps: AskEmailChangeDeps,
  command: AskEmailChangeCommand,
): Promise<void> {
  const email = acceptEmail(command.email)
  const user = await findUser(deps.db, command.userId)
  if (user === undefined) throw new AppError('unauthenticated')
  await requirePassword(deps, user, command.currentPassword)
  if (email === user.email) {
    throw new AppError('invalid_value', {
      field: 'email',
      detail: 'This is the address that your account has already.',
    })
  }
  // Spares a mail where the answer is known; the unique index decides when the link is used.
  const holder = await findUserByEmail(deps.db, email)
  if (holder !== undefined && holder.id !== user.id) {
    throw new AppError('email_taken', { field: 'email' })
  }
  takeMail(deps.mailLimits, {
    countedAs: `change ${email.toLowerCase()}`,
    address: command.address,
  })

  await deps.db.transaction(async (tx) => {
    const [before] = await lockUsers(tx, [user.id])
    if (before === undefined) throw new AppError('unauthenticated')
    if (before.passwordHash !== user.passwordHash) throw new AppError('precondition_failed')
    await killTokensOf(tx, user.id, 'email_change')
    const request = randomUUID()
    const asked = { kind: 'email_change', userId: user.id, request, email } as const
    // The mail makes the same token again; made here, it is known from now on what was asked.
    await makeUserToken(tx, deps.tokenSecret, asked)
    await publish(tx, 'user.email_change_asked', { user_id: user.id, request, new_email: email })
    await deps.audit(tx, {
      actorId: user.id,
      action: 'user.email_change_asked',
      subjectType: 'user',
      subjectId: user.id,
      requestId: command.requestId,
    })
  })
}
