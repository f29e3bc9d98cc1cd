/** Accounts in PostgreSQL, when their owners want to see all of them or to be forgotten. */
import type { Queryable, Transaction } from '../../platform/postgres.ts'
import { USER, USER_WITH_PASSWORD, type User, type UserWithPassword } from './users.sql.ts'

/** What there is about an account, for its owner; of the password, whether there is one. */
export async function findAccountRow(db: Queryable, userId: number): Promise<object | undefined> {
  const [row] = await db.query<object>(
    `select id, name, email, user_type, language, email_verified_at, suspended_at, created_at,
            updated_at, password_hash is not null as has_password
       from users where id = $1 and deleted_at is null`,
    [userId],
  )
  return row
}

/**
 * Locks a user so that nothing that belongs to one is written meanwhile: orders, mails and events
 * wait at their foreign key. An admin is locked after all others, so that of two who leave at once
 * one stays.
 */
export async function lockLeavingUser(
  tx: Transaction,
  userId: number,
): Promise<UserWithPassword | undefined> {
  await tx.query(
    `select id from users
      where user_type = 'admin' and deleted_at is null
        and exists (select from users where id = $1 and user_type = 'admin')
      order by id for no key update`,
    [userId],
  )
  const [row] = await tx.query<UserWithPassword>(
    `select ${USER_WITH_PASSWORD} from users where id = $1 and deleted_at is null for update`,
    [userId],
  )
  return row
}

/** Whether nobody else could look after the shop. Call it with all admins locked. */
export async function isLastAdmin(tx: Transaction, userId: number): Promise<boolean> {
  const [row] = await tx.query<{ isLast: boolean }>(
    `select user_type = 'admin' and not exists (
              select from users o
               where o.user_type = 'admin' and o.id <> $1
                 and o.suspended_at is null and o.deleted_at is null) as "isLast"
       from users where id = $1`,
    [userId],
  )
  return row?.isLast ?? false
}

/** Makes an account nobody's, and its access tokens with it. The row stays for what refers to it. */
export async function anonymizeUser(tx: Transaction, userId: number): Promise<User> {
  const [row] = await tx.query<User>(
    `update users
        set name = 'Deleted account', email = 'deleted-' || id || '@invalid', password_hash = null,
            user_type = 'guest', language = 'en', email_verified_at = null, suspended_at = null,
            deleted_at = clock_timestamp(), token_version = token_version + 1,
            tokens_revoked_at = clock_timestamp()
      where id = $1
      returning ${USER}`,
    [userId],
  )
  return row as User
}
