/** Searching while typing, in a browser. Without script the search is a form: see `pages.test.ts`. */
import assert from 'node:assert/strict'
import { after, before } from 'node:test'
import type { Page } from 'playwright-core'
import { type EventShop, startEventShop } from '../support/event-api.ts'
import { browserTest, visit } from './browser.ts'

let shop: EventShop
let base: string
before(async () => {
  shop = await startEventShop()
  base = await shop.app.listen()
  await shop.create({ name: 'Accordion Friday', category: 'Polka', city: 'Kraków' })
  await shop.create({ name: 'Accordion Sunday', category: 'Tango', city: 'Rosario' })
  await shop.create({ name: 'Zither at Dawn', category: 'Folk', city: 'Linz' })
})
after(async () => {
  await shop[Symbol.asyncDispose]()
})

const link = (page: Page, name: string) => page.getByRole('link', { name })
const status = (page: Page) => page.getByRole('search').getByRole('status')

browserTest('what is typed is found as it is typed, said aloud, and one step to undo', async () => {
  await using visitor = await visit(base, { script: true })
  const { page } = visitor
  await page.goto('/')
  const what = page.getByLabel('What')
  await what.pressSequentially('accordion', { delay: 20 })
  await status(page).getByText('2 events').waitFor()
  assert.equal(await link(page, 'Zither at Dawn').count(), 0)
  assert.equal(page.url(), `${base}/?q=accordion`)
  assert.ok(await what.evaluate((field) => field === document.activeElement), 'the focus stays')

  await what.pressSequentially(' sunday')
  await status(page).getByText('1 event', { exact: true }).waitFor()
  assert.equal(page.url(), `${base}/?q=accordion+sunday`)
  assert.match((await page.getByRole('link', { name: 'Tango' }).getAttribute('href')) ?? '', /q=/)

  await page.goBack()
  await link(page, 'Zither at Dawn').waitFor()
  assert.equal(page.url(), `${base}/`)
  assert.equal(await what.inputValue(), '')
  assert.deepEqual(visitor.faults, [])
})

browserTest('filters are found by at once, and a fault does not take the focus', async () => {
  await using visitor = await visit(base, { script: true, width: 1280 })
  const { page } = visitor
  await page.goto('/')
  await page.getByText('Filters').click()
  await page.getByLabel('Price up to').fill('cheap')
  await page.getByRole('alert').getByText('Enter the price as a number').waitFor()
  assert.ok(
    await page.getByLabel('Price up to').evaluate((field) => field === document.activeElement),
    'whoever types is not interrupted',
  )
  // The page that says what is wrong is no answer to a search.
  assert.deepEqual(visitor.faults.splice(0), [`400 for ${base}/?max_price=cheap`])
  await page.getByLabel('Price up to').fill('')
  await page.getByLabel('Where').fill('Linz')
  await link(page, 'Accordion Friday').waitFor({ state: 'detached' })
  await link(page, 'Zither at Dawn').waitFor()
  assert.equal(page.url(), `${base}/?city=Linz`)
  assert.deepEqual(visitor.faults, [])
})

browserTest('a search without an answer keeps what is shown and says so', async () => {
  await using visitor = await visit(base, { script: true })
  const { page, context } = visitor
  await page.goto('/')
  await context.setOffline(true)
  await page.getByLabel('What').fill('zither')
  await page.getByText('The search does not answer right now').first().waitFor()
  await link(page, 'Accordion Friday').waitFor()
  await context.setOffline(false)
  await page.getByLabel('What').fill('zither dawn')
  await link(page, 'Accordion Friday').waitFor({ state: 'detached' })
  assert.equal(await page.locator('.search-trouble').isVisible(), false)
})

browserTest('a slow answer is waited for visibly, and an older one never shown', async () => {
  await using visitor = await visit(base, { script: true })
  const { page } = visitor
  let release: () => void = () => undefined
  const held = new Promise<void>((resolve) => {
    release = resolve
  })
  await page.goto('/')
  await page.route('**/?q=accordion', async (route) => {
    await held
    // The page has given this request up already.
    await route.continue().catch(() => undefined)
  })
  await page.getByLabel('What').fill('accordion')
  await page.locator('#found[aria-busy]').waitFor()
  await page.getByLabel('What').fill('zither')
  await status(page).getByText('1 event', { exact: true }).waitFor()
  release()
  await page.waitForTimeout(300)
  assert.equal(page.url(), `${base}/?q=zither`)
  await link(page, 'Zither at Dawn').waitFor()
  assert.equal(await page.locator('#found[aria-busy]').count(), 0)
})

browserTest('a time is told in the reader’s own zone too, where that is another', async () => {
  const timezone = 'Asia/Tokyo'
  const abroad = await shop.create({ event_date: '2035-06-01T10:00:00Z', timezone })
  const early = await shop.create({ event_date: '2035-06-01T20:00:00Z', timezone })
  const here = await shop.create({ timezone: 'Europe/Vienna' })
  await using visitor = await visit(base, { script: true })
  const { page } = visitor
  await page.goto(`/events/${abroad.id}`)
  await page.getByText('19:00 (UTC+9)').waitFor()
  await page.getByText('12:00 your time', { exact: true }).waitFor()
  const map = page.getByRole('link', { name: 'Show on a map' })
  assert.equal(await map.getAttribute('rel'), 'noreferrer')
  await page.goto(`/events/${early.id}`)
  await page.getByText('05:00 (UTC+9)').waitFor()
  await page.getByText('Fri 22:00 your time', { exact: true }).waitFor()
  await page.goto(`/events/${here.id}`)
  await page.getByText(/\(UTC[+]\d\)/).waitFor()
  assert.equal(await page.getByText('your time').count(), 0)
  assert.deepEqual(visitor.faults, [])
})
