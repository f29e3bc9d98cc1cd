/**
 * More purchases than the shop can take: those who wait are served, the next are turned away at once
 * and cheaply, and afterwards all is as before. A lock that the test holds keeps the database busy.
 */
import assert from 'node:assert/strict'
import { pbkdf2 } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { composeShop } from '../../src/compose.ts'
import { loadConfig } from '../../src/config.ts'
import { Database } from '../../src/platform/postgres.ts'
import { Resources } from '../../src/platform/resources.ts'
import { createDatabase } from '../support/database.ts'
import {
  type Answer,
  type Buyer,
  buy,
  createBuyers,
  createSale,
  readBooks,
} from '../support/sale.ts'

const WAITING_MAX = 20
const TOO_MANY = 30
/** Of Node's pool, unless UV_THREADPOOL_SIZE says otherwise. */
const THREADS = Number(process.env['UV_THREADPOOL_SIZE'] ?? 4)

test('a full shop turns the next away before it looks at them, and serves those who wait', async () => {
  await using shop = await startSmallShop()
  const { url, db } = shop
  await countCalls(db)
  const { eventId } = await createSale(db, { capacity: 1_000 })
  const buyers = await createBuyers(db, shop.dataDir, 1 + WAITING_MAX + TOO_MANY)
  const order = async (buyer: Buyer, key?: string) =>
    await buy(url, buyer, { event_id: eventId, quantity: 1 }, key)
  const inside = buyers.slice(0, 1 + WAITING_MAX)
  const outside = buyers.slice(1 + WAITING_MAX)

  const served: Promise<Answer>[] = []
  await db.transaction(async (tx) => {
    await tx.query('select 1 from event_inventory where event_id = $1 for update', [eventId])
    served.push(order(inside[0] as Buyer))
    await until(async () => (await callsOf(db)) === 1)
    served.push(...inside.slice(1).map(async (buyer) => await order(buyer)))
    await until(async () => (await metric(url, 'boxoffice_purchases_waiting')) === WAITING_MAX)

    const refused = await Promise.all(outside.map(async (buyer, n) => await order(buyer, `k-${n}`)))
    for (const { status, code, headers, body } of refused) {
      assert.equal(status, 503, body)
      assert.equal(code, 'unavailable')
      assert.ok(Number(headers.get('retry-after')) >= 1, 'it says when to come back')
      assert.equal(headers.get('content-type'), 'application/problem+json; charset=utf-8')
      assert.equal(headers.get('x-request-id'), (JSON.parse(body) as { request_id: string }).request_id) // prettier-ignore
    }
    assert.equal(await callsOf(db), 1, 'none of them reached the database')
    const stranger = await order({ id: 0, token: 'nobody' })
    assert.equal(stranger.status, 503, 'no token is looked at')
    assert.equal(await metric(url, 'boxoffice_orders_refused_total{by="door"}'), TOO_MANY + 1)
    assert.equal((await fetch(`${url}/api/v1/events/${eventId}`)).status, 200, 'others may look')
  })

  for (const { status, body } of await Promise.all(served)) assert.equal(status, 201, body)
  assert.equal(await callsOf(db), 2, 'who waited went in one batch')
  const again = await Promise.all(outside.map(async (buyer, n) => await order(buyer, `k-${n}`)))
  assert.ok(
    again.filter(({ status }) => status === 201).length >= WAITING_MAX,
    'the door is open again',
  )
  assert.equal((await order({ id: 0, token: 'nobody' })).status, 401, 'and tokens are looked at')
  const placed = [...(await Promise.all(served)), ...again].filter(({ status }) => status === 201)
  const books = await readBooks(db, eventId)
  assert.deepEqual(
    [books.orders, books.tickets, books.sold],
    [placed.length, placed.length, placed.length],
  )
})

