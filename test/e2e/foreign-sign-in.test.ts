/** Signing in with an account elsewhere, in a browser, at a real provider. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { after, before } from 'node:test'
import type { Page } from 'playwright-core'
import { PASSWORD, signUp } from '../support/accounts.ts'
import { type TestApp, startApp } from '../support/app.ts'
import { type OpenIdProvider, startOpenIdProvider } from '../support/openid-provider.ts'
import { type Visit, browserTest, picture, visit } from './browser.ts'

const FONTS = 'https://fonts.googleapis.com'
const CLIENT = { id: 'the-shop', secret: 'a secret between the shop and the provider' }
const person = (login: string, email = `${login}@people.example`) => ({ login, email, isVerified: true, name: 'Nora Barnacle' }) // prettier-ignore

let provider: OpenIdProvider
let app: TestApp
let base: string
before(async () => {
  provider = await startOpenIdProvider()
  app = await startApp({
    env: {
      OIDC_ISSUER: provider.issuer,
      OIDC_CLIENT_ID: CLIENT.id,
      OIDC_CLIENT_SECRET: CLIENT.secret,
      OIDC_NAME: 'Example',
    },
  })
  base = await app.listen()
  const redirectUri = `${base}/sign-in/with/oidc/callback`
  const people = [person('nora'), person('jim', 'jim@people.example')]
  await provider.open([{ ...CLIENT, redirectUri }], people)
})
after(async () => {
  await app[Symbol.asyncDispose]()
  await provider[Symbol.asyncDispose]()
})

const pathOf = (page: Page): string => new URL(page.url()).pathname
const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true })
const link = (page: Page, name: string) => page.getByRole('link', { name, exact: true })

/** At the provider's own page. */
async function signInThere(page: Page, login: string): Promise<void> {
  await page.waitForURL(`${provider.issuer}/**`)
  await page.getByPlaceholder('Enter any login').fill(login)
  await page.getByPlaceholder('and password').fill('any')
  await page.getByRole('button', { name: 'Sign-in' }).click()
  await page.waitForURL(`${base}/**`)
}

/** A visitor; the page of the provider gets none of the fonts that it asks others for. */
async function visitor(options: Parameters<typeof visit>[1] = {}): Promise<Visit> {
  const visiting = await visit(base, { ...options, mayVisit: [provider.issuer, FONTS] })
  await visiting.context.route(`${FONTS}/**`, async (route) => {
    await route.abort()
  })
  return visiting
}

for (const script of [false, true]) {
  const how = script ? 'with script' : 'without script'
  browserTest(`somebody signs in with an account elsewhere and comes back, ${how}`, async () => {
    await using fan = await visitor({ script })
    const { page } = fan
    await page.goto('/tickets')
    await page.waitForURL('**/sign-in?next=%2Ftickets')
    await picture(page, 'sign-in-with-example')
    await link(page, 'Continue with Example').click()
    await signInThere(page, 'nora')
    assert.equal(pathOf(page), '/tickets')
    await page.getByRole('heading', { name: 'My tickets' }).waitFor()
  })
}

browserTest('somebody with a password is asked for it, and connected from then on', async () => {
  const account = await signUp(app)
  await app.db.query(`update users set email = 'jim@people.example' where id = $1`, [account.id])
  await using fan = await visitor()
  const { page } = fan
  await page.goto('/sign-up?next=/tickets')
  await link(page, 'Continue with Example').click()
  await signInThere(page, 'jim')
  await page.getByRole('heading', { name: 'You have an account here' }).waitFor()
  await picture(page, 'connect-with-password')

  await page.getByLabel('Password').fill('not the password')
  await button(page, 'Sign in and connect').click()
  await page.getByRole('alert').getByText('See “Password” below.').waitFor()
  await page.getByText('The password is wrong.').waitFor()
  await page.getByLabel('Password').fill(PASSWORD)
  await button(page, 'Sign in and connect').click()
  await page.waitForURL('**/tickets')

  await fan.context.clearCookies({ name: 'session' })
  await page.goto('/sign-in')
  await link(page, 'Continue with Example').click()
  await page.waitForURL(`${base}/`)
  await page.goto('/tickets')
  assert.equal(pathOf(page), '/tickets', 'known by the account elsewhere')
})

browserTest('connecting in the own account leaves by a link', async () => {
  const account = await signUp(app)
  await using fan = await visitor()
  const { page } = fan
  await page.goto('/sign-in')
  await page.getByLabel('E-mail address').fill(account.email)
  await page.getByLabel('Password').fill(PASSWORD)
  await button(page, 'Sign in').click()
  await page.waitForURL(`${base}/`)
  await page.goto('/account/connect/oidc')
  await page.getByLabel('Password').fill(PASSWORD)
  await button(page, 'Go on').click()
  await link(page, 'Go to Example').click()
  await page.waitForURL(`${provider.issuer}/**`)
})

/** Nobody listens there. */
async function deadAddress(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  return `http://127.0.0.1:${port}`
}

browserTest('a provider that is away says so in the language of the visitor', async () => {
  await using shop = await startApp({
    env: {
      OIDC_ISSUER: await deadAddress(),
      OIDC_CLIENT_ID: CLIENT.id,
      OIDC_CLIENT_SECRET: CLIENT.secret,
      OIDC_NAME: 'Beispiel',
    },
  })
  await using fan = await visit(await shop.listen(), { language: 'de' })
  await fan.page.goto('/sign-in/with/oidc')
  await fan.page.getByRole('heading', { name: 'Beispiel antwortet nicht' }).waitFor()
  await picture(fan.page, 'provider-away')
  assert.deepEqual(fan.faults, [])
})
