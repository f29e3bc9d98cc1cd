/** Accounts in PostgreSQL. */
import { AppError } from '../../kernel/errors.ts'
import type { Language } from '../../kernel/language.ts'
import type { UserType } from '../../platform/http/access.ts'
import { type Queryable, type Transaction, violatedConstraint } from '../../platform/postgres.ts'

export interface User {
  id: number
  name: string
  email: string
  userType: UserType
  /** Of the mails and the pages. */
  language: Language
  /** When its owner proved that the address is theirs. */
  emailVerifiedAt: Date | null
  suspendedAt: Date | null
  /** Rises when the rights of older access tokens end. */
  tokenVersion: number
  createdAt: Date
}

export interface UserWithPassword extends User {
  /** Null lets nobody in with a password. */
  passwordHash: string | null
}

export const USER = `id, name, email, user_type as "userType", language,
  email_verified_at as "emailVerifiedAt", suspended_at as "suspendedAt",
  token_version as "tokenVersion", created_at as "createdAt"`
export const USER_WITH_PASSWORD = `${USER}, password_hash as "passwordHash"`

export interface NewUser {
  name: string
  email: string
  passwordHash: string | null
  userType: UserType
  /** English when left out. */
  language?: Language | undefined
}

/** @throws AppError `email_taken` */
export async function insertUser(tx: Transaction, user: NewUser): Promise<User> {
  try {
    const [row] = await tx.query<User>(
      `insert into users (name, email, password_hash, user_type, language)
       values ($1, $2, $3, $4, $5) returning ${USER}`,
      [user.name, user.email, user.passwordHash, user.userType, user.language ?? 'en'],
    )
    return row as User
  } catch (error) {
    if (violatedConstraint(error) !== 'users_email_unique') throw error
    throw new AppError('email_taken', { field: 'email', cause: error })
  }
}

/** Who deleted the account is not found by any of these. @param email In any case. */
export async function findUserByEmail(
  db: Queryable,
  email: string,
): Promise<UserWithPassword | undefined> {
  const [row] = await db.query<UserWithPassword>(
    `select ${USER_WITH_PASSWORD} from users where lower(email) = lower($1) and deleted_at is null`,
    [email],
  )
  return row
}

export async function findUser(
  db: Queryable,
  userId: number,
): Promise<UserWithPassword | undefined> {
  const [row] = await db.query<UserWithPassword>(
    `select ${USER_WITH_PASSWORD} from users where id = $1 and deleted_at is null`,
    [userId],
  )
  return row
}

/** Notes that its owner has proved the address; the first time counts. */
export async function markEmailVerified(tx: Transaction, userId: number): Promise<void> {
  await tx.query(
    'update users set email_verified_at = coalesce(email_verified_at, now()) where id = $1',
    [userId],
  )
}

/**
 * Locks users until the transaction ends, always in the same order. Everything that changes a user
 * or its sessions begins with this, so that no two of them wait for one another. It leaves
 * purchases alone, whose foreign keys only need the row to stay.
 */
export async function lockUsers(
  tx: Transaction,
  userIds: readonly number[],
): Promise<UserWithPassword[]> {
  return await tx.query(
    `select ${USER_WITH_PASSWORD} from users where id = any($1::bigint[]) and deleted_at is null
      order by id for no key update`,
    [userIds],
  )
}

export interface UserChange {
  name?: string | undefined
  language?: Language | undefined
  userType?: UserType | undefined
  passwordHash?: string | undefined
  suspended?: boolean | undefined
  /** Whether access tokens given out before lose their rights. */
  revokesTokens: boolean
}

/** Changes a user that the transaction has locked. Suspending again keeps the first date. */
export async function updateUser(
  tx: Transaction,
  userId: number,
  change: UserChange,
): Promise<User> {
  const [row] = await tx.query<User>(
    `update users
        set name = coalesce($2, name),
            user_type = coalesce($3, user_type),
            password_hash = coalesce($4, password_hash),
            suspended_at = case $5::boolean
              when true then coalesce(suspended_at, now())
              when false then null
              else suspended_at end,
            language = coalesce($7, language),
            token_version = token_version + $6::boolean::integer,
            tokens_revoked_at = case when $6::boolean then clock_timestamp() else tokens_revoked_at end
      where id = $1
      returning ${USER}`,
    [
      userId,
      change.name ?? null,
      change.userType ?? null,
      change.passwordHash ?? null,
      change.suspended ?? null,
      change.revokesTokens,
      change.language ?? null,
    ],
  )
  return row as User
}

/**
 * Gives an account the address that its owner has just proved.
 * @throws AppError `email_taken` when another account was quicker.
 */
export async function changeEmail(tx: Transaction, userId: number, email: string): Promise<void> {
  try {
    await tx.query('update users set email = $2, email_verified_at = now() where id = $1', [
      userId,
      email,
    ])
  } catch (error) {
    if (violatedConstraint(error) !== 'users_email_unique') throw error
    throw new AppError('email_taken', { field: 'email', cause: error })
  }
}

/** Replaces a hash by a stronger one of the same password, unless it was changed meanwhile. */
export async function replacePasswordHash(
  db: Queryable,
  user: { id: number; from: string; to: string },
): Promise<void> {
  await db.query('update users set password_hash = $3 where id = $1 and password_hash = $2', [
    user.id,
    user.from,
    user.to,
  ])
}

/** @param seconds How far back to look. */
export async function findRevocationsSince(
  db: Queryable,
  seconds: number,
): Promise<{ userId: number; tokenVersion: number }[]> {
  return await db.query(
    `select id as "userId", token_version as "tokenVersion" from users
      where tokens_revoked_at > now() - make_interval(secs => $1)`,
    [seconds],
  )
}

export interface UserFilter {
  /** Part of the name or of the address, in any case. */
  text?: string | undefined
  userType?: UserType | undefined
  suspended?: boolean | undefined
}

/** Users by id, from after `page.after`. */
export async function findUsers(
  db: Queryable,
  filter: UserFilter,
  page: { limit: number; after: number | undefined },
): Promise<User[]> {
  return await db.query(
    `select ${USER} from users
      where id > $1 and deleted_at is null
        and ($2::text is null or name ilike $2 or email ilike $2)
        and ($3::user_type is null or user_type = $3)
        and ($4::boolean is null or (suspended_at is not null) = $4)
      order by id
      limit $5`,
    [
      page.after ?? 0,
      filter.text === undefined ? null : `%${filter.text.replace(/[\\%_]/g, '\\$&')}%`,
      filter.userType ?? null,
      filter.suspended ?? null,
      page.limit,
    ],
  )
}