test('who asks at the same moment is counted before the tokens are looked at', async () => {
  await using shop = await startSmallShop()
  const { url, db } = shop
  await countCalls(db)
  const { eventId } = await createSale(db, { capacity: 1_000 })
  const buyers = await createBuyers(db, shop.dataDir, 1 + WAITING_MAX + TOO_MANY)
  let refused = 0
  const order = async (buyer: Buyer) => {
    const answer = await buy(url, buyer, { event_id: eventId, quantity: 1 })
    if (answer.status === 503) refused += 1
    return answer
  }
  const all: Promise<Answer>[] = []
  await db.transaction(async (tx) => {
    await tx.query('select 1 from event_inventory where event_id = $1 for update', [eventId])
    all.push(...buyers.slice(0, 1).map(order))
    await until(async () => (await callsOf(db)) === 1)
    const pause = pauseTokenChecks()
    all.push(...buyers.slice(1).map(order))
    await until(() => Promise.resolve(refused === TOO_MANY))
    assert.equal(await metric(url, 'boxoffice_orders_refused_total{by="door"}'), TOO_MANY)
    await pause
    await until(async () => (await metric(url, 'boxoffice_purchases_waiting')) === WAITING_MAX)
  })
  const statuses = (await Promise.all(all)).map(({ status }) => status)
  assert.deepEqual(
    [201, 503].map((status) => statuses.filter((each) => each === status).length),
    [1 + WAITING_MAX, TOO_MANY],
  )
})

test('who is refused is not counted, though the answer waits behind another on its connection', async () => {
  await using shop = await startSmallShop()
  const { url, db } = shop
  await countCalls(db)
  const { eventId } = await createSale(db, { capacity: 1_000 })
  const [buyer] = await createBuyers(db, shop.dataDir, 1)
  const stranger = async () => await buy(url, { id: 0, token: 'nobody' }, { event_id: eventId })
  const body = JSON.stringify({ event_id: eventId, quantity: 1 })
  const head = 'POST /api/v1/orders HTTP/1.1\r\nHost: shop\r\n'
  const first = `${head}Authorization: Bearer ${buyer?.token ?? ''}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`

  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  socket.on('error', () => undefined)
  await db.transaction(async (tx) => {
    await tx.query('select 1 from event_inventory where event_id = $1 for update', [eventId])
    socket.write(first)
    await until(async () => (await callsOf(db)) === 1)
    socket.write(`${head}\r\n`.repeat(TOO_MANY))
    await sleep(200)
    assert.equal((await stranger()).status, 401, 'the door is open while they are not answered')
    socket.resetAndDestroy()
    await once(socket, 'close')
  })
  assert.equal((await stranger()).status, 401, 'and when they have hung up')
})

/** Keeps the threads busy that check signatures, so that all who ask now ask before one is known. */
async function pauseTokenChecks(): Promise<void> {
  const busy = promisify(pbkdf2)
  await Promise.all(
    Array.from({ length: THREADS }, async () => await busy('', '', 1_000_000, 64, 'sha512')),
  )
}

async function startSmallShop() {
  await using opening = new Resources()
  const database = opening.use(await createDatabase())
  const dataDir = await mkdtemp(join(tmpdir(), 'box-office-overload-'))
  opening.defer(async () => {
    await rm(dataDir, { recursive: true, force: true })
  })
  const env = {
    ...{ DATABASE_URL: database.url, DATA_DIR: dataDir, RATE_LIMIT: 'off' },
    ...{ SAMPLE_DATA: 'off', LOG_LEVEL: 'fatal' },
  }
  const shop = opening.use(await composeShop(loadConfig(env, []), { waitingMax: WAITING_MAX }))
  const url = await shop.http.listen({ host: '127.0.0.1', port: 0 })
  const db = opening.use(
    new Database({ connection: database.connection, name: 'test', connectionsMax: 3 }),
  )
  const running = opening.move()
  return {
    ...{ url, db, dataDir },
    [Symbol.asyncDispose]: async () => {
      await running[Symbol.asyncDispose]()
    },
  }
}

/** A sequence counts what a transaction has not committed, too. */
async function countCalls(db: Database): Promise<void> {
  await db.query('create sequence place_orders_calls')
  const [row] = await db.query<{ definition: string }>(
    `select pg_get_functiondef('place_orders'::regproc) as definition`,
  )
  const counting = (row?.definition ?? '').replace('\nbegin\n', `\nbegin\nperform nextval('place_orders_calls');\n`) // prettier-ignore
  assert.ok(counting.includes('place_orders_calls'), 'the function counts its calls')
  await db.query(counting)
}

async function callsOf(db: Database): Promise<number> {
  const rows = await db.query<{ calls: number }>(
    'select case when is_called then last_value else 0 end as calls from place_orders_calls',
  )
  return rows[0]?.calls ?? 0
}

async function metric(url: string, name: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text()
  const line = text.split('\n').find((each) => each.startsWith(`${name} `))
  return Number(line?.slice(name.length + 1))
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await sleep(5)
}
