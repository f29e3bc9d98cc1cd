import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { EventListing, EventQuery } from './needs.ts'
import { findNearSearches } from './near-searches.ts'
import { readSearch } from './search.ts'

/** Near searches where `finds` says how many events a query finds, and all that was asked. */
async function near(sent: Record<string, string>, finds: (query: EventQuery) => number) {
  const asked: EventQuery[] = []
  const listEvents = async (query: EventQuery) => {
    asked.push(query)
    const items = Array.from({ length: finds(query) }, () => ({}) as EventListing)
    return await Promise.resolve({ items, nextCursor: items.length > 2 ? 'next' : undefined })
  }
  const found = await findNearSearches({ listEvents }, readSearch(sent).typed, 'en')
  return { found, asked }
}

test('each limit is left out by itself, and what finds nothing is not offered', async () => {
  const sent = { q: 'harp', city: 'Linz', min_price: '5', max_price: '9', sort: 'price' }
  const { found, asked } = await near(sent, ({ q, city }) =>
    q === undefined ? 0 : city === undefined ? 3 : 1,
  )
  assert.deepEqual(found, [
    { without: 'price', path: '/?q=harp&city=Linz&sort=price', count: 1, hasMore: false },
    { without: 'city', path: '/?q=harp&min_price=5&max_price=9&sort=price', count: 3, hasMore: true }, // prettier-ignore
  ])
  assert.equal(asked.length, 3)
})

test('a search with one limit has none near it, and is not asked about', async () => {
  const { found, asked } = await near({ from: '2030-01-01', to: '2030-01-02' }, () => 1)
  assert.deepEqual([found, asked], [[], []])
})

test('of many that are near three are offered, the words given up last', async () => {
  const sent = { q: 'harp', city: 'Linz', category: 'Jazz', available: 'yes', max_price: '9' }
  const { found } = await near(sent, () => 1)
  assert.deepEqual(
    found.map(({ without }) => without),
    ['price', 'available', 'city'],
  )
})
