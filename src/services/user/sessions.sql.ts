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
  /** What kind of device it is on; null when that is not known. */
  device: string | null
  /** The family that it goes on with; left out, it starts one. */
  family?: string | undefined
}

/** @returns When it ends. */
export async function insertSession(tx: Transaction, session: NewSession): Promise<Date> {
  const [row] = await tx.query<{ expiresAt: Date }>(
    `insert into sessions (user_id, kind, family, token_hash, expires_at, device, signed_in_at)
     values ($1, $2, coalesce($3::uuid, gen_random_uuid()), $4, now() + make_interval(secs => $5), $6,
             coalesce((select min(signed_in_at) from sessions where family = $3::uuid), now()))
     returning expires_at as "expiresAt"`,
    [
      session.userId,
      session.kind,
      session.family ?? null,
      session.tokenHash,
      session.lifetimeSeconds,
      session.device,
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
): Promise<{ user: PageUser; isSeenLately: boolean } | undefined> {
  const [row] = await db.query<PageUser & { isSeenLately: boolean }>(
    `select u.id as "userId", u.user_type as "userType", u.name, u.email, u.language,
            s.seen_at > now() - interval '1 hour' as "isSeenLately"
       from sessions s join users u on u.id = s.user_id
      where s.token_hash = $1 and s.kind = 'page' and s.revoked_at is null
        and s.expires_at > now() and u.suspended_at is null`,
    [tokenHash],
  )
  if (row === undefined) return undefined
  const { isSeenLately, ...user } = row
  return { user, isSeenLately }
}

/** Notes that a page session is in use. */
export async function notePageSessionSeen(db: Queryable, tokenHash: Buffer): Promise<void> {
  await db.query(`update sessions set seen_at = now() where token_hash = $1 and kind = 'page'`, [
    tokenHash,
  ])
}

/** Where somebody is signed in. */
export interface SessionOverview {
  /** The same for as long as it goes on, whatever tokens it has had. */
  sessionId: string
  /** refresh: by the API. page: by the pages. */
  kind: SessionKind
  /** Null when it is not known. */
  device: string | null
  signedInAt: Date
  /** To the hour. */
  lastSeenAt: Date
  isCurrent: boolean
}

/**
 * The live sessions of a user, last used first.
 * @param currentTokenHash Of the token that asks, when it is of a session.
 */
export async function findSessionsOf(
  db: Queryable,
  userId: number,
  currentTokenHash?: Buffer,
): Promise<SessionOverview[]> {
  return await db.query(
    `select family as "sessionId", kind, (array_agg(device order by id desc))[1] as device,
            min(signed_in_at) as "signedInAt",
            greatest(min(signed_in_at), date_trunc('hour', max(seen_at))) as "lastSeenAt",
            coalesce(bool_or(token_hash = $2), false) as "isCurrent"
       from sessions
      where user_id = $1 and revoked_at is null and expires_at > now()
      group by family, kind
      order by max(seen_at) desc, family`,
    [userId, currentTokenHash ?? null],
  )
}

/**
 * Ends sessions of a user, who is locked.
 * @param which One of them, or all but the one that a token belongs to.
 * @returns The kinds of those that ended.
 */
export async function endSessionsOf(
  tx: Transaction,
  userId: number,
  which: { sessionId: string } | { butOf: Buffer | undefined },
): Promise<SessionKind[]> {
  const rows = await tx.query<{ kind: SessionKind }>(
    `update sessions set revoked_at = now()
      where user_id = $1 and revoked_at is null and expires_at > now()
        and ($2::uuid is null or family = $2)
        and ($3::bytea is null
             or family <> all (select family from sessions where token_hash = $3 and user_id = $1))
      returning kind`,
    [
      userId,
      'sessionId' in which ? which.sessionId : null,
      'butOf' in which ? (which.butOf ?? null) : null,
    ],
  )
  return [...new Set(rows.map((row) => row.kind))]
}

/** What there is about where a user is and was signed in, for themselves. */
export async function findSessionRowsOf(db: Queryable, userId: number): Promise<object[]> {
  return await db.query(
    `select family as session_id, kind, device, signed_in_at, created_at, seen_at, expires_at,
            rotated_at, revoked_at
       from sessions where user_id = $1 order by id`,
    [userId],
  )
}

/** Forgets where a user was signed in. Call it with the user locked. */
export async function deleteSessionsOf(tx: Transaction, userId: number): Promise<void> {
  await tx.query('delete from sessions where user_id = $1', [userId])
}

/** Forgets sessions that ended by themselves, so many at a time that nothing waits long. */
export async function deleteExpiredSessions(db: Queryable, limit: number): Promise<void> {
  await db.query(
    `delete from sessions where id in
       (select id from sessions where expires_at < now() order by expires_at limit $1)`,
    [limit],
  )
}
