/**
 * Clients that hold connections open and do nothing with them, on the server that every role runs:
 * others are served meanwhile, and in the end every such connection is closed.
 */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type Socket, connect } from 'node:net'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { pino } from 'pino'
import { Registry } from 'prom-client'
import { createHttpMetrics } from '../../src/platform/http/request-telemetry.ts'
import { type HttpApp, createHttpServer, stopHttpServer } from '../../src/platform/http/server.ts'
import { startApp } from '../support/app.ts'
import { readAnswers } from '../support/raw-http.ts'

const IDLE = 500
const SLOW_BODIES = 50
const SLOW_READERS = 5
const OTHERS = 100
const TIMEOUTS = { requestMs: 5_000, silenceMs: 7_000, checkMs: 100 }
/** Far beyond the timeouts: what is still open then stays open. */
const CLOSED_MAX_MS = 30_000
/** More than the buffers of both sockets hold. */
const LARGE = Buffer.alloc(32 * 1024 * 1024, 'x')

let app: HttpApp
let port: number
before(async () => {
  app = await createHttpServer({
    logger: pino({ level: 'silent' }),
    metrics: createHttpMetrics(new Registry()),
    authenticate: () => ({ userId: 1, userType: 'guest' }),
    rateLimits: 'off',
    trustedProxies: [],
    timeouts: TIMEOUTS,
  })
  const config = { access: 'public' } as const
  app.get('/quick', { config }, () => ({ answer: 42 }))
  app.get('/large', { config }, async (_request, reply) => await reply.send(LARGE))
  app.post('/body', { config, schema: { body: { type: 'object' } } }, () => ({ answer: 42 }))
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  port = Number(new URL(url).port)
})
after(async () => {
  await stopHttpServer(app)
})

test('idle connections, slow bodies and slow readers keep nobody waiting, and are closed', async (t) => {
  const open = async () => {
    const socket = connect({ port, host: '127.0.0.1' })
    socket.on('error', () => undefined)
    await once(socket, 'connect')
    return socket
  }
  const opened = async (count: number) => await Promise.all(Array.from({ length: count }, open))

  const idle = await opened(IDLE)
  const heads = await opened(10)
  const bodies = await opened(SLOW_BODIES)
  const readers = await opened(SLOW_READERS)
  const heard = [...idle, ...heads, ...bodies].map(listen)
  for (const socket of heads) socket.write('GET /quick HTTP/1.1\r\nHost: shop\r\nX-Slow: ')
  for (const socket of bodies) {
    socket.write('POST /body HTTP/1.1\r\nHost: shop\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{') // prettier-ignore
  }
  // A byte now and then: never silent, never done.
  const drip = setInterval(() => {
    for (const socket of [...heads, ...bodies]) if (socket.writable) socket.write(' ')
  }, 100)
  t.after(() => {
    clearInterval(drip)
    for (const socket of readers) socket.destroy()
  })
  for (const socket of readers) {
    socket.pause()
    socket.write('GET /large HTTP/1.1\r\nHost: shop\r\n\r\n')
  }

  const answers = await Promise.all(
    Array.from({ length: OTHERS }, async () => await (await fetch(`http://127.0.0.1:${port}/quick`)).text()), // prettier-ignore
  )
  assert.deepEqual(new Set(answers), new Set(['{"answer":42}']))
  assert.ok(
    idle.every((socket) => !socket.destroyed),
    'they were served while the idle ones wait',
  )

  for (const received of await Promise.all(heard)) {
    const [answer, ...more] = readAnswers(received)
    assert.equal(more.length, 0)
    assert.equal(answer?.status, 408)
    assert.equal((JSON.parse(answer.body) as { code: string }).code, 'request_timeout')
    assert.equal(answer.headers['connection'], 'close')
  }
  await closedBy(performance.now() + CLOSED_MAX_MS)
})

test('a shop has these timeouts, and limits of a size', async () => {
  await using shop = await startApp()
  const { server } = shop.shop.http
  const within = (value: number, maximum: number) => value > 0 && value <= maximum
  assert.ok(within(server.requestTimeout, 30_000), `requestTimeout ${server.requestTimeout}`)
  assert.ok(within(server.headersTimeout, 30_000), `headersTimeout ${server.headersTimeout}`)
  assert.ok(within(server.timeout, 60_000), `timeout ${server.timeout}`)
  assert.ok(within(server.keepAliveTimeout, 120_000), `keepAlive ${server.keepAliveTimeout}`)
  // Not by the time between looks, which Node has as 30 seconds.
  const { connectionsCheckingInterval } = server as { connectionsCheckingInterval?: number }
  assert.ok(within(connectionsCheckingInterval ?? 0, 5_000), 'it looks often enough')
})

/** Everything that a connection receives until it is closed. */
async function listen(socket: Socket): Promise<Buffer> {
  const received: Buffer[] = []
  socket.on('data', (chunk: Buffer) => received.push(chunk))
  await once(socket, 'close')
  return Buffer.concat(received)
}

/** Until the server has no connection but those that wait for another request of `fetch`. */
async function closedBy(deadline: number): Promise<void> {
  for (;;) {
    app.server.closeIdleConnections()
    const count = await new Promise<number>((resolve, reject) => {
      app.server.getConnections((error, open) => {
        if (error === null) resolve(open)
        else reject(error)
      })
    })
    if (count === 0) return
    assert.ok(performance.now() < deadline, `${count} connections are still open`)
    await sleep(50)
  }
}
