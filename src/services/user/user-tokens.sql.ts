/** The tokens of links in mails, in PostgreSQL: only their hashes. */
import type { Queryable, Transaction } from '../../platform/postgres.ts'

export type UserTokenKind =
  'password_reset' | 'email_verification' | 'email_change' | 'account_deletion'

/** Keeps a token; one that is there already stays as it is. */
export async function insertUserToken(
  tx: Transaction,
  token: {
    tokenHash: Buffer
    kind: UserTokenKind
    userId: number
    /** Of `email_change`: the new address. */
    email: string | undefined
    lifetimeSeconds: number
  },
): Promise<void> {
  await tx.query(
    `insert into user_tokens (token_hash, kind, user_id, expires_at, email)
     values ($1, $2, $3, now() + make_interval(secs => $4), $5)
         on conflict (token_hash) do nothing`,
    [token.tokenHash, token.kind, token.userId, token.lifetimeSeconds, token.email ?? null],
  )
}

/** Whose token it is, while it is good. */
export async function findTokenOwner(
  db: Queryable,
  kind: UserTokenKind,
  tokenHash: Buffer,
): Promise<number | undefined> {
  const [row] = await db.query<{ userId: number }>(
    `select user_id as "userId" from user_tokens
      where token_hash = $1 and kind = $2 and used_at is null and expires_at > now()`,
    [tokenHash, kind],
  )
  return row?.userId
}

export interface AddressToken {
  kind: 'email_verification' | 'email_change'
  userId: number
  /** The address that it gives the account; null when it proves the one that the account has. */
  email: string | null
}

/** What a token proves about an address, while it is good. */
export async function findAddressToken(
  db: Queryable,
  tokenHash: Buffer,
): Promise<AddressToken | undefined> {
  const [row] = await db.query<AddressToken>(
    `select kind, user_id as "userId", email from user_tokens
      where token_hash = $1 and kind in ('email_verification', 'email_change')
        and used_at is null and expires_at > now()`,
    [tokenHash],
  )
  return row
}

/** The address that a user has asked for and not yet proved. */
export async function findNewEmail(db: Queryable, userId: number): Promise<string | undefined> {
  const [row] = await db.query<{ email: string }>(
    `select email from user_tokens
      where user_id = $1 and kind = 'email_change' and used_at is null and expires_at > now()
      order by expires_at desc limit 1`,
    [userId],
  )
  return row?.email
}

/**
 * Uses a token up, and with it all others of its kind that the user has.
 * @param userId Its owner, who is locked.
 * @returns False when it was used, has expired, or died with another.
 */
export async function useToken(
  tx: Transaction,
  token: { kind: UserTokenKind; tokenHash: Buffer; userId: number },
): Promise<boolean> {
  const used = await tx.query(
    `update user_tokens set used_at = clock_timestamp()
      where token_hash = $1 and kind = $2 and user_id = $3
        and used_at is null and expires_at > clock_timestamp()
      returning 1`,
    [token.tokenHash, token.kind, token.userId],
  )
  if (used.length === 0) return false
  await killTokensOf(tx, token.userId, token.kind)
  return true
}

/** Ends every link of a kind that a user has. Call it with the user locked. */
export async function killTokensOf(
  tx: Transaction,
  userId: number,
  kind: UserTokenKind,
): Promise<void> {
  await tx.query(
    `update user_tokens set used_at = clock_timestamp()
      where user_id = $1 and kind = $2 and used_at is null`,
    [userId, kind],
  )
}

/** What there is about a user's links, for themselves. */
export async function findTokensOf(db: Queryable, userId: number): Promise<object[]> {
  return await db.query(
    `select kind, email as new_email, expires_at, used_at from user_tokens
      where user_id = $1 order by expires_at`,
    [userId],
  )
}

/** Forgets every link that a user was sent. Call it with the user locked. */
export async function deleteTokensOf(tx: Transaction, userId: number): Promise<void> {
  await tx.query('delete from user_tokens where user_id = $1', [userId])
}

/** Forgets tokens that have expired, so many at a time that nothing waits long. */
export async function deleteExpiredTokens(db: Queryable, limit: number): Promise<void> {
  await db.query(
    `delete from user_tokens where token_hash in
       (select token_hash from user_tokens where expires_at < now() order by expires_at limit $1)`,
    [limit],
  )
}
