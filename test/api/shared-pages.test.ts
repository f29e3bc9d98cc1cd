/** Pages for everybody who is not signed in: made once for all, and sent in front of the framework. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { after, before, test } from 'node:test'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { startSession } from '../../src/services/user/open-session.ts'
import { type EventShop, startEventShop } from '../support/event-api.ts'
import { readAnswers } from '../support/raw-http.ts'

const LONG_WAY = 'Content-Length: 0'
const REQUEST_ID = 'X-Request-Id: the-same-for-all'
/** Between two requests a page may grow old and be made anew. */
const ATTEMPTS_MAX = 20

let shop: EventShop
let port: number
let path: string
before(async () => {
  shop = await startEventShop()
  port = Number(new URL(await shop.app.listen()).port)
  path = `/events/${(await shop.create()).id}`
})
after(async () => {
  await shop[Symbol.asyncDispose]()
})

/** The answer to a GET as it comes over the wire. */
async function wire(url: string, ...headers: string[]): Promise<Buffer> {
  const socket = connect({ port, host: '127.0.0.1' })
  const chunks: Buffer[] = []
  socket.on('data', (chunk: Buffer) => chunks.push(chunk))
  const lines = [`GET ${url} HTTP/1.1`, `Host: localhost:${port}`, 'Connection: close', ...headers]
  socket.write(`${lines.join('\r\n')}\r\n\r\n`)
  await once(socket, 'close')
  return Buffer.concat(chunks)
}

async function ask(url: string, ...headers: string[]) {
  const [answer] = readAnswers(await wire(url, ...headers))
  assert.ok(answer, 'there is an answer')
  return answer
}

const undated = (bytes: Buffer): string => bytes.toString('latin1').replace(/^Date: .*$/m, '')

test('a page at hand is sent as through the framework, to the byte', async () => {
  for (const url of ['/', path]) {
    for (const encoding of ['br', 'gzip, deflate', 'identity']) {
      const asked = [REQUEST_ID, `Accept-Encoding: ${encoding}`]
      const isSame = async (...more: string[]) => {
        const [short, long] = [
          undated(await wire(url, ...asked, ...more)),
          undated(await wire(url, ...asked, ...more, LONG_WAY)),
        ]
        return short === long || [short, long]
      }
      const tag = (await ask(url, ...asked)).headers['etag'] ?? ''
      assert.match(tag, /^W\/"[\w-]{22}"$/)
      for (const condition of [[], [`If-None-Match: ${tag}`]]) {
        let same = await isSame(...condition)
        for (let n = 0; n < ATTEMPTS_MAX && same !== true; n += 1) same = await isSame(...condition)
        assert.equal(same, true, `${url} packed as ${encoding}`)
      }
    }
  }
})

test('a page is packed as the browser can unpack it, and is known again by its tag', async () => {
  for (const url of ['/', path]) {
    const plain = await wire(url)
    const { headers } = await ask(url)
    assert.equal(headers['content-type'], 'text/html; charset=utf-8')
    assert.equal(headers['cache-control'], 'public, s-maxage=1, stale-while-revalidate=5') // prettier-ignore
    assert.equal(headers['vary'], 'Cookie, Accept-Language, Accept-Encoding')
    assert.match(headers['content-security-policy'] ?? '', /frame-ancestors 'none'/)
    for (const [encoding, unpack] of [
      ['br', brotliDecompressSync],
      ['gzip', gunzipSync],
    ] as const) {
      // prettier-ignore
      const bytes = await wire(url, `Accept-Encoding: ${encoding}`)
      const start = bytes.indexOf('\r\n\r\n') + 4
      assert.match(bytes.toString('latin1', 0, start), new RegExp(`content-encoding: ${encoding}`))
      assert.match(unpack(bytes.subarray(start)).toString(), /Rock Night/)
      assert.ok(bytes.length < plain.length, `${bytes.length} of ${plain.length} bytes`)
    }
    const known = await ask(url, `If-None-Match: ${headers['etag']}`)
    assert.equal(known.status, 304)
    assert.equal(known.headers['content-security-policy'], undefined, 'the old policy stays')
  }
})

test('who is signed in gets a page of their own, with a key that nobody else has', async () => {
  const keys = new Set<string | undefined>()
  const keyIn = (html: string) => /name="key" value="([\w-]+)"/.exec(html)?.[1]
  for (const person of [shop.guest, shop.guest, shop.rival]) {
    const { token } = await shop.app.db.transaction(
      async (tx) => await startSession(tx, person.id, 'page'),
    )
    // Everybody's is at hand before and after.
    assert.equal(keyIn((await ask(path)).body), undefined)
    for (let n = 0; n < 2; n += 1) {
      const own = await ask(path, `Cookie: session=${token}`)
      assert.equal(own.headers['cache-control'], 'no-store')
      keys.add(keyIn(own.body))
    }
  }
  assert.ok(!keys.has(undefined), 'every page has a key')
  assert.equal(keys.size, 6)
  const stranger = await ask(path, 'Cookie: session=of-nobody')
  assert.match(stranger.body, /Sign in/)
})

test('what an organizer changes shows at once, to whoever asks how', async () => {
  const { id } = await shop.create({ venue: 'The Old Hall' })
  for (const venue of ['The New Hall', 'The Park', 'The Old Hall']) {
    const asked = ['Accept-Encoding: identity']
    for (let n = 0; n < 3; n += 1) await ask(`/events/${id}`, ...asked)
    assert.equal((await shop.change(id, { venue })).status, 200)
    assert.match((await ask(`/events/${id}`, ...asked)).body, new RegExp(venue))
    assert.match((await ask(`/events/${id}?from=mail`, ...asked)).body, new RegExp(venue))
  }
})

test('nothing is kept of what is not there', async () => {
  for (const url of ['/events/999999', '/events/0', '/events/1x']) {
    for (let n = 0; n < 2; n += 1) assert.equal((await ask(url)).status, 404, url)
  }
})
