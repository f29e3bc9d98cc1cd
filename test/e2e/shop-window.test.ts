/** What is seen at once: on a phone without scrolling, and on a desk without gaps. */
import assert from 'node:assert/strict'
import { after, before } from 'node:test'
import type { Locator, Page } from 'playwright-core'
import sharp from 'sharp'
import { signUp } from '../support/accounts.ts'
import { type EventShop, startEventShop } from '../support/event-api.ts'
import { openPageSession } from '../support/page-session.ts'
import { browserTest, visit } from './browser.ts'
import { keyboardFaults } from './keyboard.ts'

let shop: EventShop
let base: string
before(async () => {
  shop = await startEventShop()
  base = await shop.app.listen()
})
after(async () => {
  await shop[Symbol.asyncDispose]()
})

/** Of phones that are old or cheap. */
const SMALL_PHONE = { width: 360, height: 640 }
const PLACE = {
  venue: 'Elbphilharmonie, Großer Saal, Platz der Deutschen Einheit',
  city: 'Hamburg',
}
const TYPES = ['Standing', 'Balcony', 'Circle', 'Front circle'].map((name, index) => ({
  name,
  price: 40 + 10 * index,
  capacity: 100,
}))

interface Box {
  x: number
  y: number
  width: number
  height: number
}

async function boxOf(part: Locator): Promise<Box> {
  const box = await part.boundingBox()
  assert.ok(box, `${part.toString()} is there`)
  return box
}

const bottomOf = async (part: Locator): Promise<number> => {
  const { y, height } = await boxOf(part)
  return y + height
}

const link = (page: Page, name: string) => page.getByRole('link', { name, exact: true })

browserTest('a small phone shows the search, what to choose by, and the first event', async () => {
  for (const category of ['Concert', 'Theatre', 'Conference', 'Sport', 'Jazz']) {
    await shop.create({ name: `An Evening of ${category}`, category, ...PLACE })
  }
  for (const language of ['en', 'de'] as const) {
    await using visitor = await visit(base, { language })
    const { page } = visitor
    await page.setViewportSize(SMALL_PHONE)
    await page.goto('/')
    const first = page.locator('.card-name').first()
    assert.ok(
      (await bottomOf(first)) <= SMALL_PHONE.height,
      `${language}: ${await bottomOf(first)}`,
    )
    const chips = await page.locator('.chip').all()
    const rows = new Set(await Promise.all(chips.map(async (chip) => (await boxOf(chip)).y)))
    assert.ok(chips.length >= 8, `${chips.length} chips`)
    assert.equal(rows.size, 1, 'they are in one row')
    const where = page.locator('.card-where').nth(1)
    assert.match((await where.textContent()) ?? '', /Einheit, Hamburg$/, 'all of it is there')
    assert.ok((await boxOf(where)).height < 30, 'in one line')
  }
})

browserTest('a small phone shows an event, its price and the button to buy', async () => {
  const event = await shop.create({ name: 'Night of the Harps', category: 'Concert', ...PLACE })
  const choice = await shop.create({ name: 'A Choice', ticket_price: 40, ticket_types: TYPES, total_tickets: 400 }) // prettier-ignore
  const { id } = await signUp(shop.app)
  const session = await openPageSession(shop.app, id)
  await using stranger = await visit(base)
  await using buyer = await visit(base, { session })
  for (const [{ page }, path, button] of [
    [stranger, `/events/${event.id}`, called('link', 'Sign in to buy')],
    [buyer, `/events/${event.id}`, called('button', 'Buy now')],
    [buyer, `/events/${choice.id}`, called('button', 'Buy now')],
  ] as const) {
    await page.setViewportSize(SMALL_PHONE)
    await page.goto(path)
    for (const part of [page.locator('.buy-price'), button(page)]) {
      assert.ok((await bottomOf(part)) <= SMALL_PHONE.height, `${path}: ${part.toString()}`)
    }
    assert.deepEqual(await keyboardFaults(page), [], 'and it covers nothing that has the focus')
  }
})

const called = (role: 'link' | 'button', name: string) => (page: Page) =>
  page.getByRole(role, { name, exact: true })

browserTest('the rows of the front page end full, however many events there are', async () => {
  await using visitor = await visit(base, { width: 1280 })
  const { page } = visitor
  const layouts = new Set<number>()
  for (let more = 0; more < 3; more += 1) {
    await shop.create({ name: `One more, ${more}` })
    await page.goto('/')
    const cards = await page.locator('.cards > .card').all()
    layouts.add(cards.length % 3)
    const list = await boxOf(page.locator('.cards'))
    const boxes = await Promise.all(cards.map(boxOf))
    for (const y of new Set(boxes.map((box) => box.y))) {
      const ends = boxes.filter((box) => box.y === y).map((box) => box.x + box.width)
      const gap = list.x + list.width - Math.max(...ends)
      assert.ok(Math.abs(gap) < 1, `${cards.length} cards: ${gap} pixels are empty at ${y}`)
    }
  }
  assert.equal(layouts.size, 3, 'every remainder was there')
})

browserTest('a picture that has not come yet is a box of its colour', async () => {
  const { id } = await shop.create({ name: 'Slow Picture', category: 'Film' })
  const background = { r: 40, g: 72, b: 120 }
  const uploaded = await shop.app.inject({
    method: 'PUT',
    url: `/api/v1/events/${id}/picture`,
    headers: { authorization: `Bearer ${shop.organizer.token}`, 'content-type': 'image/png' },
    payload: await sharp({ create: { width: 640, height: 360, channels: 3, background } })
      .png()
      .toBuffer(),
  })
  assert.equal(uploaded.status, 200, uploaded.body)
  const { picture } = uploaded.json<{ picture: { colour: string } }>()
  await using visitor = await visit(base)
  const { page } = visitor
  let release: () => void = () => undefined
  const held = new Promise<void>((resolve) => {
    release = resolve
  })
  await page.route('**/pictures/**', async (route) => {
    await held
    // The page has been left.
    await route.continue().catch(() => undefined)
  })
  for (const [path, box] of [
    ['/?category=Film', '.card-art'],
    [`/events/${id}`, '.event-art'],
  ] as const) {
    await page.goto(path, { waitUntil: 'commit' })
    const ground = page.locator(`${box} > svg`)
    await ground.waitFor()
    assert.equal(await ground.locator('path').getAttribute('fill'), picture.colour)
    assert.deepEqual(await boxOf(ground), await boxOf(page.locator(box)), 'all of it')
  }
  release()
})

browserTest('what cannot be bought is quieter than what can, and names no price', async () => {
  const gone = await shop.create({ name: 'Gone', total_tickets: 1, category: 'Opera' })
  await shop.create({ name: 'There', category: 'Opera' })
  const bought = await shop.buy({ event_id: gone.id, quantity: 1 })
  assert.equal(bought.status, 201, bought.body)
  await using visitor = await visit(base)
  const { page } = visitor
  const card = (name: string) => page.getByRole('listitem').filter({ has: link(page, name) })
  // The list may be a second old.
  for (let tries = 0; tries < 50; tries += 1) {
    await page.goto('/?category=Opera')
    if (await card('Gone').getByText('Sold out').isVisible()) break
    await page.waitForTimeout(100)
  }
  assert.match(await card('There').innerText(), /from €75/)
  assert.doesNotMatch(await card('Gone').innerText(), /€/)
  const strength = async (name: string) =>
    await card(name)
      .locator('.poster')
      .evaluate((poster) => Number(getComputedStyle(poster).opacity))
  assert.ok((await strength('Gone')) < (await strength('There')), 'its picture is fainter')
})
