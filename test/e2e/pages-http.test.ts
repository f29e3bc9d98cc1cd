/** What the pages answer to requests that no browser of good will sends. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { brotliCompressSync } from 'node:zlib'
import { ERRORS } from '../../src/kernel/errors.ts'
import { scripts } from '../../web/assets.ts'
import { type Account, PASSWORD, signUp } from '../support/accounts.ts'
import type { TestAnswer } from '../support/app.ts'
import { type EventShop, startEventShop } from '../support/event-api.ts'
import { readBooks } from '../support/sale.ts'

const HOST = 'shop.example'
const HTML_BYTES_MAX = 14 * 1024
const CSS_BYTES_MAX = 10 * 1024
const SHOP_SCRIPT_BYTES_MAX = 15 * 1024
const CHECKOUT_SCRIPT_BYTES_MAX = 30 * 1024

let shop: EventShop
before(async () => {
  shop = await startEventShop()
})
after(async () => {
  await shop[Symbol.asyncDispose]()
})

async function open(url: string, headers: Record<string, string> = {}): Promise<TestAnswer> {
  return await shop.app.inject({ method: 'GET', url, headers: { host: HOST, ...headers } })
}

async function send(
  url: string,
  fields: Record<string, string>,
  headers: Record<string, string> = { origin: `http://${HOST}` },
): Promise<TestAnswer> {
  return await shop.app.inject({
    method: 'POST',
    url,
    payload: new URLSearchParams(fields).toString(),
    headers: { host: HOST, 'content-type': 'application/x-www-form-urlencoded', ...headers },
  })
}

/** The Cookie header of somebody who signed in on the pages. */
async function sessionOf({ email }: Account): Promise<string> {
  const answer = await send('/sign-in', { email, password: PASSWORD })
  assert.equal(answer.status, 303, answer.body)
  return cookiesOf(answer)
    .map((cookie) => cookie.split(';')[0])
    .join('; ')
}

const cookiesOf = (answer: TestAnswer): string[] =>
  [answer.headers['set-cookie'] ?? []].flat() as string[]

const sameOrigin = (cookie: string) => ({ cookie, origin: `http://${HOST}` })

/** Sold or held, from the books, since what is shown may be a second old. */
const soldOf = async (eventId: number): Promise<number> =>
  (await readBooks(shop.app.db, eventId)).sold

const keyIn = (html: string): string => /name="key" value="([^"]+)"/.exec(html)?.[1] ?? ''

suite('forms from elsewhere', () => {
  test('nothing is bought for another site, nor for one that does not say who it is', async () => {
    const event = await shop.create()
    const cookie = await sessionOf(await signUp(shop.app))
    const fields = { key: 'a-key-of-another-site', quantity: '1' }
    const elsewhere: Record<string, string>[] = [
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { origin: `http://${HOST}:8080` },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      { origin: `http://${HOST}`, 'sec-fetch-site': 'cross-site' },
      {},
    ]
    for (const headers of elsewhere) {
      const answer = await send(`/events/${event.id}/buy`, fields, { cookie, ...headers })
      assert.equal(answer.status, 403, JSON.stringify(headers))
      assert.match(String(answer.headers['content-type']), /^text\/html/)
      assert.match(answer.body, /This form did not come from our own page/)
    }
    assert.equal(await soldOf(event.id), 0)
  })

  test('nobody is signed in, up or out by another site', async () => {
    const account = await signUp(shop.app)
    const headers = { origin: 'https://evil.example', cookie: await sessionOf(account) }
    const { email } = account
    for (const [url, fields] of [
      ['/sign-in', { email, password: PASSWORD }],
      ['/sign-up', { name: 'Eve', email: 'eve@shop.example', password: PASSWORD }],
      ['/sign-out', {}],
    ] as const) {
      const answer = await send(url, fields, headers)
      assert.equal(answer.status, 403, url)
      assert.deepEqual(cookiesOf(answer), [], url)
    }
    assert.equal((await open('/tickets', { cookie: headers.cookie })).status, 200)
  })
})

