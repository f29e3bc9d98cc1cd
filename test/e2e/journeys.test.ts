/** What people come for, from its beginning to its end, in a real browser. */
import assert from 'node:assert/strict'
import { after, before } from 'node:test'
import type { Page } from 'playwright-core'
import { loadSigningKeys } from '../../src/platform/signing-keys.ts'
import { type TicketTokens, createTicketTokens } from '../../src/services/ticketing/ticket-token.ts'
import { PASSWORD } from '../support/accounts.ts'
import { EVENTS } from '../support/event-api.ts'
import { openPageSession } from '../support/page-session.ts'
import { type PaidShop, assertBooksAgree, eventually, startPaidShop } from '../support/paid-sale.ts'
import { makeTrouble } from '../support/payment-simulator.ts'
import { type Buyer, readBooks } from '../support/sale.ts'
import { noScanner, scanned } from '../support/scanner.ts'
import { browserTest, visit } from './browser.ts'
import { type Hands, keyboard, pointer } from './hands.ts'

/** Where a shop is that was not told otherwise. */
const PUBLIC_URL = 'http://localhost:3000'

let shop: PaidShop
let tokens: TicketTokens
before(async () => {
  shop = await startPaidShop()
  const { dataDir } = shop.app
  tokens = createTicketTokens({ keys: await loadSigningKeys({ authKey: undefined, dataDir }) })
})
after(async () => {
  await shop[Symbol.asyncDispose]()
})

const pathOf = (page: Page): string => new URL(page.url()).pathname
const heading = (page: Page, name: string | RegExp) => page.getByRole('heading', { name })

/** Holds what a page shows to be good at the door: its codes, read from a picture of it. */
async function assertGoodAtTheDoor(page: Page, eventId: number, count: number): Promise<void> {
  const codes = await page.getByText(/^TCK-/).allTextContents()
  assert.equal(new Set(codes).size, count, 'a code for each ticket')
  if (noScanner !== false) return
  const path = `test-output/at-the-door-${eventId}.png`
  await page.screenshot({ path, fullPage: true })
  const read = (await scanned(path)).map((text) => tokens.verify(text, eventId)?.ticketCode)
  assert.deepEqual(read.sort(), codes.sort())
}

let made = 0

/** Somebody new finds the event, and is signed up and back at it. */
async function comeToBuy(page: Page, hands: Hands, search: string, event: string): Promise<void> {
  const number = (made += 1)
  await page.goto('/')
  await hands.fill('What', search)
  await hands.press('Search')
  await hands.follow(event)
  await heading(page, event).waitFor()
  await hands.follow('Sign in to buy')
  await hands.follow('Create an account')
  await hands.fill('Name', 'Nora Barnacle')
  await hands.fill('E-mail address', `nora-${number}@shop.example`)
  await hands.fill('Password', PASSWORD)
  await hands.press('Create account')
  await heading(page, event).waitFor()
}

/** Until the tickets are held and the page to pay on is there. */
async function hold(page: Page, hands: Hands, tickets: string): Promise<number> {
  await hands.choose('How many', tickets)
  await hands.press('Buy now')
  await heading(page, 'Pay for your tickets').waitFor()
  return Number(/^\/checkout\/(\d+)$/.exec(pathOf(page))?.[1])
}

for (const [how, script, handsOf] of [
  ['with a pointer', true, pointer],
  ['without script', false, pointer],
  ['by the keyboard alone', true, keyboard],
] as const) {
  browserTest(`register, find, hold, be declined, pay, and be let in: ${how}`, async () => {
    const name = `Night of the Harps ${how}`
    const event = await shop.create({ name, city: 'Dublin', max_per_user: 4 })
    await using visitor = await visit(shop.url, { script })
    const { page } = visitor
    const hands = handsOf(page)
    await comeToBuy(page, hands, `harps ${how}`, name)
    const orderId = await hold(page, hands, '2')

    await hands.mark(/0002/)
    await hands.press('Pay €150.00')
    await page.getByRole('alert').getByText('The payment was declined').waitFor()
    assert.equal(pathOf(page), `/checkout/${orderId}`)
    assert.equal((await readBooks(shop.db, event.id)).sold, 2, 'they are held still')
    assert.equal(await page.getByText(/^TCK-/).count(), 0, 'and not given away')

    await hands.mark(/4242/)
    await hands.press('Pay €150.00')
    await heading(page, `You are going to ${name}`).waitFor()
    assert.equal(pathOf(page), `/tickets/order/${orderId}`)
    await assertGoodAtTheDoor(page, event.id, 2)
    await assertPaidOnce(event.id, 15_000)

    await hands.follow('All my tickets')
    await page.getByRole('link', { name }).waitFor()
  })
}

