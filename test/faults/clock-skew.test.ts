/**
 * Processes whose clocks are wrong: what decides goes by the clock of the database, so a wrong one
 * only costs the tokens that it cannot tell from expired ones.
 */
import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { after, before, suite, test } from 'node:test'
import { Database } from '../../src/platform/postgres.ts'
import { loadSigningKeys } from '../../src/platform/signing-keys.ts'
import {
  ACCESS_TOKEN_SECONDS,
  CLOCK_LEEWAY_SECONDS,
  createAccessTokens,
} from '../../src/services/user/access-tokens.ts'
import { type TestDatabase, createDatabase } from '../support/database.ts'
import { fakeTimeEnvironment, fakeTimeFault } from '../support/fake-time.ts'
import { type ShopProcess, startShopProcess } from '../support/process.ts'
import {
  type Answer,
  type Buyer,
  buy,
  createBuyers,
  createSale,
  readBooks,
} from '../support/sale.ts'

const fault = fakeTimeFault()
if (fault !== undefined && process.env['CI'] !== undefined) throw new Error(fault)

const MINUTES = 60
/** Well within and well beyond what the leeway allows, whatever the tests take. */
const WITHIN = CLOCK_LEEWAY_SECONDS - 15
const BEYOND = CLOCK_LEEWAY_SECONDS + 15

