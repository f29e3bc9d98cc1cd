/** Puts together what signing in with an account elsewhere needs. */
import type { Logger } from 'pino'
import type { SignInSettings } from '../../../contracts/sign-in.ts'
import { AppError } from '../../../kernel/errors.ts'
import type { Clock } from '../../../kernel/clock.ts'
import { RateLimiter } from '../../../platform/http/rate-limit.ts'
import type { CheckPasswordDeps } from '../check-password.ts'
import { requirePassword } from '../require-password.ts'
import { findUser } from '../users.sql.ts'
import { type Attempt, beginSignIn } from './begin-sign-in.ts'
import { FAILED_SIGN_INS, type Pending, comeBack } from './come-back.ts'
import { type ConnectDeps, connectWithPassword } from './connect-with-password.ts'
import type { ForeignSignIn } from './foreign-sign-in.ts'
import { githubProvider } from './github-provider.ts'
import { openIdProvider } from './openid-provider.ts'
import { connectionsOf, removeIdentity } from './remove-identity.ts'
import { createSealedNotes } from './sealed-notes.ts'

export interface ForeignSignInDeps
  extends CheckPasswordDeps, Omit<ConnectDeps, 'pending' | 'providers'> {
  settings: SignInSettings
  clock: Clock
  /** Of 32 bytes, that nobody else knows. */
  secret: Buffer
  limitsAddresses: boolean
  logger: Logger | undefined
}

export function createForeignSignIn(given: ForeignSignInDeps): ForeignSignIn {
  const { settings, clock, secret, db } = given
  const deps = {
    ...given,
    providers: settings.providers.map((each) =>
      each.id === 'github' ? githubProvider(each) : openIdProvider(each),
    ),
    origin: settings.origin,
    attempts: createSealedNotes<Attempt>(secret, 'attempt', clock),
    pending: createSealedNotes<Pending>(secret, 'pending', clock),
    failures: given.limitsAddresses ? new RateLimiter(FAILED_SIGN_INS) : undefined,
    onFault: (provider: string, { reason, message }: { reason: string; message: string }) => {
      given.logger?.warn({ provider, reason, fault: message }, 'sign-in with a provider failed')
    },
  }
  return {
    providers: deps.providers.map(({ id, name }) => ({ id, name })),
    begin: async (command) => await beginSignIn(deps, command),
    comeBack: async (command) => await comeBack(deps, command),
    readNote(note) {
      const pending = deps.pending.open(note)
      return pending && { email: pending.email, next: pending.next }
    },
    connect: async (command) => await connectWithPassword(deps, command),
    connectionsOf: async (userId) => await connectionsOf(deps, userId),
    async requireOwner({ userId, password }) {
      const user = await findUser(db, userId)
      if (user === undefined) throw new AppError('unauthenticated')
      if (user.passwordHash !== null) await requirePassword(deps, user, password)
    },
    remove: async (command) => {
      await removeIdentity(deps, command)
    },
  }
}
