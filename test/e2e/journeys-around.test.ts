/** What happens to events and to their buyers outside of a purchase, in a real browser. */
import assert from 'node:assert/strict'
import { after, before } from 'node:test'
import { PASSWORD } from '../support/accounts.ts'
import { EVENTS } from '../support/event-api.ts'
import { openPageSession } from '../support/page-session.ts'
import { type PaidShop, eventually, startPaidShop } from '../support/paid-sale.ts'
import { browserTest, visit } from './browser.ts'
import { pointer } from './hands.ts'
import { assertGoodAtTheDoor, heading, pathOf } from './journey-steps.ts'

let shop: PaidShop
before(async () => {
  shop = await startPaidShop()
})
after(async () => {
  await shop[Symbol.asyncDispose]()
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
    await page.getByRole('alert').getByText('See “Password” below.').waitFor()
    await page.getByText(/Choose another/).waitFor()
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
): Promise<{ orderId: number; session: string }> {
  const [fan] = await shop.buyers(1)
  assert.ok(fan, 'a fan')
  const { order_id } = await shop.bought(fan, eventId, quantity)
  return { orderId: order_id, session: await openPageSession(shop.app, fan.id) }
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
  assert.equal(await page.getByRole('code').count(), 0, 'no ticket is shown')
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
    await assertGoodAtTheDoor(shop, page, event.id, 1)
    await page.getByText('€75.00').first().waitFor()
    await page.goto('/tickets')
    await page.getByText('€75.00 refunded').waitFor()
  },
)
