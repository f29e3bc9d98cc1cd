/** Buying and having tickets on a small screen: what matters is in view, whole, and said once. */
import assert from 'node:assert/strict'
import { after, before } from 'node:test'
import type { Page } from 'playwright-core'
import { browserTest, visit } from './browser.ts'
import { DESKTOP, PHONE } from './page-shape.ts'
import { type Stage, setStage } from './stage.ts'

const SMALL_PHONE = { width: 320, height: 640 }
const ON_ITS_SIDE = { width: 844, height: 390 }
/** What a thumb hits. */
const TAP = 44
/** More stops than the page to pay on has. */
const STOPS = 30

let stage: Stage
before(async () => {
  stage = await setStage()
})
after(async () => {
  await stage[Symbol.asyncDispose]()
})

/** The fan, without script. */
const visitFan = async () => await visit(stage.shop.url, { session: stage.sessions.fan })

const payButton = (page: Page) => page.getByRole('button', { name: /^Pay €/ })

async function isInView(page: Page): Promise<boolean> {
  const box = await payButton(page).boundingBox()
  const { height = 0 } = page.viewportSize() ?? {}
  return box !== null && box.y >= 0 && box.y + box.height <= height
}

browserTest(
  'price and payment stay in view on a phone, and cover nothing that has the focus',
  async () => {
    await using visitor = await visitFan()
    const { page } = visitor
    for (const size of [PHONE, SMALL_PHONE]) {
      await page.setViewportSize(size)
      for (const order of [stage.orders.declined, stage.orders.held]) {
        await page.goto(`/checkout/${order}`)
        assert.ok(await isInView(page), `order ${order} at ${size.width}`)
      }
      const giveBack = await page.getByText('Give the tickets back', { exact: true }).boundingBox()
      assert.ok(giveBack !== null && giveBack.height >= TAP, 'what gives back can be tapped')
      await page.getByLabel(/4242/).focus()
      for (let stop = 0; stop < STOPS; stop += 1) {
        assert.equal(await page.evaluate(isCovered), false, `stop ${stop} at ${size.width}`)
        // Arrows lead through the cards, Tab from there on.
        await page.keyboard.press(stop < 7 ? 'ArrowDown' : 'Tab')
      }
    }
    await page.setViewportSize(ON_ITS_SIDE)
    await page.goto(`/checkout/${stage.orders.held}`)
    assert.equal(
      await isInView(page),
      false,
      'where it would take the room of the rest it does not',
    )
  },
)

/** Runs in the page: whether the bar lies over what has the focus. */
function isCovered(): boolean {
  const focused = document.activeElement
  const bar = document.querySelector('.pay-bar')
  if (focused === null || focused === document.body) return false
  if (bar === null || bar.contains(focused)) return false
  const { top, bottom } = (focused.closest('label') ?? focused).getBoundingClientRect()
  const over = bar.getBoundingClientRect()
  return bottom > over.top && top < over.bottom
}

browserTest('a card that was declined says so itself, and another one is marked', async () => {
  await using visitor = await visitFan()
  const { page } = visitor
  await page.goto(`/checkout/${stage.orders.declined}`)
  const declined = page.getByLabel(/0002.*Was declined/)
  assert.equal(await declined.isChecked(), false)
  assert.ok(await page.getByLabel(/4242/).isChecked(), 'the first of the others')
  assert.equal(await page.getByText('Was declined', { exact: true }).count(), 1)
  await page.goto(`/checkout/${stage.orders.held}`)
  assert.equal(
    await page.getByText('Was declined', { exact: true }).count(),
    0,
    'nothing was tried',
  )
})

browserTest(
  'what is held and what it costs stands beside the clock, in view with the cards',
  async () => {
    await using visitor = await visitFan()
    const { page } = visitor
    await page.goto(`/checkout/${stage.orders.held}`)
    const held = page.getByRole('region', { name: 'Night of the Harps' })
    await held.getByText('2 tickets held for you').waitFor()
    await held.getByText('Standing · €38.50 each · all fees included').waitFor()
    await held.getByText('€77.00', { exact: true }).waitFor()
    const firstCard = await page.getByText('Visa').first().boundingBox()
    assert.ok(
      firstCard !== null && firstCard.y < PHONE.height - 150,
      `a card at ${firstCard?.y ?? 0}`,
    )
  },
)

