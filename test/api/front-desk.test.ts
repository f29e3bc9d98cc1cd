/**
 * What is answered in front of the framework is answered as the framework does. A length of 0 sends
 * the same request the long way.
 */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, connect } from 'node:net'
import { type TestContext, test } from 'node:test'
import { pino } from 'pino'
import { Registry } from 'prom-client'
import { etagOf } from '../../src/platform/http/etag.ts'
import type { ReadyAnswer } from '../../src/platform/http/front-desk.ts'
import { createHttpMetrics } from '../../src/platform/http/request-telemetry.ts'
import { createHttpServer, stopHttpServer } from '../../src/platform/http/server.ts'
import { startApp } from '../support/app.ts'
import { EVENTS, ROCK_NIGHT } from '../support/event-api.ts'
import { createBuyers } from '../support/sale.ts'

const LONG_WAY = 'Content-Length: 0'
const REQUEST_ID = 'X-Request-Id: the-same-for-all'

/** The answer to a GET as it comes over the wire, but for what differs from request to request. */
async function wireText(port: number, url: string, ...headers: string[]): Promise<string> {
  const socket = connect({ port, host: '127.0.0.1' })
  const chunks: Buffer[] = []
  socket.on('data', (chunk: Buffer) => chunks.push(chunk))
  const lines = [`GET ${url} HTTP/1.1`, 'Host: shop', 'Connection: close', ...headers]
  socket.write(`${lines.join('\r\n')}\r\n\r\n`)
  await once(socket, 'close')
  return Buffer.concat(chunks)
    .toString()
    .replace(/^Date: .*$/m, 'Date: now')
    .replace(/;r=\d+;t=\d+/g, ';r=some;t=some')
}

test('events are answered at the desk as through the framework, to the byte', async () => {
  await using app = await startApp({ env: { RATE_LIMIT: '100000,100000' } })
  const port = Number(new URL(await app.listen()).port)
  const [organizer] = await createBuyers(app.db, app.dataDir, 1, 'organizer')
  const headers = { authorization: `Bearer ${organizer?.token ?? ''}` }
  for (let n = 0; n < 3; n += 1) {
    const made = await app.inject({ method: 'POST', url: EVENTS, payload: ROCK_NIGHT, headers })
    assert.equal(made.status, 201, made.body)
  }
  for (const url of [EVENTS, `${EVENTS}?limit=1`, `${EVENTS}?q=rock&limit=2`, `${EVENTS}/1`]) {
    const first = await wireText(port, url, LONG_WAY, REQUEST_ID)
    assert.match(first, /^HTTP\/1\.1 200 OK\r\nx-request-id: the-same-for-all\r\n/)
    assert.match(first, /^ratelimit: "address";r=some;t=some\r$/m)
    const etag = /^etag: (.+)\r$/m.exec(first)?.[1] ?? ''
    for (const condition of [etag, `W/${etag}`, `"other", ${etag}`, '*', '"other"', undefined]) {
      const asked = condition === undefined ? [] : [`If-None-Match: ${condition}`]
      assert.equal(
        await wireText(port, url, REQUEST_ID, ...asked),
        await wireText(port, url, REQUEST_ID, ...asked, LONG_WAY),
        `${url} if none match ${condition}`,
      )
    }
    const unnamed = await wireText(port, url, 'X-Request-Id: <no decent name>')
    assert.match(unnamed, /^x-request-id: [0-9a-f-]{36}\r$/m)
  }
  for (const url of [`${EVENTS}/999`, `${EVENTS}/01`, `${EVENTS}/1?x=1`, `${EVENTS}?limit=0`]) {
    const text = await wireText(port, url, REQUEST_ID)
    assert.match(text, /^HTTP\/1\.1 4/)
    assert.equal(text, await wireText(port, url, REQUEST_ID, LONG_WAY))
  }
})

test('a role without events does not answer for them', async () => {
  await using app = await startApp({ args: ['--role', 'web,user'] })
  const port = Number(new URL(await app.listen()).port)
  const [organizer] = await createBuyers(app.db, app.dataDir, 1, 'organizer')
  await using shop = await startApp({ databaseUrl: app.databaseUrl, dataDir: app.dataDir })
  const headers = { authorization: `Bearer ${organizer?.token ?? ''}` }
  await shop.inject({ method: 'POST', url: EVENTS, payload: ROCK_NIGHT, headers })
  assert.match(await wireText(port, '/events/1'), /^HTTP\/1\.1 200 /)
  assert.match(await wireText(port, `${EVENTS}/1`), /^HTTP\/1\.1 404 /)
})

const BROKEN = '/api/v1/broken'
const THINGS = '/api/v1/things'
const BYTES = Buffer.from('[]')
const QUOTA = 5
const ready: ReadyAnswer = {
  ...{ route: THINGS, kind: 'json', bytes: BYTES, etag: etagOf(BYTES) },
  headers: ['etag', etagOf(BYTES)],
  contentHeaders: ['content-type', 'application/json; charset=utf-8'],
}

