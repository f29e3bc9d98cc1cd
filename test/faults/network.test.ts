/** A network that is slow, starved, cut or silent, between shop and database and before the shop. */
import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { suite, test } from 'node:test'
import { Database } from '../../src/platform/postgres.ts'
import { Resources } from '../../src/platform/resources.ts'
import { startApp } from '../support/app.ts'
import { type Purchase, assertExactly, insistOn } from '../support/crowd-client.ts'
import { createDatabase } from '../support/database.ts'
import { startFaultProxy, targetOf, urlThrough } from '../support/fault-proxy/proxy.ts'
import { killSockets, killSocketsFault } from '../support/kill-sockets.ts'
import { testSeed } from '../support/random.ts'
import { type Buyer, buy, createBuyers, createSale } from '../support/sale.ts'

/**
 * What a purchase waits for at most, however the database behaves: five seconds for its batch, four
 * for an answer, and two tries of four to find out what became of it, rounded up.
 */
const PURCHASE_DEADLINE_MS = 20_000
const RECOVERY_MS = 15_000

/** One after another: three shops that start in one thread keep each other's connections waiting. */
let lastRig: Promise<unknown> = Promise.resolve()
async function startRig() {
  const rig = lastRig.then(openRig)
  lastRig = rig.catch(() => undefined)
  return await rig
}

/** A shop whose database is behind a proxy, and one that is not, on the same data. */
async function openRig() {
  // A part that does not start takes those before it along; else they would keep the test alive.
  await using opening = new Resources()
  const database = await createDatabase()
  opening.use(database)
  const proxy = await startFaultProxy({
    target: targetOf(database.connection),
    protocol: 'postgres',
    seed: testSeed(),
  })
  opening.use(proxy)
  const direct = new Database({ connection: database.connection, name: 'test', connectionsMax: 4 })
  opening.use(direct)
  const app = await startApp({ databaseUrl: urlThrough(proxy, database.connection) })
  opening.use(app)
  const url = await app.listen()
  const { eventId } = await createSale(direct, { capacity: 10_000, maxPerUser: 100 })
  const buyers = await createBuyers(direct, app.dataDir, 60)
  const purchases: Purchase[] = []
  let made = 0
  const opened = opening.move()
  return {
    proxy,
    database,
    direct,
    url,
    eventId,
    buyers,
    purchases,
    /** Everybody buys once, all at the same time. */
    crowd: async (count: number): Promise<void> => {
      made += 1
      purchases.push(
        ...(await Promise.all(
          buyers
            .slice(0, count)
            .map(async (buyer) => await insistOn(url, { buyer, eventId, key: `crowd-${made}` })),
        )),
      )
    },
    check: async () => {
      await assertExactly(direct, eventId, purchases)
    },
    async [Symbol.asyncDispose]() {
      // What went silent would be waited for.
      proxy.heal()
      proxy.cutAll()
      await opened[Symbol.asyncDispose]()
    },
  }
}

suite('between shop and database', { concurrency: true }, () => {
  test('slow, jittering, starved and reset now and then: every key has one order', async () => {
    await using rig = await startRig()
    rig.proxy.set({ delayMs: 50, jitterMs: 100 })
    await rig.crowd(20)
    rig.proxy.set({ delayMs: 10, jitterMs: 0, bytesPerSecond: 8_000 })
    await rig.crowd(20)
    rig.proxy.heal()
    rig.proxy.set({ resetRate: 0.1 })
    for (let n = 0; n < 50 && rig.proxy.landed() < 5; n += 1) await rig.crowd(20)
    rig.proxy.heal()
    assert.ok(rig.proxy.landed() >= 5, `only ${rig.proxy.landed()} resets`)
    await rig.crowd(20)
    await rig.check()
  })

  test('cut again and again in the middle of a sale, also behind a commit: nothing twice, nothing lost', async () => {
    await using rig = await startRig()
    for (const what of ['reply', 'call', 'reply'] as const) {
      rig.proxy.lose({ what, of: /place_orders/ })
      await rig.crowd(20)
    }
    rig.proxy.cutAfter({ direction: 'toClient', bytes: 100 })
    await rig.crowd(20)
    rig.proxy.cutAfter({ direction: 'toServer', bytes: 1_000, how: 'end' })
    await rig.crowd(20)
    rig.proxy.halfCloseAll('client')
    await rig.crowd(20)
    assert.ok(rig.proxy.landed() >= 6, `only ${rig.proxy.landed()} cuts`)
    await rig.check()
  })

  test('a silent network: everybody is answered in time, and it sells again soon after', async () => {
    await using rig = await startRig()
    await rig.crowd(5)
    rig.proxy.set({ flow: 'swallowed' })
    rig.proxy.silenceAll()
    const crowd = rig.crowd(40)
    // Browsing is answered from memory or refused, and is not held up by purchases.
    const answers = await Promise.all([
      buy(rig.url, rig.buyers[59] as Buyer, { event_id: rig.eventId, quantity: 1 }),
      fetch(`${rig.url}/livez`),
      fetch(`${rig.url}/readyz`),
    ])
    assert.deepEqual(
      answers.map(({ status }) => status),
      [503, 200, 503],
    )
    rig.proxy.heal()
    const healedAt = performance.now()
    await crowd
    assert.ok(performance.now() - healedAt < RECOVERY_MS, 'it took too long to sell again')
    const slowest = Math.max(...rig.purchases.map(({ slowestMs }) => slowestMs))
    console.log(`the slowest answer came after ${Math.round(slowest)} ms`)
    assert.ok(slowest < PURCHASE_DEADLINE_MS, `somebody waited ${slowest} ms`)
    await rig.crowd(5)
    await rig.check()
  })

  test('cut off while it holds the lock of an event, a shop does not keep others from selling', async () => {
    await using rig = await startRig()
    await using other = await startApp({ databaseUrl: rig.database.url })
    const url = await other.listen()
    const [buyer] = await createBuyers(rig.direct, other.dataDir, 1)
    // A shop looks for a lost order, slowly enough to be seen, and is heard of no more.
    await rig.crowd(1)
    rig.proxy.set({ delayMs: 150 })
    rig.proxy.lose({ what: 'reply', of: /place_orders/ })
    const cutOff = rig.crowd(1)
    await heldBy(rig.direct, 'box-office purchases', () => {
      rig.proxy.set({ flow: 'swallowed' })
    })
    const startedAt = performance.now()
    const request = { buyer: buyer as Buyer, eventId: rig.eventId, key: 'elsewhere' }
    rig.purchases.push(await insistOn(url, request))
    assert.ok(performance.now() - startedAt < RECOVERY_MS, 'the lock was kept too long')
    rig.proxy.heal()
    await cutOff
    await rig.check()
  })
})

