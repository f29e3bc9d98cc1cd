/** Users with access tokens and events on sale: what every contestant sells. */
import { systemClock } from '../../src/kernel/clock.ts'
import type { UserType } from '../../src/platform/http/access.ts'
import type { SigningKeys } from '../../src/platform/signing-keys.ts'
import { ACCESS_TOKEN_SECONDS, createAccessTokens } from '../../src/services/user/access-tokens.ts'
import { createApi } from '../onsale/api.ts'
import { seededRandom } from '../onsale/random.ts'
import type { BenchDatabase } from './bench-server.ts'
import type { Target } from './target.ts'

export interface SaleOptions {
  users: number
  events: number
  /** Tickets of each event. */
  capacity: number
  /**
   * Of a ticket. What is free is CONFIRMED at once, as an order was before there were payments; what
   * is not has to be paid through the provider, and only the rows about payments measure that.
   */
  priceCents: number
}

export const SALE_DEFAULTS: SaleOptions = {
  users: 20_000,
  events: 1,
  // Nothing here sells out; less than half of an integer, so that sums of counters stay one.
  capacity: 1_000_000_000,
  priceCents: 0,
}

/** It is the same in copies of its database. */
export interface Sale {
  eventIds: number[]
  /** One ticket type for each event. */
  ticketTypeIds: number[]
  /** Without gaps, from the lowest to the highest. */
  userIds: number[]
  /**
   * One token for each user, in an order that the seed has drawn. Good for 15 minutes, so sign
   * them right before they are used.
   */
  signTokens: () => string[]
  /** As many as wanted, each another text, and never the same user twice within all users. */
  signFreshTokens: (count: number) => string[]
  /** The body of a purchase; `more` has its further fields. */
  bodyFor: (eventId: number, quantity: number, more?: { hold: true }) => string
}

/** The most that an event may let one user have. */
const MAX_PER_USER = 100
const TICKETS_TOTAL = 1_000_000
const DAY_MS = 86_400_000
/** Not to sign with a time that clocks could disagree about. */
const FRESH_SECONDS_MAX = ACCESS_TOKEN_SECONDS / 2

/** @param options.shop Runs on `database`, to make the events as organizers do. */
export async function createSale(options: {
  database: BenchDatabase
  shop: Target
  keys: SigningKeys
  seed: number
  sale: SaleOptions
}): Promise<Sale> {
  const { database, shop, keys, seed, sale } = options
  const userIds = await insertUsers(database, 'guest', sale.users)
  const [organizerId = 0] = await insertUsers(database, 'organizer', 1)
  const token = createAccessTokens({
    keys,
    clock: systemClock,
    minimumVersionOf: () => undefined,
  }).issue({ id: organizerId, userType: 'organizer', tokenVersion: 0 })
  const api = createApi(shop.url)
  const eventIds: number[] = []
  for (let n = 1; n <= sale.events; n += 1) {
    const { id } = await api.post<{ id: number }>('/events', eventFields(n, sale), token)
    eventIds.push(id)
  }
  const ticketTypeIds = await openFully(database, eventIds, sale.capacity)
  const shuffled = shuffle(userIds, seed)
  return {
    eventIds,
    ticketTypeIds,
    userIds,
    signTokens: () => signAll(keys, shuffled, 0, shuffled.length),
    signFreshTokens(count) {
      const rounds = Math.ceil(count / shuffled.length)
      if (rounds > FRESH_SECONDS_MAX) throw new Error(`${count} fresh tokens need more users`)
      return Array.from({ length: rounds }, (_, round) =>
        signAll(keys, shuffled, round, Math.min(shuffled.length, count - round * shuffled.length)),
      ).flat()
    },
    bodyFor: (event_id, quantity, more) => JSON.stringify({ event_id, quantity, ...more }),
  }
}

/** Signed in different seconds, the tokens of one user are different texts. */
function signAll(
  keys: SigningKeys,
  userIds: number[],
  secondsAgo: number,
  count: number,
): string[] {
  const now = systemClock() - secondsAgo * 1000
  const tokens = createAccessTokens({ keys, clock: () => now, minimumVersionOf: () => undefined })
  return userIds
    .slice(0, count)
    .map((id) => tokens.issue({ id, userType: 'guest', tokenVersion: 0 }))
}

const eventFields = (n: number, { priceCents }: SaleOptions) => ({
  name: `Concert ${n}: the hall is full`,
  description: 'An evening that everybody wants to be at. '.repeat(4),
  venue: 'City Arena',
  city: 'Springfield',
  category: 'concert',
  event_date: new Date(Date.now() + (30 + n) * DAY_MS).toISOString(),
  ticket_price: priceCents / 100,
  total_tickets: TICKETS_TOTAL,
  max_per_user: MAX_PER_USER,
})

/** By SQL and without a password: hashing so many would take longer than the benchmark. */
async function insertUsers(
  database: BenchDatabase,
  userType: UserType,
  count: number,
): Promise<number[]> {
  return await database.use(async (db) => {
    const rows = await db.query<{ id: number }>(
      `insert into users (name, email, password_hash, user_type)
         select initcap($1) || ' ' || n, $1 || '-' || n || '@bench.example', '!', $1::user_type
           from generate_series(1, $2::integer) n
       returning id`,
      [userType, count],
    )
    return rows.map((row) => row.id)
  })
}

/** More tickets than the API lets one event have, and statistics for the planner. */
async function openFully(
  database: BenchDatabase,
  eventIds: number[],
  capacity: number,
): Promise<number[]> {
  return await database.use(async (db) => {
    await db.query('update event_inventory set capacity = $2 where event_id = any($1)', [
      eventIds,
      capacity,
    ])
    const types = await db.query<{ id: number }>(
      `update inventory set capacity = $2 where event_id = any($1)
       returning ticket_type_id as id`,
      [eventIds, capacity],
    )
    await db.query('vacuum analyze')
    return types.map((type) => type.id)
  })
}

function shuffle(items: readonly number[], seed: number): number[] {
  const random = seededRandom(seed)
  const shuffled = [...items]
  for (let place = shuffled.length - 1; place > 0; place -= 1) {
    const other = random.integer(0, place)
    ;[shuffled[place], shuffled[other]] = [shuffled[other] as number, shuffled[place] as number]
  }
  return shuffled
}
