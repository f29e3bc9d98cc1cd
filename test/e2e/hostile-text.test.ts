/** Whatever people write is shown as they wrote it: it runs nothing, breaks nothing, leads nowhere. */
import assert from 'node:assert/strict'
import { after, before } from 'node:test'
import type { Page } from 'playwright-core'
import type { CreateEventBody, Event } from '../../src/contracts/event.ts'
import { eventually } from '../support/paid-sale.ts'
import { openPageSession } from '../support/page-session.ts'
import { type PaidShop, startPaidShop } from '../support/paid-sale.ts'
import { type Buyer, createBuyers } from '../support/sale.ts'
import { browserTest, visit } from './browser.ts'
import { inlineFaults, layoutFaults } from './page-shape.ts'

/** The longest of each is as long as a category may be; what is longer is cut where it is used. */
const TEXTS: Record<string, string> = {
  'a script': '<script>alert(1)</script>',
  'the end of everything': `--></title></style></textarea></script><svg onload=alert(2)>`,
  'an attribute’s end': `"><img src=x onerror=alert(3)>' autofocus onfocus='alert(4)`,
  'an address that runs': 'javascript:alert(5)//" onclick="alert(6)',
  'a template': '{{7*7}}${7*7}<%= 7*7 %>#{7*7} &lt;b&gt; &amp; &#60;i&#62;',
  'JSON that ends': '"}]</script><script>alert(7)</script>{"a":["',
  'a word of 200': 'W'.repeat(200),
  'signs of 200': '—/'.repeat(100),
  emoji: '👩‍👩‍👧‍👦🎸🏳️‍🌈 '.repeat(4) + 'Ⓩ𝔸𝓁𝑔𝟘',
  Arabic: 'حفلة موسيقية في القاهرة (2030) — "مساء"',
  Hebrew: 'קונצרט בתל אביב: 20:00 <b>ערב</b>',
  Thai: 'คอนเสิร์ตกลางแจ้งกรุงเทพมหานครอมรรัตนโกสินทร์มหินทรายุธยา',
  'marks on marks': `Z${'\u0300\u0316\u0489'.repeat(12)}algo`,
}

interface Written {
  text: string
  event: Event
  orderId: number
  session: string
}

let shop: PaidShop | undefined
const written: Record<string, Written> = {}
before(async () => {
  shop = await startPaidShop()
  for (const [what, text] of Object.entries(TEXTS)) written[what] = await write(shop, text)
})
after(async () => {
  await shop?.[Symbol.asyncDispose]()
})

/** Everything that an organizer and a fan can write, with this in it. */
async function write(at: PaidShop, text: string): Promise<Written> {
  const event = await at.create({
    name: text,
    description: `${text}\n\n${text}`,
    venue: text,
    city: text.slice(0, 120),
    category: [...text].slice(0, 40).join('').slice(0, 60),
    image_url: `https://img.example/a.png?"><script>alert(8)</script>`,
    ticket_price: 30,
    total_tickets: 20,
    ticket_types: [
      { name: text.slice(0, 120), price: 30, capacity: 10 },
      { name: `2 ${text}`.slice(0, 120), price: 40, capacity: 10 },
    ],
  } satisfies Partial<CreateEventBody>)
  const [fan] = await createBuyers(at.db, at.app.dataDir, 1)
  assert.ok(fan, 'a fan')
  await at.db.query('update users set name = $2 where id = $1', [fan.id, text.slice(0, 100)])
  const orderId = await buy(at, fan, event)
  return { text, event, orderId, session: await openPageSession(at.app, fan.id) }
}

async function buy(at: PaidShop, by: Buyer, event: Event): Promise<number> {
  const body = { event_id: event.id, quantity: 1, ticket_type_id: event.ticket_types[1]?.id }
  const { order_id } = (await at.post(by, '/api/v1/orders', body)).json<{ order_id: number }>()
  await eventually(`order ${order_id} is paid`, async () => (await at.orderOf(by, order_id)).status === 'CONFIRMED') // prettier-ignore
  return order_id
}

/** As it is read: without what only separates lines, and with spaces as one. */
const flat = (text: string): string => text.normalize('NFC').replace(/\s+/g, ' ').trim()

/** Holds a page to show a text as text, and to have been changed by it in no other way. */
async function assertShown(page: Page, text: string, where: string): Promise<void> {
  const shown = flat(await page.evaluate(() => document.body.innerText))
  assert.ok(shown.includes(flat(text)), `${where} shows ${text}, in ${shown.slice(0, 2_000)}`)
  assert.deepEqual(await inlineFaults(page), [], where)
  const foreign = await page.locator('main :is(script, iframe:not(.mail-body), svg[onload], img[src=x], b, i)').count() // prettier-ignore
  assert.equal(foreign, 0, `${where} has only elements of ours`)
  assert.deepEqual(await layoutFaults(page), [], where)
}

