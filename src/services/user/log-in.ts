import { AppError } from '../../kernel/errors.ts'
import type { Database } from '../../platform/postgres.ts'
import { readEmail } from './account-rules.ts'
import { type CheckPasswordDeps, checkPassword } from './check-password.ts'
import type { KnownDevices } from './known-devices.ts'
import { hashPassword, isOutdated } from './passwords.ts'
import { type User, findUserByEmail, replacePasswordHash } from './users.sql.ts'

export interface LogInCommand {
  email: string
  password: string
  /** The device cookie, when there is one. */
  device?: string | undefined
  /** Where the request comes from. */
  address?: string | undefined
}

export interface LoggedIn {
  user: User
  /** The cookie by which the device is known from now on. */
  device: string
}

/**
 * Checks an address and a password. Whether the address is unknown or the password wrong shows
 * neither in the answer nor in the time it takes.
 * @throws AppError `invalid_credentials`, `account_suspended`, `rate_limited`, `unavailable`.
 */
export async function logIn(
  deps: CheckPasswordDeps & { db: Database; devices: KnownDevices },
  command: LogInCommand,
): Promise<LoggedIn> {
  // What is no address belongs to nobody, and some of it PostgreSQL would not even take.
  const email = readEmail(command.email)
  const user = email === undefined ? undefined : await findUserByEmail(deps.db, email)
  const device = user && deps.devices.idOf(command.device ?? '', user.id)
  const isRight = await checkPassword(deps, {
    countedAs: countedAs({ device, userId: user?.id, email: email ?? '' }),
    // A device that is known counts for itself alone: its owner may sit among strangers.
    address: device === undefined ? command.address : undefined,
    passwordHash: user?.passwordHash,
    password: command.password,
  })
  if (user === undefined || !isRight) throw new AppError('invalid_credentials')
  // Only who knows the password learns that the account is suspended.
  if (user.suspendedAt !== null) throw new AppError('account_suspended')

  if (user.passwordHash !== null && isOutdated(user.passwordHash)) {
    const to = await deps.hashing.run(async () => await hashPassword(command.password))
    await replacePasswordHash(deps.db, { id: user.id, from: user.passwordHash, to })
  }
  return {
    user,
    device: device === undefined ? deps.devices.issue(user.id) : (command.device ?? ''),
  }
}

function countedAs(attempt: {
  device: string | undefined
  userId: number | undefined
  email: string
}): string {
  if (attempt.device !== undefined) return `device ${attempt.device}`
  if (attempt.userId !== undefined) return accountKey(attempt.userId)
  return `email ${attempt.email.toLowerCase()}`
}

/** How wrong passwords of an account are counted, wherever they are typed. */
export const accountKey = (userId: number): string => `account ${userId}`
