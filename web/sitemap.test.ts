import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eventIndex, sitemapXml } from './sitemap.ts'

/** Answers a page of two at a time, and counts how often it is asked. */
function catalogue(size: number) {
  const asked: (string | undefined)[] = []
  const events = {
    listEvents: async ({ cursor }: { cursor?: string }) => {
      asked.push(cursor)
      const first = Number(cursor ?? 1)
      const items = [first, first + 1].filter((id) => id <= size).map((id) => ({ id }))
      const nextCursor = first + 2 <= size ? String(first + 2) : undefined
      return await Promise.resolve({ items, nextCursor } as never)
    },
  }
  return { events, asked }
}

test('every page of the events is walked, once in ten minutes', async () => {
  const { events, asked } = catalogue(5)
  let now = 0
  const index = eventIndex(events, () => now)
  assert.deepEqual(await index(), [1, 2, 3, 4, 5])
  assert.deepEqual(await Promise.all([index(), index()]), [await index(), await index()])
  assert.deepEqual(asked, [undefined, '3', '5'])
  now = 600_000
  await index()
  assert.equal(asked.length, 6)
})

test('a reading that failed is not kept', async () => {
  const { events } = catalogue(1)
  let isBroken = true
  const index = eventIndex(
    {
      listEvents: async (query) => {
        if (isBroken) throw new Error('the database is away')
        return await events.listEvents(query)
      },
    },
    () => 0,
  )
  await assert.rejects(index(), /away/)
  isBroken = false
  assert.deepEqual(await index(), [1])
})

test('a sitemap has the front page and the events by their full addresses', () => {
  assert.match(
    sitemapXml('https://shop.example', [7]),
    /<loc>https:\/\/shop\.example\/<\/loc>.*\n<url><loc>https:\/\/shop\.example\/events\/7<\/loc>/,
  )
})
