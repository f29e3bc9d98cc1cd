/** Accounts that people have elsewhere, in PostgreSQL, and what has been used of their sign-ins. */
import type { Queryable, Transaction } from '../../../platform/postgres.ts'

export interface Identity {
  id: number
  issuer: string
  /** That the issuer vouched for when it was connected. */
  email: string | null
  createdAt: Date
}

/** Whose account it opens. */
export async function findIdentityOwner(
  db: Queryable,
  { issuer, subject }: { issuer: string; subject: string },
): Promise<number | undefined> {
  const [row] = await db.query<{ userId: number }>(
    'select user_id as "userId" from identities where issuer = $1 and subject = $2',
    [issuer, subject],
  )
  return row?.userId
}

/** In the order in which they were connected. */
export async function findIdentitiesOf(db: Queryable, userId: number): Promise<Identity[]> {
  return await db.query(
    `select id, issuer, email, created_at as "createdAt" from identities
      where user_id = $1 order by id`,
    [userId],
  )
}

/** All that there is about them, for who wants to see it. */
export async function findIdentityRowsOf(db: Queryable, userId: number): Promise<object[]> {
  return await db.query(
    'select issuer, subject, email, created_at from identities where user_id = $1 order by id',
    [userId],
  )
}

/**
 * Connects an identity to a user, who is locked.
 * @returns False when it is connected already, to whomever.
 */
export async function insertIdentity(
  tx: Transaction,
  identity: { userId: number; issuer: string; subject: string; email: string | undefined },
): Promise<boolean> {
  const rows = await tx.query(
    `insert into identities (user_id, issuer, subject, email) values ($1, $2, $3, $4)
     on conflict on constraint identities_unique do nothing returning 1`,
    [identity.userId, identity.issuer, identity.subject, identity.email ?? null],
  )
  return rows.length > 0
}

/** Call it with the user locked. */
export async function deleteIdentity(tx: Transaction, id: number, userId: number): Promise<void> {
  await tx.query('delete from identities where id = $1 and user_id = $2', [id, userId])
}

/** Call it with the user locked. */
export async function deleteIdentitiesOf(tx: Transaction, userId: number): Promise<void> {
  await tx.query('delete from identities where user_id = $1', [userId])
}

/**
 * Disconnects what nobody vouched for as belonging to whoever reads the mail of the account. Call
 * it with the user locked.
 * @returns How many went.
 */
export async function deleteIdentitiesOfOthers(
  tx: Transaction,
  user: { id: number; email: string },
): Promise<number> {
  const rows = await tx.query(
    `delete from identities
      where user_id = $1 and lower(email) is distinct from lower($2) returning 1`,
    [user.id, user.email],
  )
  return rows.length
}

/** @returns False when this sign-in came back before, to this process or another. */
export async function useSignIn(
  db: Queryable,
  used: { stateHash: Buffer; expiresAt: Date },
): Promise<boolean> {
  const rows = await db.query(
    `insert into used_sign_ins (state_hash, expires_at) values ($1, $2)
     on conflict do nothing returning 1`,
    [used.stateHash, used.expiresAt],
  )
  return rows.length > 0
}

/** Forgets what could not be used any more anyway, so many at a time that nothing waits long. */
export async function deleteExpiredSignIns(db: Queryable, limit: number): Promise<void> {
  await db.query(
    `delete from used_sign_ins where state_hash in
       (select state_hash from used_sign_ins where expires_at < now() order by expires_at limit $1)`,
    [limit],
  )
}