suite('with one process whose clock is wrong', { skip: fault ?? false }, () => {
  let folder: string
  let database: TestDatabase
  let db: Database
  let shop: ShopProcess
  let clockFile: string
  let buyers: Buyer[]

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'box-office-skew-'))
    database = await createDatabase()
    db = new Database({ connection: database.connection, name: 'test', connectionsMax: 2 })
    buyers = await createBuyers(db, folder, 10)
    clockFile = join(folder, 'clock')
    await writeFile(clockFile, '+0')
    shop = await startShopProcess({
      DATABASE_URL: database.url,
      DATA_DIR: folder,
      ...fakeTimeEnvironment(clockFile),
    })
  })
  after(async () => {
    await shop[Symbol.asyncDispose]()
    await db[Symbol.asyncDispose]()
    await database[Symbol.asyncDispose]()
    await rm(folder, { recursive: true, force: true })
  })

  /** Sets the clock of the process, in seconds from the true time, and waits until it shows. */
  async function setClock(seconds: number): Promise<void> {
    await writeFile(clockFile, `${seconds < 0 ? '-' : '+'}${Math.abs(seconds)}`)
    for (let tries = 0; tries < 500; tries += 1) {
      const answer = await fetch(`${shop.url}/livez`)
      const shown = Date.parse(answer.headers.get('date') ?? '') - Date.now()
      if (Math.abs(shown / 1000 - seconds) < 5) return
      await sleep(10)
    }
    assert.fail(`the clock of the process did not become ${seconds} s wrong`)
  }

  /** A token that was issued so many seconds ago by the true clock. */
  async function tokenIssued(secondsAgo: number): Promise<string> {
    const tokens = createAccessTokens({
      keys: await loadSigningKeys({ authKey: undefined, dataDir: folder }),
      clock: () => Date.now() - secondsAgo * 1000,
      minimumVersionOf: () => undefined,
    })
    return tokens.issue({ id: (buyers[0] as Buyer).id, userType: 'guest', tokenVersion: 0 })
  }
  const statusWith = async (token: string): Promise<number> => {
    const headers = { authorization: `Bearer ${token}` }
    return (await fetch(`${shop.url}/api/v1/orders`, { headers })).status
  }
  const buyOne = async (eventId: number, buyer = buyers[1] as Buyer): Promise<Answer> =>
    await buy(shop.url, buyer, { event_id: eventId, quantity: 1 })

  test('tokens are good within the leeway of thirty seconds, and not beyond it', async () => {
    // The clock is behind: what others issue now seems to come from the future.
    await setClock(-WITHIN)
    assert.equal(await statusWith(await tokenIssued(0)), 200)
    await setClock(-BEYOND)
    assert.equal(await statusWith(await tokenIssued(0)), 401)
    // The clock is ahead: what still has a moment seems to have expired.
    const lastMoment = await tokenIssued(ACCESS_TOKEN_SECONDS - 1)
    await setClock(WITHIN)
    assert.equal(await statusWith(lastMoment), 200)
    await setClock(BEYOND)
    assert.equal(await statusWith(lastMoment), 401)
    assert.equal(await statusWith(await tokenIssued(0)), 200)
  })

  test('sales begin and end by the clock of the database: none is early, none is late', async () => {
    const soon = await createSale(db, { capacity: 10, onSaleAt: `now() + interval '5 minutes'` })
    const since = await createSale(db, { capacity: 10, onSaleAt: `now() - interval '5 minutes'` })
    const over = await createSale(db, { capacity: 10, eventDate: `now() - interval '5 minutes'` })
    const open = await createSale(db, { capacity: 10, eventDate: `now() + interval '5 minutes'` })
    for (const seconds of [10 * MINUTES, -10 * MINUTES]) {
      await setClock(seconds)
      // Its own token would look too young to a clock that is behind.
      const buyer = { ...(buyers[2] as Buyer), token: await tokenIssued(-seconds) }
      const codes = await Promise.all(
        [soon, since, over, open].map(async ({ eventId }) => (await buyOne(eventId, buyer)).code),
      )
      assert.deepEqual(codes, ['sales_not_started', undefined, 'sales_closed', undefined])
    }
    await setClock(0)
  })

  test('set back by an hour, it does not believe for an hour what it believed for a moment', async () => {
    const early = await createSale(db, { capacity: 10, onSaleAt: `now() + interval '1 hour'` })
    const full = await createSale(db, { capacity: 1 })
    const buyer = buyers[3] as Buyer
    assert.equal((await buyOne(full.eventId, buyer)).status, 201)
    assert.equal((await buyOne(full.eventId, buyer)).code, 'sold_out')
    assert.equal((await buyOne(early.eventId, buyer)).code, 'sales_not_started')

    await setClock(-60 * MINUTES)
    await db.query(`update events set on_sale_at = now() where id = $1`, [early.eventId])
    for (const table of ['event_inventory', 'inventory']) {
      await db.query(`update ${table} set capacity = 2 where event_id = $1`, [full.eventId])
    }
    const young = { id: buyer.id, token: await tokenIssued(60 * MINUTES) }
    for (const { eventId } of [early, full]) {
      const deadline = performance.now() + 5_000
      while ((await buyOne(eventId, young)).status !== 201) {
        assert.ok(performance.now() < deadline, 'what is on sale is still refused')
        await sleep(50)
      }
    }
  })

  test('ticket codes are unique and in an index that holds, whatever the clock did', async () => {
    const { eventId } = await createSale(db, { capacity: 100, maxPerUser: 100 })
    const codes: string[] = []
    for (const seconds of [0, 10 * MINUTES, -60 * MINUTES, 0]) {
      await setClock(seconds)
      const buyer = { ...(buyers[4] as Buyer), token: await tokenIssued(-seconds) }
      for (let n = 0; n < 3; n += 1) codes.push(...(await buyOne(eventId, buyer)).ticketCodes)
    }
    assert.equal(codes.length, 12)
    assert.equal(new Set(codes).size, 12)
    // The codes did not come in order, and each is found by its own.
    assert.notDeepEqual(codes, [...codes].sort())
    const found = await db.query<{ n: number }>(
      'select count(*) as n from tickets where ticket_code = any($1)',
      [codes],
    )
    assert.equal(found[0]?.n, 12)
    // When an order was placed is what the database says.
    const [strange] = await db.query<{ n: number }>(
      `select count(*) as n from orders where event_id = $1
          and abs(extract(epoch from clock_timestamp() - created_at)) > 60`,
      [eventId],
    )
    assert.equal(strange?.n, 0)
    const books = await readBooks(db, eventId)
    assert.deepEqual([books.orders, books.sold, books.distinctCodes], [12, 12, 12])
  })
})
