/** The people of the rush: one organizer and the buyers, each with an access token. */
import { randomBytes } from 'node:crypto'
import { systemClock } from '../../src/kernel/clock.ts'
import type { UserType } from '../../src/platform/http/access.ts'
import type { Database } from '../../src/platform/postgres.ts'
import type { SigningKeys } from '../../src/platform/signing-keys.ts'
import { createAccessTokens } from '../../src/services/user/access-tokens.ts'
import { createSessionToken, sessionTokenHash } from '../../src/services/user/session-tokens.ts'
import type { Api } from './api.ts'

export interface Account {
  userId: number
  token: string
}

export interface Accounts {
  organizer: Account
  buyers: Account[]
}

/** Reserved by RFC 2606, so that mail to it never leaves the mailbox. */
const MAIL_DOMAIN = 'onsale.example'
const CALLS_AT_ONCE = 16
const SESSION_SECONDS = 600

/**
 * By SQL and without a password: hashing so many would take longer than the rush.
 * @param options.keys The shop's; undefined gets each token from the shop.
 */
export async function createAccounts(options: {
  db: Database
  api: Api
  keys: SigningKeys | undefined
  buyers: number
}): Promise<Accounts> {
  const { db, api, keys } = options
  const run = runName()
  const [organizerId = 0] = await insertUsers(db, { run, count: 1, userType: 'organizer' })
  const buyerIds = await insertUsers(db, { run, count: options.buyers, userType: 'guest' })
  if (keys === undefined) {
    const [organizer, ...buyers] = await openSessions(db, api, [organizerId, ...buyerIds])
    return { organizer: organizer as Account, buyers }
  }
  const tokens = createAccessTokens({ keys, clock: systemClock, minimumVersionOf: () => undefined })
  const sign = (userId: number, userType: UserType): Account => ({
    userId,
    token: tokens.issue({ id: userId, userType, tokenVersion: 0 }),
  })
  return {
    organizer: sign(organizerId, 'organizer'),
    buyers: buyerIds.map((userId) => sign(userId, 'guest')),
  }
}

async function insertUsers(
  db: Database,
  users: { run: string; count: number; userType: UserType },
): Promise<number[]> {
  const rows = await db.query<{ id: number }>(
    `insert into users (name, email, password_hash, user_type)
       select initcap($1) || ' ' || n, $1 || '-' || n || '@' || $2, '!', $1::user_type
         from generate_series(1, $3::integer) n
     returning id`,
    [users.userType, `${users.run}.${MAIL_DOMAIN}`, users.count],
  )
  return rows.map((row) => row.id)
}

/** Puts a refresh token for each into the database and has the shop exchange it. */
async function openSessions(db: Database, api: Api, userIds: number[]): Promise<Account[]> {
  const sessions = userIds.map((userId) => ({ userId, token: createSessionToken() }))
  await db.query(
    `insert into sessions (user_id, kind, token_hash, expires_at)
       select s.user_id, 'refresh', s.hash, now() + make_interval(secs => $3)
         from unnest($1::bigint[], $2::bytea[]) as s(user_id, hash)`,
    [userIds, sessions.map((session) => sessionTokenHash(session.token)), SESSION_SECONDS],
  )
  return await severalAtOnce(sessions, async ({ userId, token: refresh_token }) => {
    const { token } = await api.post<{ token: string }>('/users/refresh', { refresh_token })
    return { userId, token }
  })
}

/** As anybody does it who has no access to the database. */
export async function registerAccounts(api: Api, buyers: number): Promise<Accounts> {
  const run = runName()
  const users = Array.from({ length: buyers + 1 }, (_, n) => ({
    name: n === 0 ? 'Organizer' : `Guest ${n}`,
    email: `user-${n}@${run}.${MAIL_DOMAIN}`,
    password: randomBytes(18).toString('base64url'),
    user_type: n === 0 ? 'organizer' : 'guest',
  }))
  const accounts = await severalAtOnce(users, async (user) => {
    const { id } = await api.post<{ id: number }>('/users/register', user)
    const { email, password } = user
    const { token } = await api.post<{ token: string }>('/users/login', { email, password })
    return { userId: id, token }
  })
  const [organizer, ...rest] = accounts
  return { organizer: organizer as Account, buyers: rest }
}

/** Tells this run's people from those of any other. */
const runName = (): string => `run-${randomBytes(5).toString('hex')}`

async function severalAtOnce<Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = []
  let next = 0
  const worker = async (): Promise<void> => {
    for (let place = next++; place < items.length; place = next++) {
      results[place] = await work(items[place] as Item)
    }
  }
  await Promise.all(Array.from({ length: CALLS_AT_ONCE }, worker))
  return results
}