async function assertPaidOnce(eventId: number, cents: number): Promise<void> {
  const { captured, refunded } = await assertBooksAgree(shop.db, shop.simulatorUrl, eventId)
  assert.deepEqual([captured, refunded], [cents, 0])
}

browserTest(
  'the bank asks first: its answer leads back, a no to another card, a yes to the tickets',
  async () => {
    const event = await shop.create({ name: 'Authentic Strings' })
    const mayVisit = [shop.simulatorUrl, PUBLIC_URL]
    await using visitor = await visit(shop.url, { script: true, mayVisit })
    const { page } = visitor
    // The bank leads back to where the shop says it is, which is where a test cannot be.
    await page.route(`${PUBLIC_URL}/**`, async (route) => {
      const location = route.request().url().replace(PUBLIC_URL, shop.url)
      await route.fulfill({ status: 302, headers: { location } })
    })
    const hands = pointer(page)
    await comeToBuy(page, hands, 'authentic', 'Authentic Strings')
    await hold(page, hands, '1')
    for (const [answer, then] of [
      ['No', 'The payment was declined'],
      ['Yes, pay', 'You are going to Authentic Strings'],
    ] as const) {
      await hands.mark(/3184/)
      await hands.press('Pay €75.00')
      await page.getByText('Your bank has a question').waitFor()
      await hands.follow('Go to my bank')
      await hands.press(answer)
      await page.getByText(then).first().waitFor()
    }
    await assertGoodAtTheDoor(page, event.id, 1)
    await assertPaidOnce(event.id, 7_500)
  },
)

browserTest('a slow bank: the page waits and goes on by itself, and money moves once', async () => {
  const event = await shop.create({ name: 'Largo' })
  await using visitor = await visit(shop.url, { script: true })
  const { page } = visitor
  const hands = pointer(page)
  await comeToBuy(page, hands, 'largo', 'Largo')
  const orderId = await hold(page, hands, '1')
  await makeTrouble(shop.simulatorUrl, {
    ...{ kind: 'latency_after', seconds: 20, operations: ['confirm'], count: 1 },
    order_ids: [String(orderId)],
  })
  await hands.press('Pay €75.00')
  await heading(page, 'You are going to Largo').waitFor({ timeout: 60_000 })
  await assertPaidOnce(event.id, 7_500)
})

browserTest('two tabs: what one paid, the other has; nothing is paid twice', async () => {
  const event = await shop.create({ name: 'Duet' })
  await using visitor = await visit(shop.url, { script: true })
  const { page } = visitor
  const hands = pointer(page)
  await comeToBuy(page, hands, 'duet', 'Duet')
  const orderId = await hold(page, hands, '2')
  const other = await visitor.openTab()
  await other.goto(page.url())
  await heading(other, 'Pay for your tickets').waitFor()
  await page.reload()
  await heading(page, 'Pay for your tickets').waitFor()

  await hands.press('Pay €150.00')
  await heading(page, 'You are going to Duet').waitFor()
  await pointer(other).press('Pay €150.00')
  await heading(other, 'You are going to Duet').waitFor()
  assert.equal(pathOf(other), `/tickets/order/${orderId}`)
  await assertPaidOnce(event.id, 15_000)
})

browserTest(
  'a hold ends while its page is open: the page says so, and the tickets are back',
  async () => {
    const event = await shop.create({ name: 'Brief Encounter', total_tickets: 2 })
    await shop.db.query('update events set hold_seconds = 6 where id = $1', [event.id])
    await using visitor = await visit(shop.url, { script: true })
    const { page } = visitor
    const hands = pointer(page)
    await comeToBuy(page, hands, 'brief', 'Brief Encounter')
    await hold(page, hands, '2')
    await page.getByText(/^0:0\d left to pay$/).waitFor()
    await heading(page, 'The time to pay is over').waitFor()
    await eventually('they are back', async () => (await readBooks(shop.db, event.id)).sold === 0)
    await hands.follow('Back to the event')
    await page.getByRole('button', { name: 'Buy now' }).waitFor()
  },
)

browserTest('tickets are given back on purpose, in two steps', async () => {
  const event = await shop.create({ name: 'Second Thoughts' })
  await using visitor = await visit(shop.url)
  const { page } = visitor
  const hands = pointer(page)
  await comeToBuy(page, hands, 'second', 'Second Thoughts')
  await hold(page, hands, '2')
  await page.getByText('Give the tickets back', { exact: true }).click()
  await hands.press('Yes, give them back')
  await heading(page, 'You gave these tickets back').waitFor()
  assert.equal((await readBooks(shop.db, event.id)).sold, 0)
})

