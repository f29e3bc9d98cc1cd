/** What moves on an event's page while it is open. */
import assert from 'node:assert/strict'
import { after, before } from 'node:test'
import type { Page } from 'playwright-core'
import type { Event } from '../../src/contracts/event.ts'
import { PASSWORD, signUp } from '../support/accounts.ts'
import { type EventShop, startEventShop } from '../support/event-api.ts'
import { until } from '../support/until.ts'
import { browserTest, visit } from './browser.ts'

let shop: EventShop
let base: string
before(async () => {
  shop = await startEventShop()
  base = await shop.app.listen()
})
after(async () => {
  await shop[Symbol.asyncDispose]()
})

/** How long a page may take to hear of something and fetch what follows from it. */
const HEARD = { timeout: 60_000 }

const heading = (page: Page, name: string) => page.getByRole('heading', { name })
const shownStock = (page: Page) => page.locator('#buy [data-live="shown"]').last()
const spokenStock = (page: Page) => page.locator('#buy .live-stock [role="status"]')

/** Everything that the line on the stock has said since, however often the same. */
async function toldStock(page: Page): Promise<() => Promise<string[]>> {
  const told = await page.evaluateHandle(() => {
    const texts: string[] = []
    const line = document.querySelector('#buy .live-stock [data-live="shown"]')
    if (line === null) throw new Error('there is no such line')
    new MutationObserver(() => texts.push(line.textContent)).observe(line, { childList: true })
    return texts
  })
  return async () => await told.jsonValue()
}

/** Told by the page itself, so that a page that was loaded anew does not know it. */
const mark = async (page: Page) => await page.evaluate(() => Object.assign(globalThis, { isMarked: true })) // prettier-ignore
const isMarked = async (page: Page) => await page.evaluate(() => 'isMarked' in globalThis)

async function buy(event: Event, quantity: number, isHold = false): Promise<number> {
  const hold = isHold ? { hold: true } : {}
  const answer = await shop.buy({ event_id: event.id, quantity, ...hold })
  assert.equal(answer.status, 201, answer.body)
  return answer.json<{ order_id: number }>().order_id
}

async function act(event: Event, action: string): Promise<void> {
  const url = `/api/v1/events/${event.id}/${action}`
  const answer = await shop.call({ method: 'POST', url, by: shop.organizer, body: {} })
  assert.equal(answer.status, 200, answer.body)
}

async function signIn(page: Page): Promise<void> {
  const { email } = await signUp(shop.app)
  await page.goto('/sign-in')
  await page.getByLabel('E-mail address').fill(email)
  await page.getByLabel('Password').fill(PASSWORD)
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
  await page.getByRole('button', { name: 'Sign out' }).waitFor()
}

async function openStreams(): Promise<number> {
  const { body } = await shop.call({ method: 'GET', url: '/metrics' })
  return Number(/^boxoffice_live_streams (\d+)$/m.exec(body)?.[1])
}

browserTest(
  'the number is told from where it is low on, until what is held comes back',
  async () => {
    const event = await shop.create({ total_tickets: 60, max_per_user: 60, ticket_price: 0 })
    await using visitor = await visit(base, { script: true })
    const { page } = visitor
    await page.goto(`/events/${event.id}`)
    await mark(page)
    const told = await toldStock(page)
    const boughtBefore = await told()
    await buy(event, 10)
    await until('it is heard', async () => (await told()).length > boughtBefore.length)
    assert.deepEqual(new Set(await told()), new Set(['On sale']), 'fifty are no reason to hurry')
    assert.equal(await spokenStock(page).textContent(), '', 'and are not spoken')

    const height = async () => (await page.locator('#buy').boundingBox())?.height
    const heightBefore = await height()
    await buy(event, 43)
    await shownStock(page).getByText('Only 7 left').waitFor(HEARD)
    assert.equal(await spokenStock(page).textContent(), 'Only 7 left')
    assert.equal(await height(), heightBefore, 'nothing moves when it comes')
    await buy(event, 1)
    await shownStock(page).getByText('Only 6 left').waitFor(HEARD)
    assert.equal(await spokenStock(page).textContent(), 'Only 7 left', 'not every number is spoken')

    const held = await buy(event, 6, true)
    await heading(page, 'Sold out').waitFor(HEARD)
    await shownStock(page).getByText('6 are held by others and may come back').waitFor(HEARD)
    const url = `/api/v1/orders/${held}`
    const given = await shop.call({ method: 'DELETE', url, by: shop.guest })
    assert.ok(given.status < 300, given.body)
    await page.getByRole('link', { name: 'Sign in to buy' }).waitFor(HEARD)
    await shownStock(page).getByText('Only 6 left').waitFor(HEARD)
    assert.ok(await isMarked(page), 'it was never loaded anew')
    assert.deepEqual(visitor.faults, [])
  },
)

