/** Who a request comes from is what the connection says, unless a proxy that we were told of says more. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type TestApp, startApp } from '../support/app.ts'

const QUOTA = 3
const RATE_LIMIT = `${QUOTA},1000`

/** How many requests in a row are let through; each test uses addresses of its own. */
async function letThrough(app: TestApp, headersOf: (n: number) => Record<string, string>) {
  let passed = 0
  for (let n = 0; n < QUOTA * 3; n += 1) {
    const answer = await app.inject({ method: 'GET', url: '/robots.txt', headers: headersOf(n) })
    assert.ok([200, 429].includes(answer.status), `${answer.status}`)
    if (answer.status === 200) passed += 1
  }
  return passed
}

test('a direct caller gains nothing by saying who it is', async () => {
  await using app = await startApp({ env: { RATE_LIMIT } })
  const names = [
    'x-forwarded-for',
    'x-real-ip',
    'cf-connecting-ip',
    'true-client-ip',
    'x-client-ip',
  ]
  const forged = (n: number) => ({
    ...Object.fromEntries(names.map((name) => [name, `203.0.113.${n}`])),
    forwarded: `for=203.0.113.${n}`,
  })
  assert.equal(await letThrough(app, forged), QUOTA)
})

test('a caller that is not among the trusted proxies is no proxy', async () => {
  await using app = await startApp({ env: { RATE_LIMIT, TRUSTED_PROXIES: '10.0.0.0/8' } })
  assert.equal(await letThrough(app, (n) => ({ 'x-forwarded-for': `203.0.113.${n}` })), QUOTA)
})

test('behind a trusted proxy each client has a count of its own', async () => {
  await using app = await startApp({ env: { RATE_LIMIT, TRUSTED_PROXIES: '127.0.0.1' } })
  for (const client of ['203.0.113.1', '203.0.113.2', '2001:db8::1']) {
    assert.equal(await letThrough(app, () => ({ 'x-forwarded-for': client })), QUOTA, client)
  }
})

test('what a client wrote into the header before the proxy did counts for nothing', async () => {
  await using app = await startApp({
    env: { RATE_LIMIT, TRUSTED_PROXIES: '127.0.0.1,10.0.0.0/8' },
  })
  const forged = (n: number) => ({ 'x-forwarded-for': `198.51.100.${n}, 203.0.113.1` })
  assert.equal(await letThrough(app, forged), QUOTA)
  // Through two proxies of ours the client is the last one that is none of them.
  const twice = (n: number) => ({ 'x-forwarded-for': `198.51.100.${n}, 203.0.113.2, 10.0.0.7` })
  assert.equal(await letThrough(app, twice), QUOTA)
  // Nobody is put into the place of the address that was forged.
  assert.equal(await letThrough(app, () => ({ 'x-forwarded-for': '198.51.100.1' })), QUOTA)
})

test('host and protocol are those of the connection, or of a trusted proxy', async () => {
  const headers = {
    host: 'shop.example',
    'x-forwarded-host': 'evil.example',
    'x-forwarded-proto': 'https',
    'x-forwarded-for': '203.0.113.1',
  }
  const originShown = async (app: TestApp) => {
    const [{ id } = { id: 0 }] = await app.db.query<{ id: number }>('select min(id) as id from events') // prettier-ignore
    const { body } = await app.inject({ method: 'GET', url: `/events/${id}`, headers })
    return /<link rel="canonical" href="(https?:\/\/[^/]+)/.exec(body)?.[1]
  }
  const env = { SAMPLE_DATA: 'on' }
  await using direct = await startApp({ env })
  assert.equal(await originShown(direct), 'http://shop.example')
  await using proxied = await startApp({ env: { ...env, TRUSTED_PROXIES: '127.0.0.1' } })
  assert.equal(await originShown(proxied), 'https://evil.example', 'a proxy is believed')
})

test('where the shop says what it is called, no request says otherwise', async () => {
  const env = {
    SAMPLE_DATA: 'on',
    PUBLIC_URL: 'https://tickets.example',
    TRUSTED_PROXIES: '127.0.0.1',
  }
  await using app = await startApp({ env })
  const [{ id } = { id: 0 }] = await app.db.query<{ id: number }>(
    'select min(id) as id from events',
  )
  for (const headers of [
    { host: 'evil.example' },
    { host: 'shop.example', 'x-forwarded-host': 'evil.example' },
  ]) {
    for (const url of ['/', `/events/${id}`, '/sitemap.xml', '/robots.txt']) {
      const { status, body } = await app.inject({ method: 'GET', url, headers })
      assert.equal(status, 200, url)
      assert.match(body, /https:\/\/tickets\.example\//, url)
      assert.doesNotMatch(body, /evil/, url)
    }
  }
})

test('a form of another site is no form of ours by naming our host in a forwarded header', async () => {
  await using app = await startApp()
  const answer = await app.inject({
    method: 'POST',
    url: '/sign-out',
    headers: {
      ...{ host: 'shop.example', 'x-forwarded-host': 'evil.example' },
      ...{ origin: 'https://evil.example', 'content-type': 'application/x-www-form-urlencoded' },
    },
    payload: '',
  })
  assert.equal(answer.status, 403)
})
