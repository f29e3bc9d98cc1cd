/** What becomes of somebody whom a provider has just vouched for. */
import { AppError } from '../../../kernel/errors.ts'
import type { Language } from '../../../kernel/language.ts'
import type { Audit } from '../../../platform/audit.ts'
import type { Database, Transaction } from '../../../platform/postgres.ts'
import { acceptName, readEmail } from '../account-rules.ts'
import { type User, findUserByEmail, insertUser, lockUsers, markEmailVerified } from '../users.sql.ts' // prettier-ignore
import { findIdentityOwner, insertIdentity } from './identities.sql.ts'
import type { ProvenIdentity } from './provider.ts'

export interface IdentityDeps {
  db: Database
  audit: Audit
}

/** Two that come back at once make one account: the second finds what the first made. */
const TRIES_MAX = 3

type Entry =
  | { kind: 'signed in'; user: User }
  | { kind: 'account exists'; user: User }
  | { kind: 'refused'; reason: 'unverified' | 'suspended' }

/**
 * Finds the account that an identity opens, or makes one for somebody new. An address alone opens
 * nothing: of an account that is there its password decides, and without a provider who vouches for
 * the address there is none, or whoever typed another's address there would be in the account
 * already when its owner comes to claim it.
 */
export async function enterWithIdentity(
  deps: IdentityDeps,
  identity: ProvenIdentity,
  newcomer: { language: Language; requestId: string },
): Promise<Entry> {
  const email = identity.email === undefined ? undefined : readEmail(identity.email)
  for (let attempt = 1; ; attempt += 1) {
    const user = email === undefined ? undefined : await findUserByEmail(deps.db, email)
    // Asked last: an account that was made at this moment is seen with its identity, or not at all.
    const owner = await findOwner(deps, identity)
    if (owner !== undefined) {
      return owner.suspendedAt === null
        ? { kind: 'signed in', user: owner }
        : { kind: 'refused', reason: 'suspended' }
    }
    if (email === undefined) return { kind: 'refused', reason: 'unverified' }
    if (user !== undefined) return { kind: 'account exists', user }
    try {
      return { kind: 'signed in', user: await register(deps, { ...identity, email }, newcomer) }
    } catch (error) {
      const isRaced = error instanceof AppError && error.code === 'email_taken'
      if (!isRaced || attempt === TRIES_MAX) throw error
    }
  }
}

async function findOwner(deps: IdentityDeps, identity: ProvenIdentity): Promise<User | undefined> {
  return await deps.db.transaction(async (tx) => {
    const ownerId = await findIdentityOwner(tx, identity)
    const [owner] = ownerId === undefined ? [] : await lockUsers(tx, [ownerId])
    return owner
  })
}

async function register(
  deps: IdentityDeps,
  identity: ProvenIdentity & { email: string },
  { language, requestId }: { language: Language; requestId: string },
): Promise<User> {
  const { email } = identity
  return await deps.db.transaction(async (tx) => {
    const name = nameOf(identity)
    const user = await insertUser(tx, { name, email, passwordHash: null, userType: 'guest', language }) // prettier-ignore
    await markEmailVerified(tx, user.id)
    await deps.audit(tx, {
      actorId: user.id,
      action: 'user.registered',
      subjectType: 'user',
      subjectId: user.id,
      after: { user_type: 'guest', signed_in_with: identity.issuer },
      requestId,
    })
    if (!(await addIdentity(deps, tx, { userId: user.id, identity, requestId }))) {
      throw new AppError('email_taken')
    }
    return user
  })
}

/**
 * Connects an identity to a user, who is locked or new.
 * @returns False when it is connected already, to whomever.
 */
export async function addIdentity(
  deps: IdentityDeps,
  tx: Transaction,
  added: { userId: number; identity: ProvenIdentity; requestId: string },
): Promise<boolean> {
  const { userId, identity, requestId } = added
  const { issuer, subject, email } = identity
  if (!(await insertIdentity(tx, { userId, issuer, subject, email }))) return false
  await deps.audit(tx, {
    actorId: userId,
    action: 'user.identity_connected',
    subjectType: 'user',
    subjectId: userId,
    after: { issuer },
    requestId,
  })
  return true
}

/** As the provider has it, if that is a name here; else what stands before the @. */
function nameOf({ name, email }: { name: string | undefined; email: string }): string {
  for (const text of [name ?? '', email.slice(0, email.indexOf('@'))]) {
    try {
      return acceptName(text)
    } catch (error) {
      if (!(error instanceof AppError)) throw error
    }
  }
  return 'Guest'
}
