import { hash } from 'node:crypto'
import { AppError } from '../../../kernel/errors.ts'
import { networkOf } from '../../../platform/http/network.ts'
import type { RateLimiter } from '../../../platform/http/rate-limit.ts'
import { lockUsers } from '../users.sql.ts'
import { type Attempt, type ProvidersDeps, providerOf, reasonOf, redirectUriOf } from './begin-sign-in.ts' // prettier-ignore
import { connectIdentity } from './connect-identity.ts'
import { type IdentityDeps, enterWithIdentity } from './enter-with-identity.ts'
import type { Outcome, RefusalReason, ReturnCommand } from './foreign-sign-in.ts'
import { useSignIn } from './identities.sql.ts'
import type { Provider, ProvenIdentity } from './provider.ts'
import type { SealedNotes } from './sealed-notes.ts'

/** How many sign-ins may fail that come from one address; each has us ask somebody else. */
export const FAILED_SIGN_INS = { requests: 100, windowSeconds: 900 }

/** An identity that waits for the password of the account of its address. */
export interface Pending {
  identity: ProvenIdentity
  providerId: string
  userId: number
  email: string
  next: string
}

export interface ComeBackDeps extends ProvidersDeps, IdentityDeps {
  pending: SealedNotes<Pending>
  /** Undefined leaves addresses alone. */
  failures: RateLimiter | undefined
}

/**
 * Takes somebody back who signed in elsewhere.
 * @throws AppError `not_found`, `rate_limited`
 */
export async function comeBack(deps: ComeBackDeps, command: ReturnCommand): Promise<Outcome> {
  const provider = providerOf(deps, command.providerId)
  const key = networkOf(command.address)
  const place = deps.failures?.take(key)
  if (place?.allowed === false) {
    throw new AppError('rate_limited', { retryAfterSeconds: place.resetSeconds })
  }
  const outcome = await decide(deps, provider, command)
  if (outcome.kind !== 'refused') deps.failures?.giveBack(key)
  return outcome
}

async function decide(
  deps: ComeBackDeps,
  provider: Provider,
  command: ReturnCommand,
): Promise<Outcome> {
  const attempt = deps.attempts.open(command.note)
  const next = attempt?.next ?? '/'
  const refused = (reason: RefusalReason): Outcome => ({ kind: 'refused', reason, next })
  if (attempt === undefined || !belongs(attempt, provider, command)) return refused('stale')
  // Before anything is asked: of two who come back with one state, one goes on.
  const stateHash = Buffer.from(hash('sha256', attempt.state), 'hex')
  const { expiresAt } = attempt
  if (!(await useSignIn(deps.db, { stateHash, expiresAt }))) return refused('stale')

  let identity: ProvenIdentity
  try {
    const redirectUri = redirectUriOf(deps, provider, command.origin)
    identity = await provider.identify(redirectUri, attempt, command.answer)
  } catch (error) {
    return refused(reasonOf(deps, provider, error))
  }
  if (attempt.userId !== undefined) {
    const { userId } = attempt
    const added = { userId, identity, provider: provider.name, requestId: command.requestId }
    const isConnected = await connectToOwn(deps, added)
    return isConnected ? { kind: 'connected', next } : refused('taken')
  }
  const entry = await enterWithIdentity(deps, identity, command)
  switch (entry.kind) {
    case 'signed in':
      return { ...entry, next }
    case 'account exists': {
      const { id: userId, email } = entry.user
      const pending = { identity, providerId: provider.id, userId, email, next }
      return { kind: 'account exists', email, note: deps.pending.seal(pending) }
    }
    case 'refused':
      return refused(entry.reason)
  }
}

/** Whether this is the answer to this attempt, and whoever began it is still who is signed in. */
function belongs(attempt: Attempt, provider: Provider, command: ReturnCommand): boolean {
  const states = command.answer.getAll('state')
  return (
    states.length === 1 &&
    states[0] === attempt.state &&
    attempt.providerId === provider.id &&
    (attempt.userId === undefined || attempt.userId === command.userId)
  )
}

/** @returns False when it is another account's. */
async function connectToOwn(
  deps: IdentityDeps,
  added: Parameters<typeof connectIdentity>[2],
): Promise<boolean> {
  return await deps.db.transaction(async (tx) => {
    const [user] = await lockUsers(tx, [added.userId])
    if (user === undefined) throw new AppError('unauthenticated')
    if (user.suspendedAt !== null) throw new AppError('account_suspended')
    return await connectIdentity(deps, tx, added)
  })
}
