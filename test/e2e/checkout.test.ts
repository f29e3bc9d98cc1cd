/** From a hold to the tickets: over HTTP for each state, and in a browser where something moves. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import type { Page } from 'playwright-core'
import { type Account, PASSWORD, signUp } from '../support/accounts.ts'
import type { TestAnswer } from '../support/app.ts'
import { EVENTS, type EventShop, startEventShop } from '../support/event-api.ts'
import { endTrouble, makeTrouble } from '../support/payment-simulator.ts'
import { readBooks } from '../support/sale.ts'
import { until } from '../support/until.ts'
import { browserTest, picture, visit } from './browser.ts'

const HOST = 'shop.example'
const VISA = 'pm_card_visa'

let shop: EventShop
let base: string
let made = 0
before(async () => {
  shop = await startEventShop()
  base = await shop.app.listen()
})
after(async () => {
  await shop[Symbol.asyncDispose]()
})

async function send(url: string, fields: Record<string, string>, cookie = ''): Promise<TestAnswer> {
  return await shop.app.inject({
    method: 'POST',
    url,
    payload: new URLSearchParams(fields).toString(),
    headers: {
      ...{ host: HOST, origin: `http://${HOST}`, cookie },
      'content-type': 'application/x-www-form-urlencoded',
    },
  })
}

const open = async (url: string, cookie: string) =>
  await shop.app.inject({ method: 'GET', url, headers: { host: HOST, cookie } })

async function sessionOf({ email }: Account): Promise<string> {
  const answer = await send('/sign-in', { email, password: PASSWORD })
  return ([answer.headers['set-cookie'] ?? []].flat() as string[])
    .map((cookie) => cookie.split(';')[0])
    .join('; ')
}

const locationOf = (answer: TestAnswer): string => String(answer.headers['location'])

/** Somebody with a hold of two tickets. */
async function holding(body: Parameters<EventShop['create']>[0] = {}) {
  const event = await shop.create(body)
  const account = await signUp(shop.app)
  const cookie = await sessionOf(account)
  const key = `the-key-of-checkout-${(made += 1)}`
  const answer = await send(`/events/${event.id}/buy`, { key, quantity: '2' }, cookie)
  assert.equal(answer.status, 303, answer.body)
  const path = locationOf(answer)
  return { event, account, cookie, path, orderId: Number(path.split('/').pop()) }
}

const pay = async (path: string, card: string, cookie: string) =>
  await send(`${path}/pay`, { card }, cookie)

const heldOf = async (eventId: number): Promise<number | undefined> =>
  (await shop.app.db.query<{ held: number }>('select held from event_inventory where event_id = $1', [eventId]))[0]?.held // prettier-ignore

const expire = async (orderId: number) =>
  await shop.app.db.query(
    `update orders set hold_expires_at = clock_timestamp() - interval '1 second' where id = $1`,
    [orderId],
  )