suite('sessions', () => {
  test('the cookie is for the server alone, and is gone after signing out', async () => {
    const account = await signUp(shop.app)
    const answer = await send('/sign-in', { email: account.email, password: PASSWORD })
    const session = cookiesOf(answer).find((each) => each.startsWith('session='))
    assert.match(session ?? '', /; Path=\/; .*HttpOnly; SameSite=Lax/)

    const cookie = await sessionOf(account)
    const out = await send('/sign-out', {}, sameOrigin(cookie))
    assert.match(cookiesOf(out).join(), /session=; .*Expires=Thu, 01 Jan 1970/)
    assert.equal((await open('/tickets', { cookie })).status, 303)
  })

  test('what is for one person is kept by no cache, what is for all may be', async () => {
    const { id } = await shop.create()
    const cookie = await sessionOf(await signUp(shop.app))
    for (const path of ['/', `/events/${id}`, '/docs/errors']) {
      assert.match(String((await open(path)).headers['cache-control']), /public, s-maxage=1/)
      const own = await open(path, { cookie })
      assert.equal(own.headers['cache-control'], 'no-store')
      assert.match(String(own.headers['vary']), /Cookie/)
    }
  })
})

test('who is signed out in the middle of something comes back to where they were', async () => {
  const { id } = await shop.create()
  const signInFrom = async (referer: string) => {
    const headers = { origin: `http://${HOST}`, referer }
    const answer = await send('/checkout/1/pay', { card: 'pm_card_visa' }, headers)
    assert.equal(answer.status, 303, answer.body)
    return answer.headers['location']
  }
  assert.equal(await signInFrom(`http://${HOST}/checkout/1?other`), '/sign-in?next=%2Fcheckout%2F1%3Fother') // prettier-ignore
  for (const strange of ['http://evil.example/checkout/1', 'checkout', '']) {
    assert.equal(await signInFrom(strange), '/sign-in', strange)
  }
  const buying = await send(`/events/${id}/buy`, { quantity: '1' })
  assert.equal(buying.headers['location'], `/sign-in?next=%2Fevents%2F${id}`)
})

suite('buying', () => {
  test('a form that is sent twice at once buys once', async () => {
    const event = await shop.create()
    const cookie = await sessionOf(await signUp(shop.app))
    const key = keyIn((await open(`/events/${event.id}`, { cookie })).body)
    const answers = await Promise.all(
      Array.from(
        { length: 5 },
        async () =>
          await send(`/events/${event.id}/buy`, { key, quantity: '2' }, sameOrigin(cookie)),
      ),
    )
    assert.deepEqual(new Set(answers.map((answer) => answer.status)), new Set([303]))
    const orders = answers.map((answer) => String(answer.headers['location']).split('?')[0])
    assert.equal(new Set(orders).size, 1)
    assert.match(orders[0] ?? '', /^\/checkout\/\d+$/)
    assert.equal(await soldOf(event.id), 2)
  })

  test('a form of another purchase is answered with a new one', async () => {
    const event = await shop.create()
    const cookie = await sessionOf(await signUp(shop.app))
    const key = keyIn((await open(`/events/${event.id}`, { cookie })).body)
    const buy = async (quantity: string) =>
      await send(`/events/${event.id}/buy`, { key, quantity }, sameOrigin(cookie))
    assert.equal((await buy('1')).status, 303)
    const answer = await buy('2')
    assert.equal(answer.status, 422)
    assert.match(answer.body, /This form was used already/)
    assert.notEqual(keyIn(answer.body), key)
    assert.equal(await soldOf(event.id), 1)
  })

  test('a form that somebody made up is explained', async () => {
    const event = await shop.create()
    const cookie = await sessionOf(await signUp(shop.app))
    const key = 'a-key-that-is-long-enough'
    for (const fields of [
      { key, quantity: '0' },
      { key, quantity: 'many' },
      { key },
      { key: '', quantity: '1' },
      { key: 'x'.repeat(300), quantity: '1' },
      { key, quantity: '9' },
      { key, quantity: '2147483648' },
      { key, quantity: '9007199254740991' },
      { key: `${key}-2`, quantity: '1', ticket_type: '999999' },
    ] as Record<string, string>[]) {
      const answer = await send(`/events/${event.id}/buy`, fields, sameOrigin(cookie))
      assert.ok([400, 409, 422].includes(answer.status), `${answer.status}`)
      assert.match(answer.body, /role="alert"/)
    }
    assert.equal(await soldOf(event.id), 0)
  })

  test('whoever is not signed in is led to sign in and back', async () => {
    const { id } = await shop.create()
    const answer = await send(`/events/${id}/buy`, { quantity: '1' })
    assert.equal(answer.status, 303)
    assert.equal(answer.headers['location'], `/sign-in?next=%2Fevents%2F${id}`)
  })

  test('somebody else’s order is nowhere', async () => {
    const event = await shop.create()
    const [alice, mallory] = [await signUp(shop.app), await signUp(shop.app)]
    const cookie = await sessionOf(alice)
    const placed = await send(
      `/events/${event.id}/buy`,
      { key: 'a-key-that-is-long-enough', quantity: '1' },
      sameOrigin(cookie),
    )
    const path = String(placed.headers['location'])
    assert.equal((await open(path, { cookie })).status, 200)
    const foreign = await open(path, { cookie: await sessionOf(mallory) })
    assert.equal(foreign.status, 404)
    assert.doesNotMatch(foreign.body, /TCK-/)
    assert.equal((await open(path)).status, 303)
  })
})

