/** Sessions in PostgreSQL: refresh tokens of the API and cookies of the pages, only their hashes. */
import type { Language } from '../../kernel/language.ts'
import type { UserType } from '../../platform/http/access.ts'
import type { Queryable, Transaction } from '../../platform/postgres.ts'

export type SessionKind = 'refresh' | 'page'

export interface NewSession {
  userId: number
  kind: SessionKind
  tokenHash: Buffer
  lifetimeSeconds: number
  /** The family that it goes on with; left out, it starts one. */
  family?: string | undefined
}

/** @returns When it ends. */
export async function insertSession(tx: Transaction, session: NewSession): Promise<Date> {
  const [row] = await tx.query<{ expiresAt: Date }>(
    `insert into sessions (user_id, kind, family, token_hash, expires_at)
     values ($1, $2, coalesce($3::uuid, gen_random_uuid()), $4, now() + make_interval(secs => $5))
     returning expires_at as "expiresAt"`,
    [
      session.userId,
      session.kind,
      session.family ?? null,
      session.tokenHash,
      session.lifetimeSeconds,
    ],
  )
  return (row as { expiresAt: Date }).expiresAt
}

/** Whose session it is or was; undefined when the token is unknown. */
export async function findSessionOwner(
  db: Queryable,
  kind: SessionKind,
  tokenHash: Buffer,
): Promise<number | undefined> {
  const [row] = await db.query<{ userId: number }>(
    'select user_id as "userId" from sessions where token_hash = $1 and kind = $2',
    [tokenHash, kind],
  )
  return row?.userId
}

export interface RefreshSession {
  id: number
  family: string
  isLive: boolean
  /** Null while the token was not used. */
  rotatedSecondsAgo: number | null
  successorSalt: Buffer | null
}

/** Call it with the owner locked, so that what it says stays true. */
export async function findRefreshSession(
  tx: Transaction,
  tokenHash: Buffer,
): Promise<RefreshSession | undefined> {
  const [row] = await tx.query<RefreshSession>(
    `select id, family, revoked_at is null and expires_at > now() as "isLive",
            extract(epoch from clock_timestamp() - rotated_at)::float8 as "rotatedSecondsAgo",
            successor_salt as "successorSalt"
       from sessions where token_hash = $1 and kind = 'refresh'`,
    [tokenHash],
  )
  return row
}

/** Notes that a newer token has replaced this one. */
export async function markRotated(
  tx: Transaction,
  sessionId: number,
  successorSalt: Buffer,
): Promise<void> {
  await tx.query(
    'update sessions set rotated_at = clock_timestamp(), successor_salt = $2 where id = $1',
    [sessionId, successorSalt],
  )
}

/** Ends all sessions of a family. Call it with the owner locked. */
export async function revokeFamily(tx: Transaction, family: string): Promise<void> {
  await tx.query(
    'update sessions set revoked_at = now() where family = $1 and revoked_at is null',
    [family],
  )
}

/** Ends every session of a user, who is locked. */
export async function revokeSessionsOf(tx: Transaction, userId: number): Promise<void> {
  await tx.query(
    'update sessions set revoked_at = now() where user_id = $1 and revoked_at is null',
    [userId],
  )
}

export async function revokePageSession(db: Queryable, tokenHash: Buffer): Promise<void> {
  await db.query(
    `update sessions set revoked_at = now()
      where token_hash = $1 and kind = 'page' and revoked_at is null`,
    [tokenHash],
  )
}

/** Who is signed in to the pages. */
export interface PageUser {
  userId: number
  userType: UserType
  name: string
  email: string
  language: Language
}

/** The user that a live page session belongs to; a suspended user has none. */
export async function findPageUser(
  db: Queryable,
  tokenHash: Buffer,
): Promise<PageUser | undefined> {
  const [row] = await db.query<PageUser>(
    `select u.id as "userId", u.user_type as "userType", u.name, u.email, u.language
       from sessions s join users u on u.id = s.user_id
      where s.token_hash = $1 and s.kind = 'page' and s.revoked_at is null
        and s.expires_at > now() and u.suspended_at is null`,
    [tokenHash],
  )
  return row
}

/** Forgets sessions that ended by themselves, so many at a time that nothing waits long. */
export async function deleteExpiredSessions(db: Queryable, limit: number): Promise<void> {
  await db.query(
    `delete from sessions where id in
       (select id from sessions where expires_at < now() order by expires_at limit $1)`,
    [limit],
  )
}
