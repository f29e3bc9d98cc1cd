import { AppError } from '../../../kernel/errors.ts'
import type { LogInCommand, LoggedIn } from '../log-in.ts'
import { type User, lockUsers } from '../users.sql.ts'
import { type ProvidersDeps, providerOf } from './begin-sign-in.ts'
import type { Pending } from './come-back.ts'
import { connectIdentity } from './connect-identity.ts'
import type { IdentityDeps } from './enter-with-identity.ts'
import type { ConnectCommand } from './foreign-sign-in.ts'
import type { SealedNotes } from './sealed-notes.ts'

export interface ConnectDeps extends IdentityDeps, Pick<ProvidersDeps, 'providers'> {
  pending: SealedNotes<Pending>
  logIn: (command: LogInCommand) => Promise<LoggedIn>
}

/**
 * Connects an identity that was proved in this browser to the account of its address.
 * @returns `stale` when that was too long ago, or the address is another account's by now.
 * @throws AppError `invalid_credentials`, `account_suspended`, `rate_limited`, `unauthenticated`
 */
export async function connectWithPassword(
  deps: ConnectDeps,
  command: ConnectCommand,
): Promise<{ user: User; device: string; next: string } | { refused: 'stale' | 'taken' }> {
  const pending = deps.pending.open(command.note)
  if (pending?.providerId !== command.providerId) return { refused: 'stale' }
  const { password, device: known, address, requestId } = command
  const { user, device } = await deps.logIn({
    email: pending.email,
    password,
    device: known,
    address,
  })
  if (user.id !== pending.userId) return { refused: 'stale' }
  const { identity, next } = pending
  const { name: provider } = providerOf(deps, command.providerId)
  const isConnected = await deps.db.transaction(async (tx) => {
    const [current] = await lockUsers(tx, [user.id])
    // A password that was right before it was changed opens nothing for good.
    if (current?.tokenVersion !== user.tokenVersion) throw new AppError('unauthenticated')
    return await connectIdentity(deps, tx, { userId: user.id, identity, provider, requestId })
  })
  return isConnected ? { user, device, next } : { refused: 'taken' }
}
