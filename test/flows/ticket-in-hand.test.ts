/** Tickets as their holders have them, read by programs that are not ours. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { promisify } from 'node:util'
import { loadSigningKeys } from '../../src/platform/signing-keys.ts'
import { type TicketTokens, createTicketTokens } from '../../src/services/ticketing/ticket-token.ts'
import { get, post } from '../support/accounts.ts'
import { type TestApp, startApp } from '../support/app.ts'
import { type Buyer, createBuyers, createSale } from '../support/sale.ts'
import { scanned } from '../support/scanner.ts'
import { waitForFile } from '../support/ticket-files.ts'

const run = promisify(execFile)
const lacking = ['zbarimg', 'pdftotext', 'pdftoppm'].filter(
  (name) => !existsSync(`/usr/bin/${name}`),
)
const skip =
  lacking.length > 0 &&
  `${lacking.join(', ')} is not installed (apt-get install zbar-tools poppler-utils)`

/** As on a sheet held before a phone. */
const DOTS_PER_INCH = 110

let app: TestApp
let folder: string
let tokens: TicketTokens
before(async () => {
  app = await startApp()
  folder = await mkdtemp(join(tmpdir(), 'box-office-in-hand-'))
  tokens = createTicketTokens({
    keys: await loadSigningKeys({ authKey: undefined, dataDir: app.dataDir }),
  })
})
after(async () => {
  await app[Symbol.asyncDispose]()
  await rm(folder, { recursive: true, force: true })
})

interface OrderJson {
  order_id: number
  event_id: number
  links: { tickets_pdf: string; calendar: string }
  tickets: { ticket_code: string; links: { qr_svg: string; qr_png: string } }[]
}

interface Words {
  event?: string
  venue?: string
  city?: string
  type?: string
  holder?: string
}

/** What somebody bought, with these words on it. */
async function bought(words: Words, quantity: number): Promise<{ order: OrderJson; who: Buyer }> {
  const [who] = await createBuyers(app.db, app.dataDir, 1)
  assert.ok(who, 'a buyer')
  const { eventId } = await createSale(app.db, {
    capacity: 10,
    eventDate: `'2030-06-01T18:00:00Z'`,
    types: [{ name: words.type ?? 'Balcony', price: 75.5, capacity: 10 }],
  })
  await app.db.query(
    `update events set name = $2, venue = $3, city = $4, timezone = 'Europe/Vienna' where id = $1`,
    [eventId, words.event ?? 'Rock Night', words.venue ?? 'City Arena', words.city ?? null],
  )
  await app.db.query('update users set name = $2 where id = $1', [who.id, words.holder ?? 'Alice Buyer']) // prettier-ignore
  const placed = await post(app, '/api/v1/orders', { event_id: eventId, quantity }, { authorization: `Bearer ${who.token}` }) // prettier-ignore
  const address = `/api/v1/orders/${placed.json<{ order_id: number }>().order_id}`
  return { order: (await get(app, address, who.token)).json<OrderJson>(), who }
}

async function bytesOf(url: string): Promise<Buffer> {
  await waitForFile(app, url)
  const answer = await app.shop.http.inject({ method: 'GET', url })
  assert.equal(answer.statusCode, 200, url)
  return answer.rawPayload
}

/** The PDF of an order, in a folder of its own. */
async function printed(order: OrderJson): Promise<{ path: string; text: string }> {
  const path = join(folder, `${order.order_id}.pdf`)
  await writeFile(path, await bytesOf(order.links.tickets_pdf))
  return { path, text: (await run('pdftotext', ['-layout', path, '-'])).stdout }
}

async function pagesOf(path: string): Promise<string[]> {
  const prefix = path.replace('.pdf', '')
  await run('pdftoppm', ['-r', String(DOTS_PER_INCH), '-png', path, prefix])
  const names = (await readdir(folder)).filter((name) => join(folder, name).startsWith(`${prefix}-`)) // prettier-ignore
  return names.sort().map((name) => join(folder, name))
}

