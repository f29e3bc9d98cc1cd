import { AppError } from '../../../kernel/errors.ts'
import type { Queryable } from '../../../platform/postgres.ts'
import { findUser, lockUsers } from '../users.sql.ts'
import type { IdentityDeps } from './enter-with-identity.ts'
import type { Connections } from './foreign-sign-in.ts'
import { deleteIdentity, findIdentitiesOf } from './identities.sql.ts'
import type { Provider } from './provider.ts'

type Providers = readonly Pick<Provider, 'id' | 'name' | 'issuer'>[]

/** The ways into an account besides its password, and which of them may go. */
export async function connectionsOf(
  deps: { db: Queryable; providers: Providers },
  userId: number,
): Promise<Connections> {
  const [user, identities] = [
    await findUser(deps.db, userId),
    await findIdentitiesOf(deps.db, userId),
  ]
  const hasPassword = (user?.passwordHash ?? null) !== null
  const providerOf = (issuer: string) => deps.providers.find((each) => each.issuer === issuer)
  // Whom nobody can sign in with any more is no way in.
  const open = identities.filter(({ issuer }) => providerOf(issuer) !== undefined)
  return {
    hasPassword,
    identities: identities.map((identity) => ({
      ...identity,
      name: providerOf(identity.issuer)?.name ?? new URL(identity.issuer).host,
      canRemove: hasPassword || open.some(({ id }) => id !== identity.id),
    })),
    others: deps.providers
      .filter(({ issuer }) => identities.every((identity) => identity.issuer !== issuer))
      .map(({ id, name }) => ({ id, name })),
  }
}

/** @throws AppError `unauthenticated`, `not_found`, `invalid_value` for the last way in. */
export async function removeIdentity(
  deps: IdentityDeps & { providers: Providers },
  command: { userId: number; identityId: number; requestId: string },
): Promise<void> {
  const { userId, identityId, requestId } = command
  await deps.db.transaction(async (tx) => {
    const [user] = await lockUsers(tx, [userId])
    if (user === undefined) throw new AppError('unauthenticated')
    const { identities } = await connectionsOf({ db: tx, providers: deps.providers }, userId)
    const identity = identities.find(({ id }) => id === identityId)
    if (identity === undefined) throw new AppError('not_found')
    if (!identity.canRemove) {
      throw new AppError('invalid_value', {
        field: 'id',
        detail: 'This is the only way into the account. Set a password first.',
      })
    }
    await deleteIdentity(tx, identityId, userId)
    await deps.audit(tx, {
      actorId: userId,
      action: 'user.identity_removed',
      subjectType: 'user',
      subjectId: userId,
      before: { issuer: identity.issuer },
      requestId,
    })
  })
}
