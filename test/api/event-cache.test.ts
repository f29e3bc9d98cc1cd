/**
 * Browsing under a crowd. The event service runs here on a database that counts what it is asked
 * and on a clock that stands still until a test moves it.
 */
import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { test } from 'node:test'
import type { EventListing } from '../../src/contracts/event.ts'
import { startApp } from '../support/app.ts'
import { EVENTS, startEventShop } from '../support/event-api.ts'
import { type EventRig, startEventRig } from '../support/event-rig.ts'
import { createSale } from '../support/sale.ts'

const get = async (rig: EventRig, url: string, headers: Record<string, string> = {}) =>
  await rig.http.inject({ method: 'GET', url, headers })

async function countQueries(rig: EventRig, body: () => Promise<unknown>): Promise<number> {
  const before = rig.db.queries
  await body()
  return rig.db.queries - before
}

const sell = async (rig: EventRig, eventId: number) =>
  await rig.db.query('update event_inventory set sold = sold + 1 where event_id = $1', [eventId])

test('a crowd on a cold list or event is one query', async () => {
  await using rig = await startEventRig()
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
  await using rig = await startEventRig()
  const queries = await countQueries(rig, async () => {
    for (let n = 0; n < 20; n += 1) {
      assert.equal((await get(rig, `${EVENTS}/77`)).statusCode, 404)
    }
  })
  assert.equal(queries, 1)
})

test('queries that mean the same share an answer', async () => {
  await using rig = await startEventRig()
  await createSale(rig.db, { capacity: 100 })
  const same = ['?q=rock+night', '?q=Rock%20%20NIGHT', '?limit=20&q=rock+night&sort=relevance']
  const queries = await countQueries(rig, async () => {
    for (const query of same) assert.equal((await get(rig, EVENTS + query)).json().length, 1)
  })
  assert.equal(queries, 1)
})

test('an answer is at most a second old', async () => {
  await using rig = await startEventRig()
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
  await using rig = await startEventRig()
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
  await using rig = await startEventRig()
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
  await using rig = await startEventRig()
  const { eventId } = await createSale(rig.db, { capacity: 100 })
  const url = `${EVENTS}/${eventId}`
  const etag = String((await get(rig, url)).headers.etag)
  await rig.db.query(`update events set on_sale_at = now() + interval '1 hour'`)
  rig.now.ms += 1_001
  const changed = await get(rig, url, { 'if-none-match': etag })
  assert.equal(changed.json<EventListing>().sale, 'not_started')
})

test('cold and warm answers are the same, headers and all', async () => {
  await using rig = await startEventRig()
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
  await using rig = await startEventRig()
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
  await using rig = await startEventRig()
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