/** A server with one thing at hand, and what it logs, measures, and sends through the framework. */
async function startServer(t: TestContext, trustedProxies: string[] = []) {
  const lines: string[] = []
  const registry = new Registry()
  const seen = { throughFramework: 0 }
  const app = await createHttpServer({
    logger: pino(
      { base: null, timestamp: false },
      { write: (line: string) => line.includes('answered') && lines.push(line) },
    ),
    metrics: createHttpMetrics(registry),
    authenticate: () => assert.fail('nobody signs in here'),
    rateLimits: {
      perAddress: { requests: QUOTA, windowSeconds: 1000 },
      perUser: { requests: 1, windowSeconds: 1000 },
    },
    trustedProxies,
    frontDesks: [
      ({ url }) => {
        if (url === BROKEN) throw new Error('a fault of ours')
        return url === THINGS ? ready : undefined
      },
    ],
  })
  app.get(THINGS, { config: { access: 'public' } }, (_request, reply) => {
    seen.throughFramework += 1
    return reply.header('Content-Type', 'application/json; charset=utf-8').send(BYTES)
  })
  await app.listen({ host: '127.0.0.1', port: 0 })
  t.after(async () => {
    await stopHttpServer(app)
  })
  const { port } = app.server.address() as AddressInfo
  const ask = async (...headers: string[]) => await wireText(port, THINGS, ...headers)
  return { ask, lines, port, registry, seen }
}

test('the desk logs and measures as the framework does, which hears nothing of it', async (t) => {
  const { ask, lines, registry, seen } = await startServer(t)
  await ask(REQUEST_ID)
  assert.equal(seen.throughFramework, 0)
  await ask(REQUEST_ID, LONG_WAY)
  assert.equal(seen.throughFramework, 1)
  const [atDesk, throughFramework] = lines.map((line) => line.replace(/"ms":[\d.]+/, '"ms":some'))
  assert.equal(
    atDesk,
    `{"level":30,"request":"the-same-for-all","method":"GET","route":"${THINGS}","status":200,"ms":some,"msg":"answered"}\n`,
  )
  assert.equal(atDesk, throughFramework)
  assert.match(
    await registry.metrics(),
    /^boxoffice_http_request_seconds_count\{method="GET",route="\/api\/v1\/things",status="200"\} 2$/m,
  )
})

test('both ways count against one limit, for each client behind a proxy that is trusted', async (t) => {
  const { ask, seen } = await startServer(t, ['127.0.0.1'])
  for (const client of ['X-Forwarded-For: 203.0.113.1', 'X-Forwarded-For: 2001:db8::1']) {
    const statuses = []
    for (let n = 0; n < QUOTA; n += 1) {
      statuses.push((await ask(client, ...(n % 2 === 0 ? [] : [LONG_WAY]))).slice(9, 12))
    }
    assert.deepEqual(statuses, Array(QUOTA).fill('200'))
    assert.match(await ask(client), /^HTTP\/1\.1 429 [^]*"code":"rate_limited"/)
  }
  assert.equal(seen.throughFramework, 2 * Math.floor(QUOTA / 2))
})

test('a client that hangs up before its request is read harms nobody', async (t) => {
  const { ask, port, seen } = await startServer(t)
  for (const headers of ['', `${LONG_WAY}\r\n`]) {
    const socket = connect({ port, host: '127.0.0.1' })
    await once(socket, 'connect')
    socket.write(`GET ${THINGS} HTTP/1.1\r\nHost: shop\r\n${headers}\r\n`)
    // At once, so that the server finds the request and no longer whom it came from.
    socket.resetAndDestroy()
    assert.match(await ask(), /^HTTP\/1\.1 200 /)
  }
  assert.equal(seen.throughFramework, 1)
})

test('a fault of the desk costs its request, and never the process', async (t) => {
  const { lines, port, seen } = await startServer(t)
  const answer = await wireText(port, BROKEN, REQUEST_ID)
  assert.match(
    answer,
    /^HTTP\/1\.1 500 [^]*X-Request-Id: the-same-for-all\r\n[^]*"code":"internal_error"/,
  )
  assert.doesNotMatch(answer, /a fault of ours/)
  assert.match(lines.join(''), /"level":50.*a fault of ours.*"request":"the-same-for-all"/)
  assert.match(await wireText(port, THINGS), /^HTTP\/1\.1 200 /)
  assert.equal(seen.throughFramework, 0)
})

test('what could be read in two ways does not come to the desk', async (t) => {
  const { ask } = await startServer(t)
  assert.match(await ask('Host: other'), /^HTTP\/1\.1 400 [^]*"field":"Host"/)
})
