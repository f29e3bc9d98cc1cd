import { AppError } from '../../kernel/errors.ts'
import { invariant } from '../../kernel/invariant.ts'
import type { Audit } from '../../platform/audit.ts'
import type { Database, Transaction } from '../../platform/postgres.ts'
import { acceptEmail, checkNewPassword } from './account-rules.ts'
import type { WorkQueue } from '../../platform/work-queue.ts'
import { hashPassword } from './passwords.ts'
import { revokeSessionsOf } from './sessions.sql.ts'
import { type User, findUserByEmail, insertUser, lockUsers, updateUser } from './users.sql.ts'

export interface CreateFirstAdminDeps {
  db: Database
  audit: Audit
  hashing: WorkQueue
  onRevoked: (user: User) => void
}

/**
 * Makes sure that an admin with this address exists. One who is there already is left as they are,
 * password included, so that it may run at every start. An account that is there but no admin's
 * becomes one under the given password: somebody else may have registered the address first.
 * @throws AppError `invalid_request`, `invalid_value`
 */
export async function createFirstAdmin(
  deps: CreateFirstAdminDeps,
  command: { email: string; password: string },
): Promise<User> {
  const email = acceptEmail(command.email)
  const existing = await findUserByEmail(deps.db, email)
  if (existing?.userType === 'admin') return existing
  checkNewPassword(command.password, email)
  const passwordHash = await deps.hashing.run(async () => await hashPassword(command.password))

  if (existing === undefined) {
    try {
      return await deps.db.transaction(async (tx) => await create(deps, tx, email, passwordHash))
    } catch (error) {
      // Another process that starts at the same time was first.
      if (!(error instanceof AppError) || error.code !== 'email_taken') throw error
      return await createFirstAdmin(deps, command)
    }
  }
  const user = await deps.db.transaction(
    async (tx) => await promote(deps, tx, existing.id, passwordHash),
  )
  deps.onRevoked(user)
  return user
}

async function create(
  deps: CreateFirstAdminDeps,
  tx: Transaction,
  email: string,
  passwordHash: string,
): Promise<User> {
  const user = await insertUser(tx, { name: 'Admin', email, passwordHash, userType: 'admin' })
  await deps.audit(tx, {
    actorId: null,
    action: 'user.made_admin',
    subjectType: 'user',
    subjectId: user.id,
    after: { user_type: 'admin' },
  })
  return user
}

async function promote(
  deps: CreateFirstAdminDeps,
  tx: Transaction,
  userId: number,
  passwordHash: string,
): Promise<User> {
  const [before] = await lockUsers(tx, [userId])
  invariant(before !== undefined, 'nobody deletes an account that becomes the first admin')
  if (before.userType === 'admin') return before
  await revokeSessionsOf(tx, userId)
  await deps.audit(tx, {
    actorId: null,
    action: 'user.made_admin',
    subjectType: 'user',
    subjectId: userId,
    before: { user_type: before.userType, suspended: before.suspendedAt !== null },
    after: { user_type: 'admin', suspended: false, password: 'changed' },
  })
  return await updateUser(tx, userId, {
    userType: 'admin',
    suspended: false,
    passwordHash,
    revokesTokens: true,
  })
}