for (const [what, text] of Object.entries(TEXTS)) {
  browserTest(`${what} is shown as it was written, on every page`, async () => {
    const here = written[what]
    assert.ok(shop && here, 'it is written')
    await using visitor = await visit(shop.url, { script: true, session: here.session })
    const { page } = visitor
    const { event, orderId } = here

    await page.goto(`/?q=${encodeURIComponent(text.slice(0, 150))}`)
    assert.equal(await page.getByRole('searchbox').inputValue(), text.slice(0, 150))
    await assertShown(page, '', 'the search')
    await page.goto(`/?category=${encodeURIComponent(event.category ?? '')}`)
    await assertShown(page, text, 'the list')

    await page.goto(`/events/${event.id}`)
    await assertShown(page, text, 'the event')
    assert.ok((await page.title()).startsWith(text), 'its title is its name')
    assert.equal(await page.locator('meta[property="og:title"]').getAttribute('content'), text)
    const json = (await page.locator('script[type="application/ld+json"]').first().textContent()) ?? '' // prettier-ignore
    assert.equal((JSON.parse(json) as { name: string }).name, text)

    for (const path of [`/tickets/order/${orderId}`, '/tickets', `/events/${event.id}/proof`]) {
      await page.goto(path)
      await assertShown(page, text, path)
    }
  })
}

browserTest('what people write is in the list, the mailbox and the sitemap as text', async () => {
  assert.ok(shop, 'the shop is open')
  await using visitor = await visit(shop.url, { script: true })
  const { page } = visitor
  await page.goto('/')
  for (const text of Object.values(TEXTS)) await assertShown(page, text, 'the first page')

  const sitemap = await (await page.request.get('/sitemap.xml')).text()
  const places = await page.evaluate((xml) => {
    const read = new DOMParser().parseFromString(xml, 'text/xml')
    return read.querySelector('parsererror, script') ? 0 : read.querySelectorAll('loc').length
  }, sitemap)
  assert.ok(places >= Object.keys(TEXTS).length, `the sitemap is read: ${sitemap}`)

  const subjects = Object.values(TEXTS).map((text) => flat(`Your tickets for ${text}`))
  await eventually('every mail is there', async () => {
    await page.goto('/mailbox')
    const shown = flat(await page.evaluate(() => document.body.innerText))
    return subjects.every((subject) => shown.includes(subject))
  })
  assert.deepEqual(await layoutFaults(page), [], 'the mailbox')
  const mails = await page
    .getByRole('link', { name: /^Your tickets for/ })
    .evaluateAll((links) => links.map((link) => (link as HTMLAnchorElement).href))
  for (const mail of mails) {
    await page.goto(mail)
    const frame = page.frameLocator('iframe')
    await frame.getByText(/^TCK-/).first().waitFor()
    assert.equal(await frame.locator('script, iframe, svg, [onerror], [onload], [onclick]').count(), 0) // prettier-ignore
    assert.deepEqual(await inlineFaults(page), [], mail)
    assert.deepEqual(await layoutFaults(page), [], mail)
  }
})

browserTest(
  'what turns writing around is refused in a line, and kept to itself in a description',
  async () => {
    assert.ok(shop, 'the shop is open')
    const turned = 'Harps \u202egnp.exe'
    for (const field of ['name', 'venue', 'city', 'category']) {
      const body = { name: 'A', venue: 'B', event_date: '2035-12-10T20:00:00Z', ticket_price: 1, total_tickets: 1 } // prettier-ignore
      const answer = await shop.call({ method: 'POST', url: '/api/v1/events', by: shop.organizer, body: { ...body, [field]: turned } }) // prettier-ignore
      assert.equal(answer.status, 400, `${field}: ${answer.body}`)
    }
    for (const url of [
      'javascript:alert(1)',
      'data:text/html,x',
      '//elsewhere.example/a.png',
      'ftp://a',
    ]) {
      const body = { name: 'A', venue: 'B', event_date: '2035-12-10T20:00:00Z', ticket_price: 1, total_tickets: 1 } // prettier-ignore
      const answer = await shop.call({ method: 'POST', url: '/api/v1/events', by: shop.organizer, body: { ...body, image_url: url } }) // prettier-ignore
      assert.ok([400, 422].includes(answer.status), `${url}: ${answer.body}`)
    }
    await using visitor = await visit(shop.url, { script: true })
    await visitor.page.goto(`/?q=${encodeURIComponent(turned)}`)
    const { direction } = await visitor.page.evaluate(() => getComputedStyle(document.body))
    assert.equal(direction, 'ltr')
  },
)
