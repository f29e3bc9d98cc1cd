import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { EventCache } from './event-cache.ts'
import { searchOf } from './event-search.ts'
import type { EventListing } from './event.ts'

const { key, search } = searchOf({})

/** A cache over a source that answers when it is told to. */
function rig() {
  const now = { ms: 1_000_000 }
  const asked: { answer: (name: string) => void; fail: (error: Error) => void }[] = []
  const cache = new EventCache({
    listEvents: async () =>
      await new Promise((resolve, reject) => {
        asked.push({
          answer: (name) => {
            resolve({ items: [listing(name)], nextCursor: undefined })
          },
          fail: reject,
        })
      }),
    findEvent: async () => await Promise.resolve(undefined),
    clock: () => now.ms,
  })
  cache.remember('', key)
  const list = async () => (await cache.list(key, search)).page.items[0]?.name
  return { now, asked, cache, list }
}

const listing = (name: string): EventListing => ({
  id: 1,
  name,
  venue: 'City Arena',
  eventDate: new Date(0),
  ticketPriceCents: 7500,
  remaining: 1,
  totalTickets: 1,
  currency: 'EUR',
  category: null,
  city: null,
  imageUrl: null,
  picture: null,
  timezone: 'UTC',
  onSaleAt: null,
  salesEndAt: null,
  status: 'published',
  sale: 'on_sale',
  createdBy: 1,
})

test('a stampede on a cold key is one query', async () => {
  const { asked, list, cache } = rig()
  const answers = Array.from({ length: 1_000 }, async () => await list())
  assert.equal(cache.warmList(''), undefined)
  assert.equal(asked.length, 1)
  asked[0]?.answer('first')
  assert.deepEqual(new Set(await Promise.all(answers)), new Set(['first']))
  assert.match(String(cache.warmList('')?.bytes), /first/)
  assert.equal(asked.length, 1)
})

test('nothing is sent that is more than a second old, and a slow query counts', async () => {
  const { now, asked, list, cache } = rig()
  const first = list()
  now.ms += 400
  asked[0]?.answer('first')
  await first
  now.ms += 600
  assert.ok(cache.warmList(''), "cache.warmList('')")
  now.ms += 1
  assert.equal(cache.warmList(''), undefined)
  const second = list()
  // Nobody is given the old list while the new one is on its way.
  assert.equal(cache.warmList(''), undefined)
  asked[1]?.answer('second')
  assert.equal(await second, 'second')
})

test('what was asked for before a change is not kept after it', async () => {
  const { asked, list, cache } = rig()
  const early = list()
  cache.clear()
  const late = list()
  assert.equal(asked.length, 2)
  asked[0]?.answer('before')
  assert.equal(await early, 'before')
  await turn()
  assert.equal(cache.warmList(''), undefined)
  asked[1]?.answer('after')
  assert.equal(await late, 'after')
  assert.match(String(cache.warmList('')?.bytes), /after/)
})

test('sold tickets show soon, but a sale does not empty the cache all the time', async () => {
  const { now, asked, list, cache } = rig()
  cache.clear()
  const first = list()
  asked[0]?.answer('first')
  await first
  cache.outdate()
  now.ms += 99
  assert.ok(cache.warmList(''), "cache.warmList('')")
  now.ms += 1
  assert.equal(cache.warmList(''), undefined)
})

test('a failed query fails those who wait, and the next one asks again', async () => {
  const { asked, list, cache } = rig()
  const waiting = [list(), list()]
  asked[0]?.fail(new Error('away'))
  for (const answer of waiting) await assert.rejects(answer, /away/)
  assert.equal(cache.warmList(''), undefined)
  const again = list()
  asked[1]?.answer('back')
  assert.equal(await again, 'back')
})

test('that there is no such event is remembered, but not sent as one', async () => {
  const { cache } = rig()
  assert.equal(await cache.event(7), undefined)
  assert.equal(cache.warmEvent(7), undefined)
  assert.equal(cache.warmEvent(Number.NaN), undefined)
})