browserTest('a page whose stream does not get through asks instead', async () => {
  const event = await shop.create({ total_tickets: 60, ticket_price: 0, max_per_user: 60 })
  await using visitor = await visit(base, { script: true })
  const { page } = visitor
  let blocked = 0
  await page.route('**/live', async (route) => {
    if (route.request().resourceType() !== 'eventsource') return await route.continue()
    blocked += 1
    await route.abort()
  })
  await page.goto(`/events/${event.id}`)
  await shownStock(page).getByText('On sale').waitFor()
  await buy(event, 52)
  await shownStock(page).getByText('Only 8 left').waitFor(HEARD)
  await buy(event, 2)
  await shownStock(page).getByText('Only 6 left').waitFor(HEARD)
  assert.ok(blocked > 0, 'it tried a stream')
  assert.equal(await openStreams(), 0)
  assert.deepEqual(visitor.faults, [])
})

browserTest(
  'a sale opens for who waits, without a reload, and leaves the focus where it is',
  async () => {
    await using visitor = await visit(base, { script: true })
    const { page } = visitor
    await signIn(page)
    const opensAt = new Date(Date.now() + 12_000)
    const event = await shop.create({ on_sale_at: opensAt.toISOString() })
    await page.goto(`/events/${event.id}`)
    await mark(page)
    const timer = page.getByRole('timer')
    await timer.waitFor()
    const first = await timer.textContent()
    assert.match(first ?? '', /^Starts in \d+ seconds?$/)
    await until('it counts', async () => (await timer.textContent()) !== first)
    await page.getByRole('link', { name: 'The books of this sale' }).focus()

    const button = page.getByRole('button', { name: 'Buy now' })
    await button.waitFor(HEARD)
    assert.ok(Date.now() >= opensAt.getTime(), 'not before its time')
    assert.ok(await isMarked(page), 'it was not loaded anew')
    assert.equal(await page.evaluate(() => document.activeElement?.textContent), 'The books of this sale') // prettier-ignore
    assert.equal(await page.getByRole('timer').count(), 0)
    await page.getByLabel('How many').selectOption('2')
    await button.click()
    await until('it leads on', () => !page.url().endsWith(`/events/${event.id}`))
    assert.deepEqual(visitor.faults, [])
  },
)

browserTest('a ticket type that runs low says so, and nothing moves when it does', async () => {
  const ticket_types = [
    { name: 'Standing', price: 0, capacity: 48 },
    { name: 'Balcony', price: 0, capacity: 12 },
  ]
  const event = await shop.create({ ticket_price: 0, total_tickets: 60, ticket_types })
  await using visitor = await visit(base, { script: true })
  const { page } = visitor
  await signIn(page)
  await page.goto(`/events/${event.id}`)
  const balcony = page.locator('label').filter({ hasText: 'Balcony' })
  await balcony.waitFor()
  const before = await page.locator('#buy').boundingBox()
  const ticket_type_id = event.ticket_types[1]?.id
  const bought = await shop.buy({ event_id: event.id, quantity: 5, ticket_type_id })
  assert.equal(bought.status, 201, bought.body)
  await balcony.getByText('7 left').waitFor(HEARD)
  assert.deepEqual(await page.locator('#buy').boundingBox(), before)
  assert.deepEqual(visitor.faults, [])
})