/** Goes on as soon as a session of that name is idle in a transaction that holds an event's row. */
async function heldBy(db: Database, name: string, then: () => void): Promise<void> {
  const deadline = performance.now() + 10_000
  for (;;) {
    const held = await db.query(
      `select 1 from pg_stat_activity a join pg_locks l on l.pid = a.pid
        where a.application_name = $1 and l.relation = 'event_inventory'::regclass
          and l.mode = 'RowShareLock' and a.state like 'idle in transaction%'`,
      [name],
    )
    if (held.length > 0) {
      then()
      return
    }
    assert.ok(performance.now() < deadline, 'no session held the lock')
    await sleep(1)
  }
}

test('between client and shop: a reply cut anywhere is had again under its key, the same to the byte', async () => {
  await using app = await startApp()
  const { port } = new URL(await app.listen())
  await using proxy = await startFaultProxy({ target: { host: '127.0.0.1', port: Number(port) } })
  const url = `http://127.0.0.1:${proxy.port}`
  const { eventId } = await createSale(app.db, { capacity: 100, maxPerUser: 50 })
  const [buyer] = (await createBuyers(app.db, app.dataDir, 1)) as [Buyer]
  const body = { event_id: eventId, quantity: 1 }
  const whole = await buy(url, buyer, body, 'whole')
  const purchases: Purchase[] = [{ answer: whole, slowestMs: 0, tries: 1 }]
  const head = headBytes(whole.headers)
  const end = head + Buffer.byteLength(whole.body)
  // In the status line, in the headers, before the body, in it, and before its last byte.
  for (const bytes of [0, 5, 200, head, head + 10, end - 1]) {
    proxy.cutAfter({ direction: 'toClient', bytes, how: bytes % 2 === 0 ? 'reset' : 'end' })
    const landedBefore = proxy.landed()
    const key = `cut-${bytes}`
    const first = await buy(url, buyer, body, key).catch(() => undefined)
    assert.equal(proxy.landed(), landedBefore + 1)
    assert.equal(first, undefined, 'half an answer was taken for one')
    const again = await insistOn(url, { buyer, eventId, key })
    const onceMore = await buy(url, buyer, body, key)
    assert.equal(onceMore.body, again.answer.body)
    assert.equal(onceMore.headers.get('content-type'), again.answer.headers.get('content-type'))
    assert.equal(again.answer.headers.get('idempotent-replayed'), 'true')
    purchases.push(again)
  }
  await assertExactly(app.db, eventId, purchases)
})

/** How long the first answer's head was; those to retries are a little longer. */
function headBytes(headers: Headers): number {
  const lines = [...headers].map(([name, value]) => `${name}: ${value}\r\n`)
  return `HTTP/1.1 201 Created\r\n${lines.join('')}\r\n`.length
}

test(
  'connections that the operating system kills are replaced',
  { skip: (await killSocketsFault()) ?? false },
  async () => {
    await using rig = await startRig()
    await rig.crowd(5)
    const crowd = rig.crowd(30)
    await killSockets(rig.proxy.port)
    await crowd
    await rig.crowd(5)
    await rig.check()
  },
)
