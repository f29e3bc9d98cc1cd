/**
 * Whole processes killed in the middle of a sale, again and again: everything that was answered
 * CONFIRMED is there afterwards, and nothing is there that nobody asked for.
 */
import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { test } from 'node:test'
import { Database } from '../../src/platform/postgres.ts'
import { type ShopProcess, startShopProcess } from '../support/process.ts'
import { type Buyer, buy, createBuyers, createSale, readBooks } from '../support/sale.ts'
import { embeddedConnection, postmasterPid } from '../support/embedded.ts'
import { seededRandom, testSeed } from '../support/random.ts'

/** `npm run test:faults -- --kills 1000` kills more. */
const KILLS = 5
const CLIENTS = 24
const ORDERS_BETWEEN = 20

interface Asked {
  buyer: Buyer
  key: string
  quantity: number
}

/** What a client knows: what it asked for, and what it was promised. */
interface Ledger {
  asked: Map<string, Asked>
  confirmed: Map<string, { orderId: number; ticketCodes: string[]; quantity: number }>
}

/** Buys without pause until told to stop; a lost answer is asked for again under the same key. */
async function client(options: {
  buyers: Buyer[]
  ledger: Ledger
  eventId: number
  url: () => string
  isOver: () => boolean
  name: number
}): Promise<void> {
  const { ledger } = options
  for (let n = 0; !options.isOver(); n += 1) {
    const buyer = options.buyers[n % options.buyers.length] as Buyer
    const key = `c${options.name}-${n}`
    const quantity = 1 + (n % 3)
    ledger.asked.set(`${buyer.id} ${key}`, { buyer, key, quantity })
    for (let tries = 0; tries < 400 && !options.isOver(); tries += 1) {
      const body = { event_id: options.eventId, quantity }
      const answer = await buy(options.url(), buyer, body, key).catch(() => undefined)
      if (answer?.status === 201) {
        assert.ok(answer.orderId !== undefined, 'answer.orderId !== undefined')
        const { orderId, ticketCodes } = answer
        ledger.confirmed.set(`${buyer.id} ${key}`, { orderId, ticketCodes, quantity })
        break
      }
      if (answer === undefined || answer.status === 503 || answer.code === 'request_in_progress') {
        await sleep(20)
        continue
      }
      assert.fail(`an answer that nobody expects: ${answer.body}`)
    }
  }
}

/** Holds the database against the ledger. */
async function audit(db: Database, eventId: number, ledger: Ledger): Promise<void> {
  const rows = await db.query<{
    id: number
    user_id: number
    idempotency_key: string
    quantity: number
    codes: string[]
  }>(
    `select o.id, o.user_id, o.idempotency_key, o.quantity,
            array_agg(t.ticket_code::text order by t.id) as codes
       from orders o join tickets t on t.order_id = o.id
      where o.event_id = $1 group by o.id`,
    [eventId],
  )
  const found = new Map(rows.map((row) => [`${row.user_id} ${row.idempotency_key}`, row]))
  for (const [key, promise] of ledger.confirmed) {
    const order = found.get(key)
    assert.ok(order, `order ${promise.orderId} was confirmed and is gone`)
    assert.equal(order.id, promise.orderId)
    assert.equal(order.quantity, promise.quantity)
    assert.deepEqual(order.codes, promise.ticketCodes)
  }
  for (const [key, order] of found) {
    assert.equal(order.quantity, ledger.asked.get(key)?.quantity, `nobody asked for ${key}`)
  }
  const books = await readBooks(db, eventId)
  assert.equal(books.sold, books.tickets)
  assert.equal(books.sold, books.soldByType)
  assert.equal(books.sold, books.ordered)
  assert.equal(books.distinctCodes, books.tickets)
}

/** A sale that goes on while `strike` is called again and again. */
async function saleUnderFire(
  dataDir: string,
  start: () => Promise<ShopProcess>,
  strike: (shop: ShopProcess) => Promise<ShopProcess>,
): Promise<void> {
  const seed = testSeed()
  console.log(`seed ${seed} (set TEST_SEED to repeat it)`)
  const random = seededRandom(seed)
  let shop = await start()
  let isOver = false
  const connect = () =>
    new Database({ connection: embeddedConnection(dataDir), name: 'test', connectionsMax: 2 })
  let db = connect()
  try {
    const { eventId } = await createSale(db, { capacity: 1_000_000, maxPerUser: 100 })
    const buyers = await createBuyers(db, dataDir, CLIENTS * 300)
    const ledger: Ledger = { asked: new Map(), confirmed: new Map() }
    const clients = Promise.all(
      Array.from({ length: CLIENTS }, async (_, name) => {
        await client({
          buyers: buyers.slice(name * 300, (name + 1) * 300),
          ledger,
          eventId,
          url: () => shop.url,
          isOver: () => isOver,
          name,
        })
      }),
    )
    for (let round = 0; round < KILLS; round += 1) {
      // Orders are confirmed while it strikes: a kill between sales would prove nothing.
      const before = ledger.confirmed.size
      await waitFor(() => ledger.confirmed.size > before + ORDERS_BETWEEN)
      await sleep(random() * 200)
      shop = await strike(shop)
    }
    const atLastStrike = ledger.confirmed.size
    await waitFor(() => ledger.confirmed.size > atLastStrike)
    isOver = true
    await clients
    await db[Symbol.asyncDispose]()
    db = connect()
    await audit(db, eventId, ledger)
  } finally {
    isOver = true
    await db[Symbol.asyncDispose]()
    await shop[Symbol.asyncDispose]()
  }
}

async function waitFor(condition: () => boolean): Promise<void> {
  for (let tries = 0; tries < 1_500; tries += 1) {
    if (condition()) return
    await sleep(20)
  }
  assert.fail('sales did not go on after the kill')
}

async function temporaryDataDir(): Promise<string> {
  return await mkdtemp(join(tmpdir(), 'box-office-kill-'))
}

test('the shop is killed again and again in a sale: no confirmed order is lost', async () => {
  const dataDir = await temporaryDataDir()
  const start = async () => await startShopProcess({ DATA_DIR: dataDir })
  await saleUnderFire(dataDir, start, async (shop) => {
    await shop.kill()
    return await start()
  })
  await rm(dataDir, { recursive: true, force: true })
})

test('PostgreSQL is killed again and again in a sale: it comes back by itself and has every order', async () => {
  const dataDir = await temporaryDataDir()
  const pids = new Set<number>()
  await saleUnderFire(
    dataDir,
    async () => await startShopProcess({ DATA_DIR: dataDir }),
    async (shop) => {
      const pid = await postmasterPid(dataDir)
      pids.add(pid)
      process.kill(pid, 'SIGKILL')
      await waitForNewPostmaster(dataDir, pid)
      return shop
    },
  )
  assert.equal(pids.size, KILLS)
  await rm(dataDir, { recursive: true, force: true })
})

async function waitForNewPostmaster(dataDir: string, old: number): Promise<void> {
  for (let tries = 0; tries < 2_000; tries += 1) {
    const pid = await postmasterPid(dataDir).catch(() => old)
    if (pid !== old) return
    await sleep(10)
  }
  assert.fail(`PostgreSQL did not come back: ${await readFile(join(dataDir, 'postgres.log'), 'utf8').catch(() => '')}`) // prettier-ignore
}