suite('checkout', () => {
  test('a hold says what it is, until when and what it costs, and every page leads to it', async () => {
    const { event, cookie, path } = await holding()
    assert.match(path, /^\/checkout\/\d+$/)
    const { status, body } = await open(path, cookie)
    assert.equal(status, 200)
    for (const words of ['2 tickets held for you', 'Until <time', 'Pay €150.00', 'test cards']) {
      assert.ok(body.includes(words), words)
    }
    for (const other of ['/', '/tickets', `/events/${event.id}`]) {
      assert.ok((await open(other, cookie)).body.includes(`href="${path}"`), other)
    }
    const german = await open(path, `${cookie}; language=de`)
    for (const words of ['2 Tickets für Sie reserviert', 'bezahlen', 'Testkarten']) {
      assert.ok(german.body.includes(words), words)
    }
    assert.equal(await heldOf(event.id), 2)
  })

  test('free tickets are had at once', async () => {
    const { event, path, cookie } = await holding({ ticket_price: 0 })
    assert.match(path, /^\/tickets\/order\/\d+$/)
    assert.match((await open(path, cookie)).body, /TCK-/)
    assert.equal((await readBooks(shop.app.db, event.id)).sold, 2)
  })

  test('a decline says why, keeps the hold, and another card pays', async () => {
    const { event, path, cookie } = await holding()
    const card = 'pm_card_chargeDeclinedInsufficientFunds'
    assert.equal(locationOf(await pay(path, card, cookie)), path)
    const { body } = await open(path, cookie)
    assert.match(body, /There is not enough money on this card/)
    assert.match(body, /your tickets are still held/)
    assert.equal(await heldOf(event.id), 2)
    const paid = locationOf(await pay(path, VISA, cookie))
    assert.match(paid, /^\/tickets\/order\/\d+\?paid$/)
    assert.equal((await open(paid, cookie)).body.match(/class="stub-qr"/g)?.length, 2)
    assert.match(locationOf(await open(path, cookie)), /^\/tickets\/order\//)
  })

  test('two tabs that pay at once pay once', async () => {
    const { event, path, cookie, orderId } = await holding()
    const answers = await Promise.all([1, 2, 3].map(async () => await pay(path, VISA, cookie)))
    assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([303]))
    await until('paid', async () => (await readBooks(shop.app.db, event.id)).sold === 2)
    const [row] = await shop.app.db.query<{ captures: number }>(
      `select count(*)::integer as captures from ledger where order_id = $1`,
      [orderId],
    )
    assert.equal(row?.captures, 1)
  })

  test('a card that nobody has is no card', async () => {
    const { path, cookie } = await holding()
    for (const card of ['', 'pm_card_of_mine']) {
      const answer = await pay(path, card, cookie)
      assert.equal(answer.status, 422)
      assert.match(answer.body, /Choose a card to pay with/)
    }
  })

  test('who pays too late is told so, and can try again', async () => {
    const { event, path, cookie, orderId } = await holding()
    await expire(orderId)
    assert.equal(locationOf(await pay(path, VISA, cookie)), path)
    const { body } = await open(path, cookie)
    assert.match(body, /The time to pay is over/)
    assert.ok(body.includes(`href="/events/${event.id}"`), 'it leads back')
    assert.doesNotMatch((await open('/', cookie)).body, /You hold tickets/)
  })

  test('a payment that came when all was over is said to go back', async () => {
    const { path, cookie, orderId } = await holding()
    await expire(orderId)
    const order = `/tickets/order/${orderId}`
    await until('over', async () =>
      /The time to pay was over/.test((await open(order, cookie)).body),
    )
    await shop.app.db.query(
      `insert into payments (order_id, event_id, user_id, amount, currency, status, attempt,
                             payment_method, check_at)
         select id, event_id, user_id, total_price, 'EUR', 'returned', 1, $2, now()
           from orders where id = $1`,
      [orderId, VISA],
    )
    const ended = (await open(path, cookie)).body
    assert.match(ended, /Your payment came too late/)
    assert.doesNotMatch(ended, /nothing was charged/)
    assert.match((await open(order, cookie)).body, /The payment came when the tickets were gone/)
  })

  test('what is given back is for sale again', async () => {
    const { event, path, cookie } = await holding()
    assert.match((await open(path, cookie)).body, /Yes, give them back/)
    assert.equal(locationOf(await send(`${path}/give-back`, {}, cookie)), path)
    assert.match((await open(path, cookie)).body, /You gave the tickets back/)
    assert.equal(await heldOf(event.id), 0)
  })

  test('an event that is cancelled meanwhile cannot be paid', async () => {
    const { event, path, cookie } = await holding()
    await shop.call({ method: 'POST', url: `${EVENTS}/${event.id}/cancel`, by: shop.organizer })
    await pay(path, VISA, cookie)
    await until('told', async () => /This event is cancelled/.test((await open(path, cookie)).body))
  })

  test('a bank that takes its time is waited for', async () => {
    const { path, cookie } = await holding()
    const simulator = shop.app.shop.paymentSimulatorUrl ?? ''
    await makeTrouble(simulator, { kind: 'latency_before', seconds: 4, operations: ['confirm'] })
    try {
      assert.equal(locationOf(await pay(path, VISA, cookie)), path)
      const waiting = (await open(path, cookie)).body
      assert.match(waiting, /Your bank is taking its time/)
      assert.match(waiting, /<noscript><meta http-equiv="refresh"/)
    } finally {
      await endTrouble(simulator)
    }
    await until('paid', async () => (await open(`${path}/return`, cookie)).status === 303)
  })

  test('who pays at their bank in the last moment is not told that nothing was charged', async () => {
    const { event, path, cookie, orderId } = await holding()
    await pay(path, 'pm_card_authenticationRequired', cookie)
    const bank = /href="([^"]+\/authenticate\/[^"]+)"/.exec((await open(path, cookie)).body)?.[1]
    assert.ok(bank, 'the bank asks')
    const simulator = shop.app.shop.paymentSimulatorUrl ?? ''
    await makeTrouble(
      simulator,
      { kind: 'webhook_lost' },
      { kind: 'error_before', operations: ['retrieve', 'cancel'] },
    )
    try {
      const body = new URLSearchParams({ result: 'complete' })
      assert.equal((await fetch(bank, { method: 'POST', body, redirect: 'manual' })).status, 303)
      await expire(orderId)
      for (const url of [path, `${path}/return`]) {
        const page = (await open(url, cookie)).body
        assert.match(page, /Do not pay again/, url)
        assert.doesNotMatch(page, /nothing was charged|data-island="hold-clock"/, url)
      }
    } finally {
      await endTrouble(simulator)
    }
    await until('paid', async () => (await open(`${path}/return`, cookie)).status === 303)
    assert.equal((await readBooks(shop.app.db, event.id)).tickets, 2)
  })

  test('somebody else’s hold is nowhere', async () => {
    const { event, path } = await holding()
    const cookie = await sessionOf(await signUp(shop.app))
    for (const url of [path, `${path}/return`]) assert.equal((await open(url, cookie)).status, 404)
    assert.equal((await pay(path, VISA, cookie)).status, 404)
    assert.equal((await send(`${path}/give-back`, {}, cookie)).status, 404)
    assert.equal(await heldOf(event.id), 2)
  })
})

