import assert from 'node:assert/strict'
import type { IncomingMessage } from 'node:http'
import { test } from 'node:test'
import { setImmediate, setTimeout as sleep } from 'node:timers/promises'
import { brotliDecompressSync } from 'node:zlib'
import type { FastifyRequest } from 'fastify'
import { SharedPages } from './shared-pages.ts'
import type { Visitor } from './visitor.ts'

const VISITOR: Visitor = {
  user: undefined,
  language: 'en',
  path: '/events/1',
  origin: 'https://shop.example',
  seesMailbox: false,
}
const route = '/events/:id'

/** Pages on a clock of their own, of which each is another. */
function startPages() {
  const now = { ms: 5_000 }
  const made = { pages: 0, changes: 0 }
  const pages = new SharedPages({ changes: () => made.changes, clock: () => now.ms })
  const render = async () => {
    await Promise.resolve()
    made.pages += 1
    const nonce = `number-${made.pages}`
    return { html: `<p>${nonce}</p>`, policy: `script-src 'nonce-${nonce}'` }
  }
  const find = async (visitor = VISITOR) => await pages.find({ visitor, route }, render)
  return { now, made, pages, find, render }
}

const requestOf = (headers: Record<string, string>, remoteAddress = '203.0.113.1') =>
  ({ url: VISITOR.path, headers, socket: { remoteAddress } }) as unknown as IncomingMessage

/** As the framework sees it that believes a proxy, or does not. */
const seenAs = (raw: IncomingMessage, protocol = 'https', host = 'shop.example') =>
  ({ raw, protocol, host }) as FastifyRequest

test('a page is rendered once a second, however many ask at the same time', async () => {
  const { now, made, find } = startPages()
  const crowd = await Promise.all(Array.from({ length: 50 }, async () => await find()))
  assert.equal(new Set(crowd).size, 1)
  now.ms += 1_000
  await find()
  assert.equal(made.pages, 1)
  now.ms += 1
  const [old] = await Promise.all([find(), find()])
  assert.equal(old, crowd[0], 'nobody waits for the next one')
  assert.equal(made.pages, 2)
  await setImmediate()
  assert.notEqual(await find(), old)
  now.ms += 2_001
  await find()
  assert.equal(made.pages, 3, 'what is older is sent to nobody')
})

test('a page is rendered anew after a change, and for visitors of another kind', async () => {
  const { made, find } = startPages()
  await find()
  made.changes += 1
  await find()
  assert.equal(made.pages, 2)
  for (const other of [
    { path: '/events/2' },
    { language: 'de' as const },
    { origin: 'http://other.example' },
    { seesMailbox: true },
  ]) {
    // prettier-ignore
    const before: number = made.pages
    await find({ ...VISITOR, ...other })
    assert.equal(made.pages, before + 1, JSON.stringify(other))
  }
})

test('what failed is not kept', async () => {
  const { pages, find } = startPages()
  const failing = async () => await Promise.reject(new Error('away'))
  await assert.rejects(pages.find({ visitor: VISITOR, route }, failing), /away/)
  assert.ok(await find(), 'the next one is rendered')
})

test('a page is sent for a second more while its successor cannot be made, and then the fault shows', async () => {
  const { now, pages, render } = startPages()
  let isAway = false
  const find = async () =>
    await pages.find({ visitor: VISITOR, route }, async () => {
      if (isAway) throw new Error('away')
      return await render()
    })
  const page = await find()
  isAway = true
  now.ms += 1_500
  for (let n = 0; n < 3; n += 1) {
    assert.equal(await find(), page)
    await setImmediate()
  }
  now.ms += 501
  await assert.rejects(find, /away/)
})

test('the tag is the same under another nonce, and a page keeps the nonce of its bytes', async () => {
  const { now, find } = startPages()
  const first = await (await find()).answer('identity')
  now.ms += 2_001
  const second = await (await find()).answer('br')
  assert.equal(second.etag, first.etag)
  assert.equal(brotliDecompressSync(second.bytes).toString(), '<p>number-2</p>')
  assert.ok(
    second.contentHeaders.includes("script-src 'nonce-number-2'"),
    'its policy comes with it',
  )
  assert.ok(second.contentHeaders.includes('br'), 'it says how it is packed')
  assert.ok(!second.headers.some((part) => part.includes('number')), 'but not with 304')
})

test('at the desk is only what was packed so, young enough, and asked for in the same words', async () => {
  const { now, made, pages, find } = startPages()
  const words = { host: 'shop.example', 'accept-language': 'de', 'accept-encoding': 'br' }
  const raw = requestOf(words)
  const page = await find()
  pages.remember(seenAs(raw), VISITOR)
  assert.equal(pages.desk(raw), undefined, 'nobody has packed it yet')
  const answer = await page.answer('br')
  assert.equal(pages.desk(raw), answer)
  for (const other of [
    { 'accept-encoding': 'gzip' },
    { 'accept-language': 'en' },
    { cookie: 'session=1' },
    { host: 'other.example' },
    { 'x-forwarded-proto': 'http' },
    { 'x-forwarded-host': 'other.example' },
  ]) {
    assert.equal(pages.desk(requestOf({ ...words, ...other })), undefined, JSON.stringify(other))
  }
  made.changes += 1
  assert.equal(pages.desk(raw), undefined, 'somebody changed something')
  made.changes -= 1
  now.ms += 1_001
  assert.equal(pages.desk(raw), answer, 'its successor is being made')
  // Until that is packed, too.
  while (pages.desk(raw) === answer) await sleep(5)
  assert.notEqual(pages.desk(raw), undefined)
  now.ms += 2_001
  assert.equal(pages.desk(raw), undefined, 'it is old')
})

test('what a client says of its origin is remembered only where it is believed', async () => {
  const { pages, find } = startPages()
  await (await find()).answer('identity')
  const raw = requestOf({ host: 'inside', 'x-forwarded-host': 'shop.example', 'x-forwarded-proto': 'https' }) // prettier-ignore
  const forged = { ...VISITOR, origin: 'http://inside' }
  await (await find(forged)).answer('identity')
  pages.remember(seenAs(raw, 'http', 'inside'), forged)
  assert.equal(pages.desk(raw), undefined)
  pages.remember(seenAs(raw), VISITOR)
  assert.ok(pages.desk(raw), 'a proxy that is trusted says it')
})
