/** The tokens of links in mails, in PostgreSQL: only their hashes. */
import type { Queryable, Transaction } from '../../platform/postgres.ts'

export type UserTokenKind = 'password_reset' | 'email_verification'

/** Keeps a token; one that is there already stays as it is. */
export async function insertUserToken(
  tx: Transaction,
  token: { tokenHash: Buffer; kind: UserTokenKind; userId: number; lifetimeSeconds: number },
): Promise<void> {
  await tx.query(
    `insert into user_tokens (token_hash, kind, user_id, expires_at)
     values ($1, $2, $3, now() + make_interval(secs => $4)) on conflict (token_hash) do nothing`,
    [token.tokenHash, token.kind, token.userId, token.lifetimeSeconds],
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

/** Forgets tokens that have expired, so many at a time that nothing waits long. */
export async function deleteExpiredTokens(db: Queryable, limit: number): Promise<void> {
  await db.query(
    `delete from user_tokens where token_hash in
       (select token_hash from user_tokens where expires_at < now() order by expires_at limit $1)`,
    [limit],
  )
}