browserTest('at the door the code comes first: large, on white, and whole', async () => {
  await using visitor = await visitFan()
  const { page } = visitor
  await page.goto(`/tickets/order/${stage.orders.paid}`)
  for (const size of [PHONE, SMALL_PHONE, DESKTOP]) {
    await page.setViewportSize(size)
    const codes = await page.getByRole('img', { name: /^QR code of ticket/ }).all()
    assert.equal(codes.length, 2)
    for (const code of codes) {
      const { width, height, ground, isFirst } = await code.evaluate((image) => {
        const style = getComputedStyle(image)
        const { left, bottom } = image.getBoundingClientRect()
        const beside = image.nextElementSibling?.getBoundingClientRect()
        return {
          width: image.clientWidth - parseFloat(style.paddingLeft) * 2,
          height: image.clientHeight - parseFloat(style.paddingTop) * 2,
          ground: style.backgroundColor,
          isFirst: beside !== undefined && (beside.top >= bottom || beside.left > left),
        }
      })
      assert.ok(width >= 240 && height === width, `${width} by ${height} at ${size.width}`)
      assert.equal(ground, 'rgb(255, 255, 255)')
      assert.ok(isFirst, 'words come after it')
    }
  }
  assert.equal(await page.locator('main .poster').count(), 1, 'one picture of the event')
  await page.getByText('Ticket 2 of 2 · Standing · €38.50').waitFor()
})

browserTest('a ticket code breaks between its groups alone, and is one text to copy', async () => {
  await using visitor = await visitFan()
  const { page } = visitor
  await page.setViewportSize(SMALL_PHONE)
  await page.goto(`/tickets/order/${stage.orders.paid}`)
  const code = page.getByRole('code').first()
  const text = (await code.textContent()) ?? ''
  assert.match(text, /^TCK-[0-9A-Z]{35}$/)
  const lines = await code.evaluate((element) =>
    [...element.children].map((group) => group.getClientRects().length),
  )
  assert.ok(lines.length > 8, 'in groups')
  assert.ok(lines.every((count) => count <= 1), 'no group is broken') // prettier-ignore
  await code.click()
  assert.equal(await page.evaluate(() => getSelection()?.toString()), text)
})

browserTest('my tickets say one thing about each order, and lead to what can be done', async () => {
  await using visitor = await visitFan()
  const { page } = visitor
  await page.goto('/tickets')
  // Two to a concert, one to a rehearsal, and three that have a new date.
  await page.getByRole('heading', { name: 'Coming up · 6 tickets' }).waitFor()
  await page.getByText('Past and cancelled').click()
  const tags = await page
    .getByRole('listitem')
    .evaluateAll((orders) => orders.map((order) => order.querySelectorAll('.tag').length))
  assert.ok(tags.length > 8 && tags.every((count) => count <= 1), String(tags))
  await page.getByText('Event cancelled · €150.00 refunded').waitFor()
  await page.getByText('1 of 2 tickets · €150.00 · €75.00 refunded').waitFor()

  await page.setViewportSize(DESKTOP)
  for (const name of ['Pay now', 'Show 2 tickets']) {
    const { x = 0 } = (await page.getByRole('link', { name }).first().boundingBox()) ?? {}
    assert.ok(x > DESKTOP.width / 2, `${name} at ${x}`)
  }
  await page.getByRole('link', { name: 'Show 2 tickets' }).first().click()
  await page.getByRole('heading', { name: /^You are going to/ }).waitFor()
})

browserTest('tickets to return are told apart by more than their codes', async () => {
  await using visitor = await visitFan()
  const { page } = visitor
  await page.goto(`/tickets/order/${stage.orders.postponed}/return`)
  for (const name of [/^Ticket 1 of 2 · €75\.00/, /^Ticket 2 of 2 · €75\.00/]) {
    await page.getByRole('checkbox', { name }).uncheck()
  }
  await page.getByRole('button', { name: 'Return these tickets' }).click()
  await page.getByRole('link', { name: 'See “Which tickets?” below.' }).click()
  const group = page.getByRole('group', { name: 'Which tickets?' })
  assert.ok(await group.evaluate((element) => element === document.activeElement), 'it leads there') // prettier-ignore
  await group.getByText('Choose the tickets that you want to return.').waitFor()
})
