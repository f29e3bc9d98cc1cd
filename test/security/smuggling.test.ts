/**
 * Requests that a proxy in front could read as one and we as two, or the other way round: each gets
 * one refusal and the end of the connection, and what is hidden in it is never answered.
 */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { type TestApp, startApp } from '../support/app.ts'
import { sendRaw } from '../support/raw-http.ts'

let app: TestApp
let port: number
before(async () => {
  app = await startApp()
  port = Number(new URL(await app.listen()).port)
})
after(async () => {
  await app[Symbol.asyncDispose]()
})

const HIDDEN = 'GET /livez HTTP/1.1\r\nHost: shop\r\n\r\n'
const BODY = '{"refresh_token":"none"}'
const SIZE = BODY.length.toString(16)

/** A request that would be answered with 401, and another behind its body. */
const request = (headers: string, body = `${SIZE}\r\n${BODY}\r\n0\r\n\r\n${HIDDEN}`) =>
  `POST /api/v1/users/refresh HTTP/1.1\r\nHost: shop\r\nContent-Type: application/json\r\n${headers}\r\n\r\n${body}`
const chunked = (body: string) => request('Transfer-Encoding: chunked', body)
const sized = (headers: string) => request(headers, `${BODY}${HIDDEN}`)
const length = BODY.length

test('the control: both requests are answered when it is clear where the first one ends', async () => {
  const last = HIDDEN.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n')
  for (const text of [
    request('Transfer-Encoding: chunked').replace(HIDDEN, last),
    sized(`Content-Length: ${length}`).replace(HIDDEN, last),
  ]) {
    const statuses = (await sendRaw(port, text)).map((answer) => answer.status)
    assert.deepEqual(statuses, [401, 200])
  }
})

const AMBIGUOUS: Record<string, string> = {
  'a length and chunks': request(`Content-Length: ${length}\r\nTransfer-Encoding: chunked`),
  'chunks and a length': request(`Transfer-Encoding: chunked\r\nContent-Length: ${length}`),
  'an unknown coding': request('Transfer-Encoding: xchunked'),
  'a space before the colon': request('Transfer-Encoding : chunked'),
  'a vertical tab before the coding': request('Transfer-Encoding: \x0bchunked'),
  'a folded coding': request('Transfer-Encoding:\r\n chunked'),
  'a coding after chunked': request('Transfer-Encoding: chunked, identity'),
  'a coding before chunked': request('Transfer-Encoding: gzip, chunked'),
  'identity before chunked': request('Transfer-Encoding: identity, chunked'),
  'chunked twice': request('Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked'),
  'an unknown coding in a line of its own': request(
    'Transfer-Encoding: x\r\nTransfer-Encoding: chunked',
  ),
  'a quoted coding': request('Transfer-Encoding: "chunked"'),
  'a coding behind a bare line feed': request('X: y\nTransfer-Encoding: chunked'),
  'a coding behind a bare carriage return': request('X: y\rTransfer-Encoding: chunked'),
  'identity and a length': sized(`Transfer-Encoding: identity\r\nContent-Length: ${length}`),
  'chunks in HTTP/1.0': request('Transfer-Encoding: chunked\r\nConnection: keep-alive').replace(
    'HTTP/1.1',
    'HTTP/1.0',
  ),
  'two lengths': sized(`Content-Length: ${length}\r\nContent-Length: ${length + 1}`),
  'the same length twice': sized(`Content-Length: ${length}\r\nContent-Length: ${length}`),
  'a list of lengths': sized(`Content-Length: ${length}, ${length}`),
  'a length with a plus': sized(`Content-Length: +${length}`),
  'a length below nothing': sized(`Content-Length: -${length}`),
  'a hexadecimal length': sized(`Content-Length: 0x${SIZE}`),
  'a length in two words': sized('Content-Length: 2 4'),
  'a length beyond all numbers': sized('Content-Length: 99999999999999999999'),
  'an empty length': sized('Content-Length:'),
  'bare line feeds': sized(`Content-Length: ${length}`).replaceAll('\r\n', '\n'),
  'a NUL in a header': sized(`X: a\0b\r\nContent-Length: ${length}`),
  'a folded header': sized(`X: a\r\n b\r\nContent-Length: ${length}`),
  'a header that begins with a space': sized(` X: y\r\nContent-Length: ${length}`),
  'two hosts': sized(`Host: other\r\nContent-Length: ${length}`),
  'chunks with bare line feeds': chunked(`${SIZE}\n${BODY}\n0\n\n${HIDDEN}`),
  'a chunk size beyond all numbers': chunked(
    `fffffffffffffffff${SIZE}\r\n${BODY}\r\n0\r\n\r\n${HIDDEN}`,
  ),
  'a chunk size with 0x': chunked(`0x${SIZE}\r\n${BODY}\r\n0\r\n\r\n${HIDDEN}`),
  'a chunk size with a space': chunked(`${SIZE} \r\n${BODY}\r\n0\r\n\r\n${HIDDEN}`),
  'an extension with a bare line feed': chunked(`${SIZE};a\n${BODY}\r\n0\r\n\r\n${HIDDEN}`),
  'a chunk that is longer than it says': chunked(`${SIZE}\r\n${BODY}XX0\r\n\r\n${HIDDEN}`),
  'another version of HTTP': sized(`Content-Length: ${length}`).replace('HTTP/1.1', 'HTTP/1.2'),
}

suite('what could be read in two ways is refused once, and the connection is closed', () => {
  for (const [what, text] of Object.entries(AMBIGUOUS)) {
    test(what, async () => {
      const answers = await sendRaw(port, text)
      assert.equal(answers.length, 1, JSON.stringify(answers))
      const [{ status, headers, body } = { status: 0, headers: {}, body: '' }] = answers
      assert.equal(status, 400, body)
      assert.equal(headers['connection'], 'close')
      assert.match(String(headers['content-type']), /^application\/problem\+json/)
    })
  }
})

test('a compressed body is refused unread, however small it is', async () => {
  const bomb = gzipSync(JSON.stringify({ refresh_token: 'x'.repeat(1_000_000) }))
  for (const encoding of ['gzip', 'GZIP', 'deflate', 'br', 'identity, gzip', 'x']) {
    const answer = await app.inject({
      method: 'POST',
      url: '/api/v1/users/refresh',
      headers: { 'content-type': 'application/json', 'content-encoding': encoding },
      payload: bomb,
    })
    assert.equal(answer.status, 415, `${encoding}: ${answer.body}`)
    assert.equal(answer.headers['accept-encoding'], 'identity')
  }
})

test('what is too large is refused by its announced length and by its chunks', async () => {
  const large = 'x'.repeat(70_000)
  const announced = request(`Content-Length: ${large.length}`, large)
  const unannounced = chunked(`${large.length.toString(16)}\r\n${large}\r\n0\r\n\r\n${HIDDEN}`)
  for (const text of [announced, unannounced]) {
    const answers = await sendRaw(port, text)
    assert.deepEqual(
      answers.map((answer) => [answer.status, answer.headers['connection']]),
      [[413, 'close']],
    )
  }
})
