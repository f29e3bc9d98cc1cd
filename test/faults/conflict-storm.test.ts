/** Transactions that lose against others all the time: bounded tries, one effect, nothing leaks. */
import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { test } from 'node:test'
import type { Queryable } from '../../src/platform/postgres.ts'
import { PURCHASE_CONNECTIONS } from '../../src/services/ticketing/service.ts'
import { startApp } from '../support/app.ts'
import {
  deadlocksBroken,
  installStorm,
  makeDeadlock,
  sessionStates,
  setStorm,
  stormAttempts,
} from '../support/conflict-storm.ts'
import { testSeed } from '../support/random.ts'
import {
  type Answer,
  type Buyer,
  buy,
  createBuyers,
  createSale,
  readBooks,
} from '../support/sale.ts'

/** What the shop tries before it gives up, see `decideBatch`. */
const TRIES = 4

test('in a storm of conflicts every key has one order, and what gives up says so in time', async () => {
  await using app = await startApp()
  const { db } = app
  const url = await app.listen()
  const seed = testSeed()
  console.log(`seed ${seed} (set TEST_SEED to repeat it)`)
  await installStorm(db, seed)
  const { eventId } = await createSale(db, { capacity: 1_000, maxPerUser: 8 })
  const buyers = await createBuyers(db, app.dataDir, 40)
  const body = { event_id: eventId, quantity: 1 }

  await setStorm(db, 60)
  const placed = await Promise.all(buyers.map(async (buyer) => await insist(url, buyer, body)))
  const books = await readBooks(db, eventId)
  assert.deepEqual(
    [books.orders, books.sold, books.tickets, books.distinctCodes],
    [buyers.length, buyers.length, buyers.length, buyers.length],
  )
  assert.equal(new Set(placed.map(({ orderId }) => orderId)).size, buyers.length)

  // When nothing gets through, a request costs so many tries and no more, also in a batch.
  await setStorm(db, 100)
  for (const crowd of [buyers.slice(0, 1), buyers.slice(0, 8)]) {
    const before = await stormAttempts(db)
    const answers = await Promise.all(crowd.map(async (buyer) => await buy(url, buyer, body)))
    for (const { status, code } of answers) assert.deepEqual([status, code], [503, 'unavailable'])
    const tries = (await stormAttempts(db)) - before
    assert.ok(tries >= TRIES, `only ${tries} tries`)
    assert.ok(tries <= crowd.length * TRIES, `${tries} tries for ${crowd.length} requests`)
  }
  assert.ok(Number((await buy(url, buyers[0] as Buyer, body)).headers.get('retry-after')) >= 1, 'it says when to come again') // prettier-ignore

  await setStorm(db, 0)
  assert.equal((await buy(url, buyers[0] as Buyer, body)).status, 201)
  await assertNothingLeaked(db)
  assert.equal((await readBooks(db, eventId)).orders, buyers.length + 1)
})

test('a true deadlock is tried again, whoever of the two has to go', async () => {
  await using app = await startApp()
  const { db } = app
  const url = await app.listen()
  const { eventId } = await createSale(db, { capacity: 100 })
  const buyers = await createBuyers(db, app.dataDir, 2)
  const before = await deadlocksBroken(db)
  for (const buyer of buyers) {
    const rival = makeDeadlock(db, eventId)
    // The rival holds its first lock before the purchase comes.
    await holdsLock(db, 'inventory')
    const answer = await buy(url, buyer, { event_id: eventId, quantity: 1 }, 'only-once')
    assert.equal(answer.status, 201)
    await rival
  }
  const books = await readBooks(db, eventId)
  assert.deepEqual([books.orders, books.sold], [2, 2])
  // The statistics come a moment later.
  for (let tries = 0; tries < 200 && (await deadlocksBroken(db)) === before; tries += 1) {
    await sleep(20)
  }
  assert.ok((await deadlocksBroken(db)) > before, 'there was no deadlock')
  await assertNothingLeaked(db)
})

/** Asks under one key until it has an order. */
async function insist(url: string, buyer: Buyer, body: object): Promise<Answer> {
  for (let tries = 0; tries < 100; tries += 1) {
    const answer = await buy(url, buyer, body, 'insist')
    if (answer.status === 201) return answer
    assert.deepEqual([answer.status, answer.code], [503, 'unavailable'])
  }
  assert.fail('nothing got through')
}

/** No purchase's session is busy or in a transaction, and there are no more than there may be. */
async function assertNothingLeaked(db: Queryable): Promise<void> {
  const { idle = 0, ...others } = await sessionStates(db)
  assert.deepEqual(others, {})
  assert.ok(idle >= 1 && idle <= PURCHASE_CONNECTIONS, `${idle} sessions`)
}

async function holdsLock(db: Queryable, table: string): Promise<void> {
  for (let tries = 0; tries < 500; tries += 1) {
    const held = await db.query(
      `select 1 from pg_locks where relation = $1::regclass and mode = 'RowShareLock' and granted`,
      [table],
    )
    if (held.length > 0) return
    await sleep(5)
  }
  assert.fail('the rival has no lock')
}
