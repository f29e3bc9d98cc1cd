import { randomUUID } from 'node:crypto'
import { publish } from '../../../platform/outbox/publish.ts'
import type { Transaction } from '../../../platform/postgres.ts'
import { type IdentityDeps, addIdentity } from './enter-with-identity.ts'
import { findIdentityOwner } from './identities.sql.ts'
import type { ProvenIdentity } from './provider.ts'

/**
 * Connects an identity to an account that was there before it, and has the owner told: it is a way
 * in that somebody else may have made. Call it with the user locked.
 * @param added.provider As its buttons call it.
 * @returns False when it is another account's.
 */
export async function connectIdentity(
  deps: IdentityDeps,
  tx: Transaction,
  added: { userId: number; identity: ProvenIdentity; provider: string; requestId: string },
): Promise<boolean> {
  const { userId, identity, provider } = added
  if (!(await addIdentity(deps, tx, added))) {
    return (await findIdentityOwner(tx, identity)) === userId
  }
  await publish(tx, 'user.identity_connected', { user_id: userId, request: randomUUID(), provider })
  return true
}
