import { AppError } from '../../kernel/errors.ts'
import type { Language } from '../../kernel/language.ts'
import type { Audit } from '../../platform/audit.ts'
import type { UserType } from '../../platform/http/access.ts'
import type { Database } from '../../platform/postgres.ts'
import { acceptEmail, acceptName, checkNewPassword } from './account-rules.ts'
import { publishVerification } from './ask-verification.ts'
import type { WorkQueue } from '../../platform/work-queue.ts'
import { hashPassword } from './passwords.ts'
import { type User, findUserByEmail, insertUser } from './users.sql.ts'

export interface RegisterUserCommand {
  name: string
  email: string
  password: string
  /** A guest when left out. */
  userType?: UserType | undefined
  /** Of the mails; English when left out. */
  language?: Language | undefined
  requestId?: string | undefined
}

/**
 * Opens an account, and has its owner asked whether the address is theirs.
 * @throws AppError `forbidden` for an admin's, `email_taken`, `invalid_request`, `invalid_value`.
 */
export async function registerUser(
  deps: { db: Database; audit: Audit; hashing: WorkQueue },
  command: RegisterUserCommand,
): Promise<User> {
  const userType = command.userType ?? 'guest'
  if (userType === 'admin') {
    throw new AppError('forbidden', {
      field: 'user_type',
      detail: 'Nobody can register as an admin; another admin can make you one.',
    })
  }
  const name = acceptName(command.name)
  const email = acceptEmail(command.email)
  checkNewPassword(command.password, email)
  // Spares the hashing where the answer is known; the unique index decides.
  if ((await findUserByEmail(deps.db, email)) !== undefined) {
    throw new AppError('email_taken', { field: 'email' })
  }
  const passwordHash = await deps.hashing.run(async () => await hashPassword(command.password))

  return await deps.db.transaction(async (tx) => {
    const user = await insertUser(tx, {
      name,
      email,
      passwordHash,
      userType,
      language: command.language,
    })
    await deps.audit(tx, {
      actorId: user.id,
      action: 'user.registered',
      subjectType: 'user',
      subjectId: user.id,
      after: { user_type: userType },
      requestId: command.requestId,
    })
    await publishVerification(tx, user.id)
    return user
  })
}