browserTest('a sale starts while somebody waits on its page, who then buys', async () => {
  const event = await shop.create({ name: 'First in Line' })
  await shop.db.query(`update events set on_sale_at = now() + interval '1 hour' where id = $1`, [event.id]) // prettier-ignore
  const [fan] = await shop.buyers(1)
  assert.ok(fan, 'a fan')
  const session = await openPageSession(shop.app, fan.id)
  await using visitor = await visit(shop.url, { script: true, session })
  const { page } = visitor
  await page.goto(`/events/${event.id}`)
  await page
    .getByText(/^Starts in /)
    .first()
    .waitFor()
  assert.equal(await page.getByRole('button', { name: 'Buy now' }).count(), 0)
  let loads = 0
  page.on('load', () => (loads += 1))
  const soon = new Date(Date.now() + 4_000).toISOString()
  const answer = await shop.change(event.id, { on_sale_at: soon })
  assert.equal(answer.status, 200, answer.body)
  await page.getByRole('button', { name: 'Buy now' }).waitFor()
  assert.equal(loads, 0, 'without loading the page anew')
  await pointer(page).press('Buy now')
  await heading(page, 'Pay for your tickets').waitFor()
})

browserTest(
  'what is wrong with a new account is said beside it, and can be put right',
  async () => {
    await using visitor = await visit(shop.url)
    const { page } = visitor
    const hands = pointer(page)
    await page.goto('/sign-up')
    await hands.fill('Name', 'Zoë')
    await hands.fill('E-mail address', 'zoe@shop.example')
    await hands.fill('Password', 'password')
    await hands.press('Create account')
    await page
      .getByRole('alert')
      .getByText(/Choose another/)
      .waitFor()
    assert.equal(await page.getByLabel('E-mail address').inputValue(), 'zoe@shop.example')
    assert.equal(await page.getByLabel('Password').getAttribute('aria-invalid'), 'true')
    await hands.fill('Password', PASSWORD)
    await hands.press('Create account')
    await page.getByRole('button', { name: 'Sign out' }).waitFor()
  },
)

/** Somebody who bought already, and is signed in. */
async function buyerOf(
  eventId: number,
  quantity: number,
): Promise<{ fan: Buyer; orderId: number; session: string }> {
  const [fan] = await shop.buyers(1)
  assert.ok(fan, 'a fan')
  const { order_id } = await shop.bought(fan, eventId, quantity)
  return { fan, orderId: order_id, session: await openPageSession(shop.app, fan.id) }
}

browserTest('an event is cancelled, and its buyer sees the money come back', async () => {
  const event = await shop.create({ name: 'Fado at Dusk' })
  const { orderId, session } = await buyerOf(event.id, 2)
  await using visitor = await visit(shop.url, { session })
  const { page } = visitor
  await page.goto('/tickets')
  await page.getByRole('link', { name: 'Fado at Dusk' }).click()
  assert.equal(pathOf(page), `/tickets/order/${orderId}`)
  await heading(page, 'You are going to Fado at Dusk').waitFor()

  const answer = await shop.post(shop.organizer, `${EVENTS}/${event.id}/cancel`)
  assert.equal(answer.status, 200, answer.body)
  await eventually('the refund is seen', async () => {
    await page.reload()
    return (await page.getByText('€150.00').count()) > 1
  })
  await page.getByText('This event is cancelled').first().waitFor()
  assert.equal(await page.getByText(/^TCK-/).count(), 0, 'no ticket is shown')
  await page.goto('/tickets')
  await page.getByText('€150.00 refunded').waitFor()
})

browserTest(
  'an event is postponed, and its buyer keeps one ticket and returns the other',
  async () => {
    const event = await shop.create({ name: 'Swan Lake', timezone: 'Europe/Vienna' })
    const { orderId, session } = await buyerOf(event.id, 2)
    const answer = await shop.post(shop.organizer, `${EVENTS}/${event.id}/postpone`, { event_date: '2036-03-01T18:30:00Z' }) // prettier-ignore
    assert.equal(answer.status, 200, answer.body)

    await using visitor = await visit(shop.url, { session })
    const { page } = visitor
    await page.goto(`/tickets/order/${orderId}`)
    await page.getByText('This event has a new date').waitFor()
    await page
      .getByText(/1 March 2036/)
      .first()
      .waitFor()
    await page.getByRole('link', { name: 'Return tickets' }).click()
    await page.getByRole('checkbox').first().uncheck()
    await page.getByRole('button', { name: 'Return these tickets' }).click()
    await page.getByText('Your tickets are returned').waitFor()
    await assertGoodAtTheDoor(page, event.id, 1)
    await page.getByText('€75.00').first().waitFor()
    await page.goto('/tickets')
    await page.getByText('€75.00 refunded').waitFor()
  },
)