/** One line, whatever lines and columns it was printed in, and without marks of direction. */
const flat = (text: string): string =>
  text.replace(/[\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '').replace(/\s+/g, ' ')

test('every page has all that the door and the holder ask for', { skip }, async () => {
  const { order } = await bought({ city: 'Vienna' }, 2)
  const { text } = await printed(order)
  const pages = text.split('\f').filter((page) => page.trim() !== '')
  assert.equal(pages.length, 2)
  for (const [index, page] of pages.entries()) {
    for (const expected of [
      'Rock Night',
      'City Arena, Vienna',
      'Saturday 1 June 2030',
      '20:00 in Europe/Vienna (UTC+2)',
      'Alice Buyer',
      'Balcony',
      '€75.50',
      String(order.order_id),
      `Ticket ${index + 1} of 2`,
      order.tickets[index]?.ticket_code ?? 'a code',
    ]) {
      assert.ok(flat(page).includes(expected), `${expected} in ${page}`)
    }
  }
})

test('a scanner reads from each page the ticket of that page', { skip }, async () => {
  const { order } = await bought({}, 3)
  const pages = await pagesOf((await printed(order)).path)
  assert.equal(pages.length, 3)
  for (const [index, page] of pages.entries()) {
    const [text = ''] = await scanned(page)
    const ticketCode = order.tickets[index]?.ticket_code
    assert.deepEqual(tokens.verify(text, order.event_id), { ticketCode, eventId: order.event_id })
  }
})

test('a scanner reads the same from the picture of a code', { skip }, async () => {
  const { order } = await bought({}, 1)
  const [ticket] = order.tickets
  assert.ok(ticket, 'a ticket')
  const picture = join(folder, 'one.png')
  await writeFile(picture, await bytesOf(ticket.links.qr_png))
  const [text = ''] = await scanned(picture)
  assert.equal(tokens.verify(text, order.event_id)?.ticketCode, ticket.ticket_code)
})

test('a ticket that is voided has no page, and the others are counted anew', { skip }, async () => {
  const { order, who } = await bought({}, 2)
  const [first, second] = order.tickets
  await app.db.query('update tickets set voided_at = now() where ticket_code = $1', [first?.ticket_code]) // prettier-ignore
  const after = (await get(app, `/api/v1/orders/${order.order_id}`, who.token)).json<OrderJson>()
  const { path, text } = await printed(after)
  assert.match(flat(text), /Ticket 1 of 1/)
  assert.ok(!text.includes(first?.ticket_code ?? ''), 'the voided code')
  const codes = await scanned(...(await pagesOf(path)))
  assert.deepEqual(codes.map((code) => tokens.verify(code, order.event_id)?.ticketCode), [second?.ticket_code]) // prettier-ignore
})

suite('every script is printed in letters, and reads as it was written', { skip }, () => {
  const names = [
    'Łukasz Żółć',
    'Nguyễn Thị Ánh',
    'Αθήνα Παπαδοπούλου',
    'Москва Україна',
    '東京 太郎',
    '서울 김민준',
    'القاهرة محمد',
    'עברית שלום',
    'ไทย กรุงเทพมหานคร',
    '张伟 们',
  ]
  for (const name of names) {
    test(name, async () => {
      const { order } = await bought({ holder: name, event: name, venue: name }, 1)
      const { path, text } = await printed(order)
      const found = flat(text).split(flat(name)).length - 1
      assert.ok(found >= 3, `${name} is there ${found} times in ${text}`)
      const { stdout: fonts } = await run('pdffonts', [path])
      for (const font of fonts.trim().split('\n').slice(2)) {
        assert.match(font, /\byes +yes +yes\b/, `embedded, a subset, with its text: ${font}`)
      }
    })
  }
})

test(
  'names as long as names may be stay on their one page, and the code is read',
  { skip },
  async () => {
    const word = 'Wolkenkuckucksheim '
    const longest = {
      event: 'W'.repeat(255),
      venue: word.repeat(20).slice(0, 254),
      city: 'X'.repeat(120),
      type: 'M'.repeat(120),
      holder: 'M'.repeat(100),
    }
    const { order } = await bought(longest, 1)
    const { path, text } = await printed(order)
    const pages = await pagesOf(path)
    assert.equal(pages.length, 1)
    assert.equal((text.match(/W/g) ?? []).length >= 255, true, 'the whole name is there')
    assert.equal((await scanned(...pages)).length, 1)
    // Every word lies within the page: in its margins there is nothing.
    const { stdout } = await run('pdftotext', ['-bbox', path, '-'])
    for (const [, left, right, bottom] of stdout.matchAll(
      /<word xMin="([\d.-]+)" yMin="[\d.-]+" xMax="([\d.-]+)" yMax="([\d.-]+)"/g,
    )) {
      // prettier-ignore
      assert.ok(Number(left) >= 40 && Number(right) <= 555.5 && Number(bottom) <= 802, `${left ?? ''} to ${right ?? ''}, down to ${bottom ?? ''}`) // prettier-ignore
    }
  },
)