async function signIn(page: Page, email: string): Promise<void> {
  await page.goto('/sign-in')
  await page.getByLabel('E-mail address').fill(email)
  await page.getByLabel('Password').fill(PASSWORD)
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
}

browserTest('declined, then asked by the bank, then paid', async () => {
  const { account, path, orderId } = await holding({ name: 'Harps' })
  await using visitor = await visit(base, { script: true })
  const { page } = visitor
  await signIn(page, account.email)
  await page.goto(path)
  await page.getByText(/^\d+:\d\d$/).waitFor()
  await picture(page, 'checkout')
  await page.getByLabel('Is declined').check()
  await page.getByRole('button', { name: /^Pay/ }).click()
  await page.getByRole('alert').getByText('The card was not accepted').waitFor()
  await picture(page, 'checkout-declined')
  await page.getByLabel('Your bank asks').check()
  await page.getByRole('button', { name: /^Pay/ }).click()
  const toBank = page.getByRole('link', { name: 'Go to my bank' })
  const bank = (await toBank.getAttribute('href')) ?? ''
  await picture(page, 'checkout-bank')
  const body = new URLSearchParams({ result: 'complete' })
  const answer = await fetch(bank, { method: 'POST', body, redirect: 'manual' })
  const back = new URL(answer.headers.get('location') ?? '')
  assert.equal(back.pathname, `/checkout/${orderId}/return`)
  await page.goto(back.pathname)
  await page.getByRole('heading', { name: 'You are going to Harps' }).waitFor()
  await picture(page, 'order')
  assert.deepEqual(visitor.faults, [])
})

browserTest(
  'the clock ends by the time of the server, whatever the clock of the browser says',
  async () => {
    const { account, path, orderId } = await holding()
    await shop.app.db.query(
      `update orders set hold_expires_at = clock_timestamp() + interval '8 seconds' where id = $1`,
      [orderId],
    )
    await using visitor = await visit(base, { script: true })
    const { page } = visitor
    await signIn(page, account.email)
    await page.addInitScript(() => {
      const now = Date.now.bind(Date)
      Date.now = () => now() - 7_200_000
    })
    await page.goto(path)
    await page.getByRole('heading', { name: 'The time to pay is over' }).waitFor()
  },
)

browserTest(
  'tickets that were opened are there without a network, and gone with the account',
  async () => {
    const { account, path, cookie } = await holding({ name: 'Deep Cellar' })
    const order = locationOf(await pay(path, VISA, cookie)).replace('?paid', '')
    await using visitor = await visit(base, { script: true })
    const { page, context } = visitor
    await signIn(page, account.email)
    await page.goto(order)
    const kept = async () =>
      await page.evaluate(async () => {
        const names = await caches.keys()
        return (await Promise.all(names.map(async (name) => (await (await caches.open(name)).keys()).length))).reduce((all, one) => all + one, 0) // prettier-ignore
      })
    // The page, two codes and the style sheet.
    await until('the tickets are kept', async () => (await kept()) >= 4)
    await context.setOffline(true)
    await page.reload()
    await page.getByText(/You are offline; as of \d\d:\d\d\./).waitFor()
    await page.getByRole('heading', { name: 'You are going to Deep Cellar' }).waitFor()
    const codes = page.getByRole('img', { name: /^QR code/ })
    await until(
      'the codes are shown',
      async () =>
    await codes.evaluateAll((all) => all.length === 2 && all.every((one) => (one as HTMLImageElement).naturalWidth > 0)), // prettier-ignore
    )
    await picture(page, 'offline')
    await context.setOffline(false)
    await page.reload()
    await page.getByText(/You are offline/).waitFor({ state: 'hidden' })
    await shop.app.db.query('alter table orders rename to orders_away')
    try {
      await page.reload()
      await page.getByText(/You are offline; as of \d\d:\d\d\./).waitFor()
      await page.getByRole('heading', { name: 'You are going to Deep Cellar' }).waitFor()
    } finally {
      await shop.app.db.query('alter table orders_away rename to orders')
    }
    await page.reload()
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.waitForURL('/')
    assert.equal(await kept(), 0)
  },
)
