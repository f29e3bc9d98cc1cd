import { AppError } from '../../kernel/errors.ts'
import type { Language } from '../../kernel/language.ts'
import type { Audit } from '../../platform/audit.ts'
import type { Database } from '../../platform/postgres.ts'
import { acceptName, checkNewPassword } from './account-rules.ts'
import type { CheckPasswordDeps } from './check-password.ts'
import { startSession } from './open-session.ts'
import { hashPassword } from './passwords.ts'
import { requirePassword } from './require-password.ts'
import { type SessionKind, revokeSessionsOf } from './sessions.sql.ts'
import { killTokensOf } from './user-tokens.sql.ts'
import { type User, findUser, lockUsers, updateUser } from './users.sql.ts'

export interface ChangeOwnAccountCommand {
  userId: number
  name?: string | undefined
  language?: Language | undefined
  password?: string | undefined
  /** Needed for a new password. */
  currentPassword?: string | undefined
  /** Of the session that begins with a new password; of the API when left out. */
  session?: { kind: SessionKind; userAgent: string | undefined } | undefined
  requestId?: string | undefined
}

export interface ChangedOwnAccount {
  user: User
  /** Of the session that begins with a new password, which ends all others. */
  session: { token: string; expiresAt: Date } | undefined
}

export interface ChangeOwnAccountDeps extends CheckPasswordDeps {
  db: Database
  audit: Audit
  /** Told when older access tokens and sessions of a user have ended. */
  onRevoked: (user: User) => void
}

/** @throws AppError `invalid_request`, `invalid_value`, `rate_limited`, `precondition_failed`. */
export async function changeOwnAccount(
  deps: ChangeOwnAccountDeps,
  command: ChangeOwnAccountCommand,
): Promise<ChangedOwnAccount> {
  const name = command.name === undefined ? undefined : acceptName(command.name)
  const { language } = command
  const newPassword = await acceptPasswordChange(deps, command)
  if (name === undefined && language === undefined && newPassword === undefined) {
    throw new AppError('invalid_request', { field: 'body', detail: 'There is nothing to change.' })
  }

  const changed = await deps.db.transaction(async (tx) => {
    const [before] = await lockUsers(tx, [command.userId])
    if (before === undefined) throw new AppError('unauthenticated')
    if (before.suspendedAt !== null) throw new AppError('account_suspended')
    if (newPassword !== undefined && newPassword.replaces !== before.passwordHash) {
      throw new AppError('precondition_failed')
    }
    const isRenamed = name !== undefined && name !== before.name
    const isTranslated = language !== undefined && language !== before.language
    if (!isRenamed && !isTranslated && newPassword === undefined) {
      return { user: before, session: undefined }
    }

    const user = await updateUser(tx, before.id, {
      name,
      language,
      passwordHash: newPassword?.hash,
      revokesTokens: newPassword !== undefined,
    })
    if (newPassword !== undefined) {
      await revokeSessionsOf(tx, user.id)
      // A link that somebody else asked for must not undo what the owner has just done.
      await killTokensOf(tx, user.id, 'password_reset')
      await killTokensOf(tx, user.id, 'email_change')
    }
    await deps.audit(tx, {
      actorId: user.id,
      action: 'user.changed',
      subjectType: 'user',
      subjectId: user.id,
      before: {
        ...(isTranslated ? { language: before.language } : {}),
      },
      after: {
        // That they were changed, and nothing about them: the log forgets nothing.
        ...(isRenamed ? { name: 'changed' } : {}),
        ...(isTranslated ? { language: user.language } : {}),
        ...(newPassword === undefined ? {} : { password: 'changed' }),
      },
      requestId: command.requestId,
    })
    const { kind = 'refresh', userAgent } = command.session ?? {}
    const session = newPassword && (await startSession(tx, user.id, kind, userAgent))
    return { user, session }
  })
  if (newPassword !== undefined) deps.onRevoked(changed.user)
  return changed
}

/** @returns The hash of the new password and the one that it replaces. */
async function acceptPasswordChange(
  deps: ChangeOwnAccountDeps,
  command: ChangeOwnAccountCommand,
): Promise<{ hash: string; replaces: string | null } | undefined> {
  const { password, currentPassword } = command
  if (password === undefined && currentPassword === undefined) return undefined
  if (password === undefined) throw missing('password')
  if (currentPassword === undefined) throw missing('current_password')

  const user = await findUser(deps.db, command.userId)
  if (user === undefined) throw new AppError('unauthenticated')
  checkNewPassword(password, user.email)
  await requirePassword(deps, user, currentPassword)
  const hash = await deps.hashing.run(async () => await hashPassword(password))
  return { hash, replaces: user.passwordHash }
}

const missing = (field: string) =>
  new AppError('invalid_request', { field, detail: `${field} is missing.` })
