/** What every address has in common; over a real socket where the bytes are what matters. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { ERRORS } from '../../src/kernel/errors.ts'
import { type TestApp, startApp } from '../support/app.ts'
import { type RawAnswer, sendRaw } from '../support/raw-http.ts'
import { type Buyer, createBuyers, createSale } from '../support/sale.ts'

let app: TestApp
let port: number
let dataDir: string
let eventId: number
before(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'box-office-http-'))
  app = await startApp({ dataDir })
  port = Number(new URL(await app.listen()).port)
  eventId = (await createSale(app.db, { capacity: 100 })).eventId
})
after(async () => {
  await app[Symbol.asyncDispose]()
  await rm(dataDir, { recursive: true, force: true })
})

interface ProblemJson {
  code: string
  field?: string
  request_id: string
}

function assertProblem(
  answer: RawAnswer | undefined,
  expected: { code: keyof typeof ERRORS; field?: string },
): void {
  assert.ok(answer, 'there is an answer')
  const hint = JSON.stringify(answer)
  assert.equal(answer.status, ERRORS[expected.code].status, hint)
  assert.match(String(answer.headers['content-type']), /^application\/problem\+json/, hint)
  assert.equal(answer.headers['x-content-type-options'], 'nosniff', hint)
  const problem = JSON.parse(answer.body) as ProblemJson
  assert.equal(problem.code, expected.code, hint)
  assert.equal(problem.field, expected.field, hint)
  assert.equal(answer.headers['x-request-id'], problem.request_id, hint)
  assert.doesNotMatch(answer.body, /FST_|HPE_|\bat .*:\d+:\d+/)
}

async function get(url: string, headers: Record<string, string> = {}): Promise<RawAnswer> {
  const answer = await app.inject({ method: 'GET', url, headers })
  return { ...answer, headers: answer.headers as Record<string, string> }
}

async function buyer(): Promise<Buyer> {
  const [one] = await createBuyers(app.db, dataDir, 1)
  assert.ok(one, 'one')
  return one
}

test('an address that cannot be decoded is answered as any other', async () => {
  assertProblem(await get('/%zz'), { code: 'not_found' })
  assertProblem(await get('/api/v1/nothing/%'), { code: 'not_found' })
  assertProblem(await get('/api/v1/events/%zz'), { code: 'invalid_request', field: 'id' })
  const [raw] = await sendRaw(
    port,
    'GET /%zz?q=%zz HTTP/1.1\r\nHost: shop\r\nConnection: close\r\n\r\n',
  )
  assertProblem(raw, { code: 'not_found' })
})

test('a browser gets the page for it, with the headers of a page', async () => {
  const page = await get('/%zz', { accept: 'text/html' })
  assert.equal(page.status, 404)
  assert.match(String(page.headers['content-type']), /^text\/html/)
  assert.ok(page.headers['content-security-policy'], 'it has a Content-Security-Policy')
  assert.ok(page.headers['x-request-id'], 'it has an X-Request-Id')
})

test('a part of an address may be long', async () => {
  const long = '7'.repeat(10_000)
  assertProblem(await get(`/api/v1/events/${long}`), { code: 'invalid_request', field: 'id' })
  assert.equal((await get(`/events/${long}`, { accept: 'text/html' })).status, 404)
})

const HEAD = 'GET /livez HTTP/1.1\r\nHost: shop\r\n'
for (const [what, text, expected] of [
  ['an unknown method', 'BREW / HTTP/1.1\r\nHost: shop\r\n\r\n', { code: 'invalid_request' }],
  ['what is no HTTP', 'hello there\r\n\r\n', { code: 'invalid_request' }],
  [
    'a length beside chunks',
    'POST /api/v1/orders HTTP/1.1\r\nHost: shop\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    { code: 'invalid_request' },
  ],
  [
    'a broken chunk',
    'POST /api/v1/users/login HTTP/1.1\r\nHost: shop\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n',
    { code: 'invalid_request' },
  ],
  ['a long header', `${HEAD}X-Long: ${'x'.repeat(20_000)}\r\n\r\n`, { code: 'headers_too_large' }],
  ['a missing Host', 'GET /livez HTTP/1.1\r\n\r\n', { code: 'invalid_request', field: 'Host' }],
  [
    'an expectation',
    `${HEAD}Expect: miracles\r\n\r\n`,
    { code: 'invalid_request', field: 'Expect' },
  ],
  ['a tunnel', 'CONNECT shop:443 HTTP/1.1\r\nHost: shop\r\n\r\n', { code: 'invalid_request' }],
] as const) {
  test(`${what} is refused with a problem document, and the connection closed`, async () => {
    const answers = await sendRaw(port, text)
    assert.equal(answers.length, 1, JSON.stringify(answers))
    assertProblem(answers[0], expected)
    assert.equal(answers[0]?.headers['connection'], 'close')
  })
}

test('what comes before a broken request on the same connection is answered first', async () => {
  const [first, second, ...rest] = await sendRaw(
    port,
    `GET /api/v1/events HTTP/1.1\r\nHost: shop\r\n\r\n${HEAD}\r\nnonsense\r\n\r\n`,
  )
  assert.equal(first?.status, 200)
  assert.equal(second?.status, 200)
  assertProblem(rest[0], { code: 'invalid_request' })
  assert.equal(rest.length, 1)
})

test('a connection that breaks at a refusal does no harm', async () => {
  for (const text of ['CONNECT shop:443 HTTP/1.1\r\nHost: shop\r\n\r\n', 'nonsense\r\n\r\n']) {
    const socket = connect({ port, host: '127.0.0.1' })
    await once(socket, 'connect')
    socket.write(text, () => socket.resetAndDestroy())
    await once(socket, 'close')
  }
  assert.equal((await sendRaw(port, 'GET /livez HTTP/1.0\r\n\r\n'))[0]?.status, 200)
})

test('HTTP/1.0 needs no Host, and 100-continue is met', async () => {
  assert.equal((await sendRaw(port, 'GET /livez HTTP/1.0\r\n\r\n'))[0]?.status, 200)
  const [first] = await sendRaw(port, `${HEAD}Expect: 100-continue\r\nConnection: close\r\n\r\n`)
  assert.ok(first?.status === 100 || first?.status === 200, JSON.stringify(first))
})

test('two Idempotency-Keys are refused, one with a comma is taken', async () => {
  const { token } = await buyer()
  const body = JSON.stringify({ event_id: eventId, quantity: 1 })
  const order = async (keys: string[]) =>
    await sendRaw(
      port,
      [
        'POST /api/v1/orders HTTP/1.1',
        ...['Host: shop', 'Connection: close', 'Content-Type: application/json'],
        ...[`Authorization: Bearer ${token}`, `Content-Length: ${body.length}`],
        ...keys.map((key) => `Idempotency-Key: ${key}`),
        ...['', body],
      ].join('\r\n'),
    )
  assertProblem((await order(['d1', 'd2']))[0], {
    code: 'invalid_request',
    field: 'Idempotency-Key',
  })
  assert.equal((await order(['d1, d2']))[0]?.status, 201)
})

test('the scheme of a token may be written in any case', async () => {
  const { token } = await buyer()
  for (const scheme of ['Bearer', 'bearer', 'BEARER', 'Bearer ']) {
    const answer = await get('/api/v1/orders', { authorization: `${scheme} ${token}` })
    assert.equal(answer.status, 200, scheme)
  }
  for (const authorization of ['Basic dTpw', 'Bearer', `Bearer${token}`, token]) {
    assertProblem(await get('/api/v1/orders', { authorization }), { code: 'unauthenticated' })
  }
})

test('a body that is not said to be JSON is refused as such', async () => {
  const { token } = await buyer()
  const post = async (contentType: string) => {
    const answer = await app.inject({
      method: 'POST',
      url: '/api/v1/orders',
      headers: { authorization: `Bearer ${token}`, 'content-type': contentType },
      payload: JSON.stringify({ event_id: eventId, quantity: 1 }),
    })
    return { ...answer, headers: answer.headers as Record<string, string> }
  }
  for (const contentType of [
    ...['text/plain', 'text/plain; charset=utf-8', 'application/xml', 'nonsense', ''],
    ...['application/x-www-form-urlencoded', 'multipart/form-data; boundary=x'],
  ]) {
    assertProblem(await post(contentType), { code: 'unsupported_media_type' })
  }
  assert.equal((await post('application/json; charset=utf-8')).status, 201)
})

test('numbers in addresses are plain decimals', async () => {
  assert.equal((await get(`/api/v1/events/${eventId}`)).status, 200)
  for (const id of ['0x1', '1e0', '%201', '1%20', '+1', '1.0', '01', '%31%00', '1_0', '']) {
    const { status, body } = await get(`/api/v1/events/${id === '' ? '%20' : id}`)
    assert.equal(status, 400, `${id}: ${body}`)
  }
  for (const [field, value] of [
    ['limit', '0x5'],
    ['limit', '5.0'],
    ['limit', '1e1'],
    ['limit', '%205'],
    ['limit', ''],
    ['organizer', '0b1'],
    ['min_price', '0x10'],
    ['min_price', '1e3'],
    ['max_price', '.5'],
    ['max_price', 'Infinity'],
    ['available', '1'],
  ] as const) {
    const answer = await get(`/api/v1/events?${field}=${value}`)
    assertProblem(answer, { code: 'invalid_request', field })
  }
  for (const query of ['limit=5', 'min_price=12.50', 'max_price=0', 'available=true']) {
    assert.equal((await get(`/api/v1/events?${query}`)).status, 200, query)
  }
})
