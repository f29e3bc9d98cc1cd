/**
 * Browsing under a crowd. The event service runs here on a database that counts what it is asked
 * and on a clock that stands still until a test moves it.
 */
import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { test } from 'node:test'
import { pino } from 'pino'
import { Registry } from 'prom-client'
import type { EventListing } from '../../src/contracts/event.ts'
import { AppError } from '../../src/kernel/errors.ts'
import { type HttpApp, createHttpServer } from '../../src/platform/http/server.ts'
import { createHttpMetrics } from '../../src/platform/http/request-telemetry.ts'
import { Database, type Transaction } from '../../src/platform/postgres.ts'
import { eventService } from '../../src/services/event/service.ts'
import { startApp } from '../support/app.ts'
import { type TestDatabase, createDatabase } from '../support/database.ts'
import { EVENTS, startEventShop } from '../support/event-api.ts'
import { createSale } from '../support/sale.ts'

class CountingDatabase extends Database {
  queries = 0
  isAway = false

  override async query<Row extends object>(
    text: string | { name: string; text: string },
    values?: readonly unknown[],
  ): Promise<Row[]> {
    this.queries += 1
    if (this.isAway) throw new AppError('unavailable', { retryAfterSeconds: 1 })
    return await super.query<Row>(text, values)
  }
}

interface Rig extends AsyncDisposable {
  http: HttpApp
  db: CountingDatabase
  now: { ms: number }
  /** Runs the consumers of a topic, as the job runner would. */
  deliver: (topic: string) => Promise<void>
}

async function startRig(): Promise<Rig> {
  const database: TestDatabase = await createDatabase()
  const db = new CountingDatabase({
    connection: database.connection,
    name: 'test',
    connectionsMax: 10,
  })
  const now = { ms: Date.now() }
  const unused = async () => await Promise.reject(new Error('nothing is changed here'))
  const service = eventService({
    db,
    audit: unused,
    stock: { setCapacity: unused, lock: unused, hasOrders: unused },
    onCancelled: () => assert.fail('nothing is cancelled here'),
    clock: () => now.ms,
  })
  const http = await createHttpServer({
    logger: pino({ level: 'silent' }),
    metrics: createHttpMetrics(new Registry()),
    authenticate: () => assert.fail('nobody signs in here'),
    rateLimits: 'off',
    trustedProxies: [],
  })
  service.routes?.(http)
  await http.ready()
  return {
    http,
    db,
    now,
    async deliver(topic) {
      for (const consumer of service.consumers ?? []) {
        if (consumer.topic !== topic) continue
        const payload = { event_id: 1, order_ids: [1] }
        for (const { data } of consumer.effects(payload)) {
          await consumer.handle(data as never, {} as Transaction)
        }
      }
    },
    async [Symbol.asyncDispose]() {
      await http.close()
      await db[Symbol.asyncDispose]()
      await database[Symbol.asyncDispose]()
    },
  }
}

const get = async (rig: Rig, url: string, headers: Record<string, string> = {}) =>
  await rig.http.inject({ method: 'GET', url, headers })

async function countQueries(rig: Rig, body: () => Promise<unknown>): Promise<number> {
  const before = rig.db.queries
  await body()
  return rig.db.queries - before
}

const sell = async (rig: Rig, eventId: number) =>
  await rig.db.query('update event_inventory set sold = sold + 1 where event_id = $1', [eventId])

test('a crowd on a cold list or event is one query', async () => {
  await using rig = await startRig()
  const { eventId } = await createSale(rig.db, { capacity: 100 })
  for (const url of [EVENTS, `${EVENTS}?q=rock`, `${EVENTS}/${eventId}`]) {
    const queries = await countQueries(rig, async () => {
      const answers = await Promise.all(
        Array.from({ length: 200 }, async () => await get(rig, url)),
      )
      assert.deepEqual(new Set(answers.map((answer) => answer.statusCode)), new Set([200]))
      assert.equal(new Set(answers.map((answer) => answer.body)).size, 1)
    })
    assert.equal(queries, 1, url)
    assert.equal(await countQueries(rig, async () => await get(rig, url)), 0, `${url} is warm`)
  }
})

test('a crowd on an event that does not exist is one query', async () => {
  await using rig = await startRig()
  const queries = await countQueries(rig, async () => {
    for (let n = 0; n < 20; n += 1) {
      assert.equal((await get(rig, `${EVENTS}/77`)).statusCode, 404)
    }
  })
  assert.equal(queries, 1)
})

test('queries that mean the same share an answer', async () => {
  await using rig = await startRig()
  await createSale(rig.db, { capacity: 100 })
  const same = ['?q=rock+night', '?q=Rock%20%20NIGHT', '?limit=20&q=rock+night&sort=relevance']
  const queries = await countQueries(rig, async () => {
    for (const query of same) assert.equal((await get(rig, EVENTS + query)).json().length, 1)
  })
  assert.equal(queries, 1)
})

test('an answer is at most a second old', async () => {
  await using rig = await startRig()
  const { eventId } = await createSale(rig.db, { capacity: 100 })
  const remaining = async () => {
    const list = (await get(rig, EVENTS)).json<EventListing[]>()
    const event = (await get(rig, `${EVENTS}/${eventId}`)).json<EventListing>()
    return [list[0]?.remaining_tickets, event.remaining_tickets]
  }
  assert.deepEqual(await remaining(), [100, 100])
  await sell(rig, eventId)
  rig.now.ms += 1_000
  assert.deepEqual(await remaining(), [100, 100])
  rig.now.ms += 1
  assert.deepEqual(await remaining(), [99, 99])
})

