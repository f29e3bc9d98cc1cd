import { AppError } from '../../kernel/errors.ts'
import { type CheckPasswordDeps, checkPassword } from './check-password.ts'
import { accountKey } from './log-in.ts'
import type { UserWithPassword } from './users.sql.ts'

/**
 * Holds who is signed in to be who they say, before something that a stranger at their device must
 * not do. Wrong ones count as at signing in.
 * @throws AppError `invalid_value` on `current_password`, `rate_limited`, `unavailable`.
 */
export async function requirePassword(
  deps: CheckPasswordDeps,
  user: UserWithPassword,
  password: string,
): Promise<void> {
  const isRight = await checkPassword(deps, {
    countedAs: accountKey(user.id),
    passwordHash: user.passwordHash,
    password,
  })
  if (!isRight) {
    throw new AppError('invalid_value', {
      field: 'current_password',
      detail: 'current_password is not the password of this account.',
    })
  }
}
