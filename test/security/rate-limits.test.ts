/** Limits are told truthfully: whoever keeps to what the headers say is never refused, whoever does not is. */
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { pino } from 'pino'
import { Registry } from 'prom-client'
import { createHttpMetrics } from '../../src/platform/http/request-telemetry.ts'
import { type HttpApp, createHttpServer, stopHttpServer } from '../../src/platform/http/server.ts'

const PER_ADDRESS = { requests: 8, windowSeconds: 1 }
const PER_USER = { requests: 5, windowSeconds: 2 }

/** Users are named by their tokens: `7` is user 7. */
async function startServer(t: TestContext, perUser = PER_USER): Promise<HttpApp> {
  const app = await createHttpServer({
    logger: pino({ level: 'silent' }),
    metrics: createHttpMetrics(new Registry()),
    authenticate: (token) => ({ userId: Number(token), userType: 'guest' }),
    rateLimits: { perAddress: PER_ADDRESS, perUser },
    trustedProxies: ['127.0.0.1'],
  })
  app.get('/for-all', { config: { access: 'public' } }, () => ({ answer: 42 }))
  app.get('/for-users', { config: { access: 'user' } }, () => ({ answer: 42 }))
  app.get('/livez', { config: { access: 'public' } }, () => ({ answer: 42 }))
  await app.ready()
  t.after(async () => {
    await stopHttpServer(app)
  })
  return app
}

async function ask(app: HttpApp, caller: { address: string; user?: number }, url = '/for-all') {
  const {
    statusCode: status,
    headers,
    body,
  } = await app.inject({
    method: 'GET',
    url: caller.user === undefined ? url : '/for-users',
    headers: {
      'x-forwarded-for': caller.address,
      ...(caller.user === undefined ? {} : { authorization: `Bearer ${caller.user}` }),
    },
  })
  return { status, body, limits: limitsOf(String(headers['ratelimit'] ?? '')), headers }
}

/** `"address";r=7;t=1, "user";r=4;t=2` */
const limitsOf = (header: string) =>
  [...header.matchAll(/"(\w+)";r=(\d+);t=(\d+)/g)].map(([, name, remaining, seconds]) => ({
    name,
    remaining: Number(remaining),
    seconds: Number(seconds),
  }))

test('whoever waits when nothing remains is never refused, over several windows', async (t) => {
  const app = await startServer(t)
  for (let asked = 0; asked < 12; asked += 1) {
    const { status, limits } = await ask(app, { address: '203.0.113.1', user: 1 })
    assert.equal(status, 200, `request ${asked}`)
    assert.deepEqual(
      limits.map((limit) => limit.name),
      ['address', 'user'],
    )
    const used = limits.filter((limit) => limit.remaining === 0)
    if (used.length > 0) await sleep(Math.max(...used.map((limit) => limit.seconds)) * 1000)
  }
})

test('the first request beyond is refused, and after Retry-After the next one is not', async (t) => {
  const app = await startServer(t)
  const caller = { address: '203.0.113.2' }
  const remaining: number[] = []
  for (let asked = 0; asked < PER_ADDRESS.requests; asked += 1) {
    const { status, limits, headers } = await ask(app, caller)
    assert.equal(status, 200)
    assert.equal(headers['ratelimit-policy'], '"address";q=8;w=1')
    remaining.push(limits[0]?.remaining ?? -1)
  }
  assert.deepEqual(remaining, [7, 6, 5, 4, 3, 2, 1, 0])
  const refused = await ask(app, caller)
  assert.equal(refused.status, 429)
  assert.equal((JSON.parse(refused.body) as { code: string }).code, 'rate_limited')
  const seconds = Number(refused.headers['retry-after'])
  assert.ok(seconds >= 1 && seconds <= PER_ADDRESS.windowSeconds, `Retry-After: ${seconds}`)
  await sleep(seconds * 1000)
  assert.equal((await ask(app, caller)).status, 200)
})

test('a user is counted over all addresses, and an address over all users', async (t) => {
  const app = await startServer(t)
  const asAlice = []
  for (let n = 0; n <= PER_USER.requests; n += 1) {
    asAlice.push((await ask(app, { address: `203.0.113.${10 + n}`, user: 1 })).status)
  }
  assert.deepEqual(asAlice, [200, 200, 200, 200, 200, 429])
  const fromOne = []
  for (let n = 0; n <= PER_ADDRESS.requests; n += 1) {
    fromOne.push((await ask(app, { address: '203.0.113.99', user: 10 + n })).status)
  }
  assert.equal(fromOne.filter((status) => status === 429).length, 1)
  assert.equal(fromOne.at(-1), 429)
})

test('machines that look after the shop are not counted', async (t) => {
  const app = await startServer(t)
  for (let n = 0; n < PER_ADDRESS.requests * 2; n += 1) {
    const { status, limits } = await ask(app, { address: '203.0.113.3' }, '/livez')
    assert.equal(status, 200)
    assert.deepEqual(limits, [])
  }
})

test('each process counts for itself, as is said under the known limits', async (t) => {
  const caller = { address: '203.0.113.4' }
  let passed = 0
  for (const app of [await startServer(t), await startServer(t)]) {
    for (let n = 0; n < PER_ADDRESS.requests + 2; n += 1) {
      if ((await ask(app, caller)).status === 200) passed += 1
    }
  }
  assert.equal(passed, 2 * PER_ADDRESS.requests)
})