test('messages make an answer new before its second is over', async () => {
  await using rig = await startRig()
  const { eventId } = await createSale(rig.db, { capacity: 100 })
  let left = 100
  for (const topic of ['event.created', 'event.changed', 'orders.placed']) {
    for (const url of [EVENTS, `${EVENTS}/${eventId}`]) {
      assert.match((await get(rig, url)).body, new RegExp(`"remaining_tickets":${left}\\b`))
    }
    await sell(rig, eventId)
    left -= 1
    await rig.deliver(topic)
    rig.now.ms += 100
    for (const url of [EVENTS, `${EVENTS}/${eventId}`]) {
      assert.match((await get(rig, url)).body, new RegExp(`"remaining_tickets":${left}\\b`), topic)
    }
  }
})

test('a tag spares the bytes until something changes', async () => {
  await using rig = await startRig()
  const { eventId } = await createSale(rig.db, { capacity: 100 })
  for (const url of [EVENTS, `${EVENTS}?q=rock&limit=1`, `${EVENTS}/${eventId}`]) {
    const first = await get(rig, url)
    const etag = String(first.headers.etag)
    for (const tags of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
      const again = await get(rig, url, { 'if-none-match': tags })
      assert.deepEqual([again.statusCode, again.body], [304, ''], tags)
      assert.equal(again.headers.etag, etag)
      assert.equal(again.headers['cache-control'], first.headers['cache-control'])
    }
    await sell(rig, eventId)
    rig.now.ms += 1_001
    const changed = await get(rig, url, { 'if-none-match': etag })
    assert.equal(changed.statusCode, 200)
    assert.notEqual(changed.headers.etag, etag)
  }
})

test('a tag changes with the sale, also when no ticket was sold', async () => {
  await using rig = await startRig()
  const { eventId } = await createSale(rig.db, { capacity: 100 })
  const url = `${EVENTS}/${eventId}`
  const etag = String((await get(rig, url)).headers.etag)
  await rig.db.query(`update events set on_sale_at = now() + interval '1 hour'`)
  rig.now.ms += 1_001
  const changed = await get(rig, url, { 'if-none-match': etag })
  assert.equal(changed.json<EventListing>().sale, 'not_started')
})

test('cold and warm answers are the same, headers and all', async () => {
  await using rig = await startRig()
  for (let n = 0; n < 3; n += 1) await createSale(rig.db, { capacity: 100 })
  const told = ['etag', 'cache-control', 'content-type', 'content-length', 'link'] as const
  for (const url of [`${EVENTS}?limit=2`, EVENTS, `${EVENTS}/1`]) {
    const [cold, warm] = [await get(rig, url), await get(rig, url)]
    assert.equal(warm.body, cold.body)
    for (const name of told) assert.equal(warm.headers[name], cold.headers[name], name)
    assert.match(String(warm.headers['cache-control']), /^public, .*s-maxage=1, stale-while-reval/)
  }
  const head = await rig.http.inject({ method: 'HEAD', url: EVENTS })
  assert.deepEqual([head.statusCode, head.body], [200, ''])
  assert.equal(head.headers.etag, (await get(rig, EVENTS)).headers.etag)
})

test('while the database is away the answer is 503, and all is well again after', async () => {
  await using rig = await startRig()
  await createSale(rig.db, { capacity: 100 })
  rig.db.isAway = true
  const answers = await Promise.all([1, 2, 3].map(async () => await get(rig, EVENTS)))
  for (const answer of answers) {
    assert.equal(answer.statusCode, 503)
    assert.equal(answer.headers['retry-after'], '1')
    assert.equal(answer.headers['cache-control'], 'no-store')
  }
  assert.equal((await get(rig, `${EVENTS}/1`)).statusCode, 503)
  rig.db.isAway = false
  assert.equal((await get(rig, EVENTS)).json().length, 1)
  assert.equal((await get(rig, `${EVENTS}/1`)).statusCode, 200)
})

test('a refusal is never served from memory', async () => {
  await using rig = await startRig()
  for (let n = 0; n < 2; n += 1) {
    assert.equal((await get(rig, `${EVENTS}?foo=1`)).statusCode, 400)
    assert.equal((await get(rig, `${EVENTS}?cursor=x`)).statusCode, 400)
    assert.equal((await get(rig, `${EVENTS}/x`)).statusCode, 400)
  }
})

test('a change shows at once where it was made and within a second elsewhere', async () => {
  await using shop = await startEventShop()
  await using elsewhere = await startApp({ databaseUrl: shop.app.databaseUrl })
  const event = await shop.create()
  const url = `${EVENTS}/${event.id}`
  const category = async () => {
    const answer = await elsewhere.inject({ method: 'GET', url })
    return answer.json<{ category: string | null }>().category
  }
  assert.equal((await shop.read(event.id)).category, null)
  assert.equal(await category(), null)
  assert.equal((await shop.change(event.id, { category: 'Concert' })).status, 200)
  assert.equal((await shop.read(event.id)).category, 'Concert')
  assert.equal((await shop.list())[0]?.category, 'Concert')
  await sleep(1_010)
  assert.equal(await category(), 'Concert')
})
