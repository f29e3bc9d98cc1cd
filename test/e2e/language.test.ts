/** In which language the pages are, and how somebody chooses another. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { PASSWORD, signUp } from '../support/accounts.ts'
import { type EventShop, startEventShop } from '../support/event-api.ts'
import { browserTest, visit } from './browser.ts'

const HOST = 'shop.example'

let shop: EventShop
before(async () => {
  shop = await startEventShop()
})
after(async () => {
  await shop[Symbol.asyncDispose]()
})

const open = async (url: string, headers: Record<string, string> = {}) =>
  await shop.app.inject({ method: 'GET', url, headers: { host: HOST, ...headers } })

const languageOf = (html: string): string | undefined => /<html lang="(\w+)"/.exec(html)?.[1]

async function choose(language: string, next: string) {
  return await shop.app.inject({
    method: 'POST',
    url: '/language',
    payload: new URLSearchParams({ language, next }).toString(),
    headers: {
      ...{ host: HOST, origin: `http://${HOST}` },
      'content-type': 'application/x-www-form-urlencoded',
    },
  })
}

test('a page is in the language that the browser asks for, else in English', async () => {
  for (const [asked, got] of [
    ['de-AT,de;q=0.9,en;q=0.5', 'de'],
    ['en-US,en;q=0.9', 'en'],
    ['fr', 'en'],
  ] as const) {
    for (const path of ['/', '/nothing/here', '/sign-in']) {
      const { body, headers } = await open(path, { 'accept-language': asked, accept: 'text/html' })
      assert.equal(languageOf(body), got, `${path} for ${asked}`)
      if (path === '/') assert.equal(headers['vary'], 'Cookie, Accept-Language')
    }
  }
})

test('what was chosen counts for more than the browser, and leads back', async () => {
  const answer = await choose('de', '/?q=rock')
  assert.equal(answer.status, 303)
  assert.equal(answer.headers['location'], '/?q=rock')
  const cookie = String(answer.headers['set-cookie']).split(';')[0] ?? ''
  assert.equal(cookie, 'language=de')
  const { body } = await open('/', { cookie, 'accept-language': 'en' })
  assert.equal(languageOf(body), 'de')
  assert.match(body, /Demnächst/)
})

test('a language that there is not, and a way back to elsewhere, are left out', async () => {
  const answer = await choose('tlh', '//evil.example')
  assert.equal(answer.headers['location'], '/')
  assert.equal(answer.headers['set-cookie'], undefined)
  const { body } = await open('/', { cookie: 'language=tlh' })
  assert.equal(languageOf(body), 'en')
})

test('an account has its language on every machine', async () => {
  const { email } = await signUp(shop.app)
  await shop.app.db.query(`update users set language = 'de' where email = $1`, [email])
  const signedIn = await shop.app.inject({
    method: 'POST',
    url: '/sign-in',
    payload: new URLSearchParams({ email, password: PASSWORD }).toString(),
    headers: {
      ...{ host: HOST, origin: `http://${HOST}` },
      'content-type': 'application/x-www-form-urlencoded',
    },
  })
  const cookies = [signedIn.headers['set-cookie'] ?? []].flat() as string[]
  const cookie = cookies.map((each) => each.split(';')[0]).join('; ')
  const { body } = await open('/', { cookie, 'accept-language': 'en' })
  assert.equal(languageOf(body), 'de')
})

test('an event is told in German, down to dates and money', async () => {
  const { id } = await shop.create({
    event_date: '2035-06-01T18:30:00Z',
    timezone: 'Europe/Vienna',
  })
  const { body } = await open(`/events/${id}`, { 'accept-language': 'de' })
  assert.match(body, /Freitag, 1\. Juni 2035/)
  const missing = await open('/events/999999', { 'accept-language': 'de' })
  assert.match(missing.body, /Hier ist nichts/)
})

test('the books are told in German, claim by claim', async () => {
  const { id } = await shop.create()
  const proof = (await open(`/api/v1/events/${id}/proof`)).json<{ checks: { claim: string }[] }>()
  const { body } = await open(`/events/${id}/proof`, { 'accept-language': 'de' })
  assert.match(body, /Alles stimmt überein/)
  assert.ok(proof.checks.length > 5, 'there are claims')
  for (const { claim } of proof.checks) assert.ok(!body.includes(claim), claim)
})

browserTest('the language is switched at the foot of a page, without script', async () => {
  const base = await shop.app.listen()
  await using visitor = await visit(base)
  const { page } = visitor
  await page.goto('/?q=rock')
  await page.getByRole('button', { name: 'Deutsch' }).click()
  await page.getByRole('heading', { name: 'Veranstaltung finden' }).waitFor()
  assert.equal(page.url(), `${base}/?q=rock`)
  await page.getByRole('button', { name: 'English' }).click()
  await page.getByRole('heading', { name: 'Find an event' }).waitFor()
  assert.deepEqual(visitor.faults, [])
})