suite('the mailbox', () => {
  test('is open at this machine, and to admins', async () => {
    assert.equal((await open('/mailbox', { host: 'localhost:3000' })).status, 200)
    assert.equal((await open('/mailbox')).status, 303, 'another name for this machine')
    const proxied = { host: 'localhost:3000', 'x-forwarded-for': '203.0.113.9' }
    assert.equal((await open('/mailbox', proxied)).status, 303)
    const cookie = await sessionOf(await signUp(shop.app))
    assert.equal((await open('/mailbox', { cookie })).status, 403)
    assert.equal((await open('/mailbox/1/body', { cookie })).status, 403)
    assert.doesNotMatch((await open('/', { cookie })).body, /\/mailbox/)
  })
})

suite('what surrounds the pages', () => {
  test('every error code has its place in the list', async () => {
    const { status, body } = await open('/docs/errors')
    assert.equal(status, 200)
    for (const code of Object.keys(ERRORS)) assert.match(body, new RegExp(`id="${code}"`))
  })

  test('a page that is not there is a page', async () => {
    for (const path of ['/events/999999', '/events/abc', '/events/1e3', '/assets/none.css']) {
      const answer = await open(path)
      assert.equal(answer.status, 404, path)
      assert.match(answer.body, /^<!doctype html>.*There is nothing here/)
    }
    const nowhere = await open('/nowhere', { accept: 'text/html' })
    assert.equal(nowhere.status, 404)
    assert.equal(nowhere.headers['cache-control'], 'no-store', 'it may be there in a moment')
  })

  test('the style sheet is named after its content and kept for good', async () => {
    const href = /href="(\/assets\/[^"]+\.css)"/.exec((await open('/')).body)?.[1] ?? ''
    const answer = await open(href)
    assert.equal(answer.headers['cache-control'], 'public, max-age=31536000, immutable')
    assert.match(String(answer.headers['content-type']), /^text\/css/)
    const { length } = brotliCompressSync(answer.body)
    assert.ok(length <= CSS_BYTES_MAX, `${length} bytes of CSS`)
  })

  test('a full page is light', async () => {
    for (let number = 1; number <= 25; number += 1) {
      await shop.create({
        name: `An evening with somebody you like, number ${number}`,
        category: ['Concert', 'Theatre', 'Conference', 'Sport', 'Jazz'][number % 5] ?? null,
        city: 'Antananarivo',
      })
    }
    const { id } = await shop.create({ description: 'A long story, told twice. '.repeat(100) })
    for (const path of ['/', `/events/${id}`]) {
      const { length } = brotliCompressSync((await open(path)).body)
      assert.ok(length <= HTML_BYTES_MAX, `${path} is ${length} bytes`)
    }
  })

  test('every script is ours, named after its content, and light', async () => {
    const { id } = await shop.create()
    for (const path of ['/', `/events/${id}`, '/sign-in']) {
      const { body } = await open(path)
      const sources = [...body.matchAll(/<script type="module" src="([^"]*)"/g)].map(
        ([, source = '']) => source,
      )
      assert.ok(sources.length > 0, `${path} has a script`)
      let length = 0
      for (const source of sources) {
        const answer = await open(source, { 'accept-encoding': 'br' })
        assert.equal(answer.headers['cache-control'], 'public, max-age=31536000, immutable')
        assert.match(String(answer.headers['content-type']), /^text\/javascript/)
        length += Number(answer.headers['content-length'])
      }
      assert.ok(length > 0 && length <= SHOP_SCRIPT_BYTES_MAX, `${path}: ${length} bytes of script`)
    }
    const { length } = scripts.checkout.compressed
    assert.ok(length <= CHECKOUT_SCRIPT_BYTES_MAX, `${length} bytes of script to pay`)
  })

  test('search engines are told of every event that is ahead, and of no page that is private', async () => {
    const { id } = await shop.create()
    const answer = await open('/sitemap.xml')
    assert.match(String(answer.headers['content-type']), /^application\/xml/)
    assert.match(answer.body, new RegExp(`<loc>http://${HOST}/events/${id}</loc>`))
    const robots = (await open('/robots.txt')).body
    assert.match(robots, new RegExp(`^Sitemap: http://${HOST}/sitemap\\.xml$`, 'm'))
    assert.equal((await open('/sitemap.xml', { host: 'a<b>' })).status, 404)
  })

  test('the design shows an event in each state that its sale can have', async () => {
    const { body } = await open('/design')
    const links = [...body.matchAll(/href="(\/design\?event=[^"]+)"/g)].map(([, link = '']) => link)
    const pages = await Promise.all(links.map(async (link) => (await open(link)).body))
    for (const title of [
      ...['Sold out', 'The sale is paused', 'The sale is over', 'This event is over'],
      ...['This event is cancelled', 'Sale starts Tue 22 May 2040'],
    ]) {
      assert.ok(
        pages.some((html) => html.includes(`<h3>${title}`)),
        title,
      )
    }
  })

  test('the design shows paying, tickets and accounts in each of their states', async () => {
    const { body } = await open('/design')
    for (const [kind, titles] of Object.entries({
      checkout: ['The card was not accepted', 'Nothing was paid', 'We cannot take payments right now', 'Cards cannot be taken', 'Your bank wants to know', 'The time to pay is over'], // prettier-ignore
      order: ['is confirmed', 'Your tickets are returned', 'This event has a new date', 'Not paid yet', 'This event is cancelled'], // prettier-ignore
      tickets: ['No tickets yet', 'You hold tickets for', 'Nothing was returned'],
      account: ['You are not signed in', 'Create an account', 'Your name is changed'],
    })) {
      const links = [...body.matchAll(new RegExp(`href="(/design\\?${kind}=[^"]+)"`, 'g'))]
      const answers = await Promise.all(links.map(async ([, link = '']) => await open(link)))
      for (const { status } of answers) assert.equal(status, 200)
      for (const title of titles) {
        assert.ok(
          answers.some((answer) => answer.body.includes(title)),
          title,
        )
      }
    }
    for (const part of ['stub-qr', 'pay-card-declined', 'order-do', 'class="receipt"']) {
      assert.ok(body.includes(part), part)
    }
  })

  test('an event says what it is to whoever shares it', async () => {
    const { id } = await shop.create({
      name: 'A </script> & "B"',
      image_url: 'https://img.example/a.png',
    })
    const { body } = await open(`/events/${id}`)
    assert.match(body, new RegExp(`<link rel="canonical" href="http://${HOST}/events/${id}"`))
    assert.match(body, /<meta property="og:title" content="A &lt;\/script> &amp; &quot;B&quot;"/)
    const card = `/events/${id}/card.png`
    assert.match(body, new RegExp(`<meta property="og:image" content="http://${HOST}${card}"`))
    assert.doesNotMatch(body, /property="og:[^>]*img\.example/, 'whose picture it is nobody knows')
    const { status, headers } = await open(card)
    assert.equal(status, 200)
    assert.equal(headers['content-type'], 'image/png')
    assert.equal(headers['cache-control'], 'public, max-age=86400')
    assert.equal((await open('/events/999999/card.png')).status, 404)
    const json = /<script type="application\/ld\+json">(.*?)<\/script>/.exec(body)?.[1] ?? ''
    const event = JSON.parse(json) as { name: string; offers: { price: string }[] }
    assert.equal(event.name, 'A </script> & "B"')
    assert.equal(event.offers[0]?.price, '75.00')
  })
})
