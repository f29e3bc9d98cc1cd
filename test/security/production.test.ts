/** What is for trying things out is not there in production. */
import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { after, before, test } from 'node:test'
import { type TestApp, startApp } from '../support/app.ts'
import { routeTable } from '../support/route-table.ts'

let production: TestApp
let development: TestApp
before(async () => {
  const { privateKey } = generateKeyPairSync('ed25519')
  const env = {
    NODE_ENV: 'production',
    PUBLIC_URL: 'https://tickets.example',
    AUTH_KEY: privateKey.export({ type: 'pkcs8', format: 'pem' }),
    SMTP_URL: 'smtp://127.0.0.1:9',
    STRIPE_SECRET_KEY: 'sk_live_of_a_test',
    STRIPE_WEBHOOK_SECRET: 'whsec_of_a_test',
    STRIPE_API_URL: 'http://127.0.0.1:9',
    RATE_LIMIT: '100000,100000',
    SAMPLE_DATA: '',
    LOG_LEVEL: 'fatal',
  } as Record<string, string>
  production = await startApp({ env })
  development = await startApp({ env: { SAMPLE_DATA: 'on' } })
})
after(async () => {
  await production[Symbol.asyncDispose]()
  await development[Symbol.asyncDispose]()
})

const FOR_TRYING_OUT = / \/(mailbox|docs(?!\/errors)|debug|test)/

test('production has every route but those for trying things out', () => {
  const inDevelopment = routeTable(development)
  const expected = inDevelopment.filter((route) => !FOR_TRYING_OUT.test(route))
  assert.ok(expected.length < inDevelopment.length, 'there are some to leave out')
  assert.deepEqual(routeTable(production).sort(), expected.sort())
})

test('nothing answers where they would be', async () => {
  for (const url of ['/mailbox', '/mailbox/1', '/docs', '/docs/', '/docs/json', '/docs/yaml', '/docs/static/index.html']) {
    const headers = { host: 'localhost' }
    assert.equal((await development.inject({ method: 'GET', url, headers })).status === 404, /\d$/.test(url), url)
    assert.equal((await production.inject({ method: 'GET', url, headers })).status, 404, url)
  }
  assert.equal((await production.inject({ method: 'GET', url: '/docs/errors' })).status, 200)
  assert.equal((await production.inject({ method: 'GET', url: '/api/v1/openapi.json' })).status, 200)
}) // prettier-ignore

test('the accounts that everybody knows are not there', async () => {
  const known = { email: 'carol@admin.com', password: 'carol-keeps-order' }
  const signIn = async (app: TestApp) =>
    await app.inject({ method: 'POST', url: '/api/v1/users/login', payload: known })
  assert.equal((await signIn(development)).status, 200)
  assert.equal((await signIn(production)).status, 401)
})
