import { AppError } from '../../kernel/errors.ts'
import type { Audit } from '../../platform/audit.ts'
import type { UserType } from '../../platform/http/access.ts'
import type { Database } from '../../platform/postgres.ts'
import { revokeSessionsOf } from './sessions.sql.ts'
import { type User, lockUsers, updateUser } from './users.sql.ts'

export interface ChangeUserCommand {
  /** The admin who changes it. */
  actorId: number
  userId: number
  userType?: UserType | undefined
  suspended?: boolean | undefined
  requestId?: string | undefined
}

/**
 * Changes what somebody may do. Takes effect at once in this process and within seconds in others.
 * @throws AppError `not_found`; `forbidden` when the actor is no longer an admin; `invalid_value`
 * for admins who would lock themselves out.
 */
export async function changeUser(
  deps: { db: Database; audit: Audit; onRevoked: (user: User) => void },
  command: ChangeUserCommand,
): Promise<User> {
  if (command.actorId === command.userId) refuseOwnDemotion(command)

  const changed = await deps.db.transaction(async (tx) => {
    // Both are locked: of two admins who demote one another, only the first does.
    const users = await lockUsers(tx, [command.actorId, command.userId])
    const actor = users.find((user) => user.id === command.actorId)
    const before = users.find((user) => user.id === command.userId)
    if (actor?.userType !== 'admin' || actor.suspendedAt !== null) throw new AppError('forbidden')
    if (before === undefined) throw new AppError('not_found')

    const wasSuspended = before.suspendedAt !== null
    const isRetyped = command.userType !== undefined && command.userType !== before.userType
    const isToggled = command.suspended !== undefined && command.suspended !== wasSuspended
    if (!isRetyped && !isToggled) return { user: before, isRevoked: false }

    const user = await updateUser(tx, before.id, {
      userType: command.userType,
      suspended: command.suspended,
      revokesTokens: true,
    })
    if (user.suspendedAt !== null) await revokeSessionsOf(tx, user.id)
    await deps.audit(tx, {
      actorId: command.actorId,
      action: 'user.changed',
      subjectType: 'user',
      subjectId: user.id,
      before: {
        ...(isRetyped ? { user_type: before.userType } : {}),
        ...(isToggled ? { suspended: wasSuspended } : {}),
      },
      after: {
        ...(isRetyped ? { user_type: user.userType } : {}),
        ...(isToggled ? { suspended: user.suspendedAt !== null } : {}),
      },
      requestId: command.requestId,
    })
    return { user, isRevoked: true }
  })
  if (changed.isRevoked) deps.onRevoked(changed.user)
  return changed.user
}

function refuseOwnDemotion(command: ChangeUserCommand): void {
  const field =
    command.suspended === true
      ? 'suspended'
      : command.userType !== undefined && command.userType !== 'admin'
        ? 'user_type'
        : undefined
  if (field !== undefined) {
    throw new AppError('invalid_value', {
      field,
      detail: 'You cannot take your own rights away; another admin can.',
    })
  }
}