browserTest('nobody is told to come back to a page that tells by itself', async () => {
  const near = new Date(Date.now() + 3 * 86_400_000).toISOString()
  const soon = await shop.create({ on_sale_at: near })
  const late = await shop.create({ on_sale_at: '2035-06-01T10:00:00Z' })
  const soldOut = await shop.create({ total_tickets: 1 })
  await buy(soldOut, 1)
  const words = {
    byItself: /appear here by themselves/,
    comeBack: /^Come back then|^Look again in a few minutes/,
    timer: /^Starts in [23] days/,
  }
  for (const script of [true, false]) {
    await using visitor = await visit(base, { script })
    const { page } = visitor
    for (const [event, seen] of [
      [soon, script ? ['byItself', 'timer'] : ['comeBack']],
      [late, ['comeBack']],
      [soldOut, script ? ['byItself'] : ['comeBack']],
    ] as const) {
      await page.goto(`/events/${event.id}`)
      await page.getByRole('heading', { name: /^Sale starts|^Sold out/ }).waitFor()
      const first = words[seen[0] as keyof typeof words]
      await page.locator('#buy').getByText(first).first().waitFor()
      const shown: string[] = []
      for (const [name, text] of Object.entries(words)) {
        const found = page.locator('#buy').getByText(text)
        if ((await found.count()) > 0 && (await found.first().isVisible())) shown.push(name)
      }
      assert.deepEqual(shown, seen, `${event.id}, script: ${script}`)
    }
  }
})

browserTest('nothing moves on a page when its script starts', async () => {
  const timezone = 'Asia/Tokyo'
  const near = new Date(Date.now() + 3 * 86_400_000).toISOString()
  const onSale = await shop.create({ timezone })
  const soon = await shop.create({ timezone, on_sale_at: near })
  for (const width of [360, 1280]) {
    await using visitor = await visit(base, { script: true, width })
    const { page } = visitor
    for (const path of ['/', `/events/${onSale.id}`, `/events/${soon.id}`]) {
      await page.goto(path)
      if (path !== '/') await page.getByText(/ your time$/).waitFor()
      assert.deepEqual(await page.evaluate(shifts), [], `${path} at ${width}`)
    }
  }
})

/** Runs in the page: what has moved by itself. */
async function shifts(): Promise<string[]> {
  const shifts: string[] = []
  new PerformanceObserver((list) => {
    shifts.push(...list.getEntries().map((entry) => JSON.stringify(entry)))
  }).observe({ type: 'layout-shift', buffered: true })
  // Those that were before come in a task of their own.
  await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve, 200)))
  return shifts
}

browserTest('a choice outlives a pause, and a cancelled event says so', async () => {
  const event = await shop.create({ max_per_user: 6 })
  await using visitor = await visit(base, { script: true })
  const { page } = visitor
  await signIn(page)
  await page.goto(`/events/${event.id}`)
  await page.getByLabel('How many').selectOption('5')
  await page.getByLabel('How many').focus()
  await act(event, 'pause')
  await heading(page, 'The sale is paused').waitFor(HEARD)
  assert.equal(await page.evaluate(() => document.activeElement?.id), 'buy')
  await act(event, 'resume')
  await page.getByLabel('How many').waitFor(HEARD)
  await act(event, 'cancel')
  await page.locator('#buy').getByText('This event is cancelled').first().waitFor(HEARD)
  assert.deepEqual(visitor.faults, [])
})

browserTest(
  'a page that nobody sees has no stream, and has one again when it is seen',
  async () => {
    const event = await shop.create({ total_tickets: 60, ticket_price: 0, max_per_user: 60 })
    await using visitor = await visit(base, { script: true })
    const { page } = visitor
    await page.goto(`/events/${event.id}`)
    const show = async (isHidden: boolean) => {
      await page.evaluate(`
      Object.defineProperty(document, 'hidden', { configurable: true, value: ${isHidden} })
      document.dispatchEvent(new Event('visibilitychange'))`)
    }
    await until('a stream is open', async () => (await openStreams()) === 1)
    await show(true)
    await until('none is open', async () => (await openStreams()) === 0)
    await buy(event, 52)
    await show(false)
    await shownStock(page).getByText('Only 8 left').waitFor(HEARD)
    assert.equal(await openStreams(), 1)
    assert.deepEqual(visitor.faults, [])
  },
)
