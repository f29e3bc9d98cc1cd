/** From finding an event to the tickets in hand, in a real browser, and what may come between. */
import assert from 'node:assert/strict'
import { after, before } from 'node:test'
import { type PaidShop, eventually, startPaidShop } from '../support/paid-sale.ts'
import { makeTrouble } from '../support/payment-simulator.ts'
import { readBooks } from '../support/sale.ts'
import { browserTest, visit } from './browser.ts'
import { keyboard, pointer } from './hands.ts'
import {
  assertGoodAtTheDoor,
  assertPaidOnce,
  comeToBuy,
  heading,
  hold,
  pathOf,
} from './journey-steps.ts'

/** Where a shop is that was not told otherwise. */
const PUBLIC_URL = 'http://127.0.0.1:3000'

let shop: PaidShop
before(async () => {
  shop = await startPaidShop()
})
after(async () => {
  await shop[Symbol.asyncDispose]()
})

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
    await page.getByRole('alert').getByText('The card was not accepted').waitFor()
    assert.equal(pathOf(page), `/checkout/${orderId}`)
    assert.equal((await readBooks(shop.db, event.id)).sold, 2, 'they are held still')
    assert.equal(await page.getByRole('code').count(), 0, 'and not given away')

    await hands.mark(/4242/)
    await hands.press('Pay €150.00')
    await heading(page, `You are going to ${name}`).waitFor()
    assert.equal(pathOf(page), `/tickets/order/${orderId}`)
    await assertGoodAtTheDoor(shop, page, event.id, 2)
    await assertPaidOnce(shop, event.id, 15_000)

    await hands.follow('All my tickets')
    await page.getByRole('link', { name }).waitFor()
  })
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
      ['No', 'The card was not accepted'],
      ['Yes, pay', 'You are going to Authentic Strings'],
    ] as const) {
      await hands.mark(/3184/)
      await hands.press('Pay €75.00')
      await heading(page, 'Your bank wants to know whether it is you').waitFor()
      await hands.follow('Go to my bank')
      await hands.press(answer)
      await page.getByText(then).first().waitFor()
    }
    await assertGoodAtTheDoor(shop, page, event.id, 1)
    await assertPaidOnce(shop, event.id, 7_500)
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
    ...{ kind: 'latency_before', seconds: 4, operations: ['confirm'], count: 1 },
    order_ids: [String(orderId)],
  })
  await hands.press('Pay €75.00')
  await heading(page, 'Your bank is taking its time').first().waitFor()
  await heading(page, 'You are going to Largo').waitFor({ timeout: 60_000 })
  await assertPaidOnce(shop, event.id, 7_500)
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
  await assertPaidOnce(shop, event.id, 15_000)
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
    await page.getByText(/^0:0\d$/).waitFor()
    await heading(page, 'The time to pay is over').waitFor()
    await eventually('they are back', async () => (await readBooks(shop.db, event.id)).sold === 0)
    await hands.follow('Try again')
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
  await heading(page, 'You gave the tickets back').waitFor()
  assert.equal((await readBooks(shop.db, event.id)).sold, 0)
})
