/** Files of orders and tickets: whose they are, how long, and what they say to caches. */
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { loadSigningKeys } from '../../src/platform/signing-keys.ts'
import { FILE_LINKS_PURPOSE, createFileLinks } from '../../src/services/ticketing/file-links.ts'
import { assertRefused, get, post } from '../support/accounts.ts'
import { type TestAnswer, type TestApp, startApp } from '../support/app.ts'
import { type Buyer, createBuyers, createSale } from '../support/sale.ts'
import { waitForFile } from '../support/ticket-files.ts'

let app: TestApp
let dataDir: string
before(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'box-office-files-'))
  app = await startApp({ dataDir })
})
after(async () => {
  await app[Symbol.asyncDispose]()
  await rm(dataDir, { recursive: true, force: true })
})

interface OrderJson {
  order_id: number
  event_id: number
  tickets: { ticket_code: string; links?: { qr_svg: string; qr_png: string } }[]
  links?: { tickets_pdf: string; calendar: string }
}

/** An order of two tickets, as its buyer sees it afterwards. */
async function bought(): Promise<{ who: Buyer; other: Buyer; order: Required<OrderJson> }> {
  const [who, other] = await createBuyers(app.db, dataDir, 2)
  assert.ok(who && other, 'two buyers')
  const { eventId } = await createSale(app.db, { capacity: 10 })
  const answer = await post(app, '/api/v1/orders', { event_id: eventId, quantity: 2 }, { authorization: `Bearer ${who.token}` }) // prettier-ignore
  assert.equal(answer.status, 201, answer.body)
  return { who, other, order: await orderOf(who, answer.json<OrderJson>().order_id) }
}

async function orderOf(who: Buyer, orderId: number): Promise<Required<OrderJson>> {
  return (await get(app, `/api/v1/orders/${orderId}`, who.token)).json<Required<OrderJson>>()
}

/** Every file of an order, by its links. */
const linksOf = ({ links, tickets }: Required<OrderJson>): string[] => [
  links.tickets_pdf,
  links.calendar,
  ...tickets.flatMap((ticket) => [ticket.links?.qr_svg ?? '', ticket.links?.qr_png ?? '']),
]

const voidTicket = async (code: string) =>
  await app.db.query('update tickets set voided_at = now() where ticket_code = $1', [code])

suite('links', () => {
  test('an order and its tickets tell where their files are, and a purchase does not', async () => {
    const [who] = await createBuyers(app.db, dataDir, 1)
    const { eventId } = await createSale(app.db, { capacity: 10 })
    const buy = async () =>
      await post(
        app,
        '/api/v1/orders',
        { event_id: eventId, quantity: 1 },
        { authorization: `Bearer ${who?.token ?? ''}`, 'idempotency-key': 'the-only-one' },
      )
    const placed = await buy()
    assert.doesNotMatch(placed.body, /links/)
    const { order_id, tickets } = placed.json<OrderJson>()
    const order = await orderOf(who as Buyer, order_id)
    assert.match(order.links.tickets_pdf, /^\/files\/orders\/\d+\/.+\/tickets\.pdf$/)
    const list = (await get(app, '/api/v1/orders', who?.token)).json<OrderJson[]>()
    assert.deepEqual(list[0]?.links, order.links)
    const ticket = await get(app, `/api/v1/tickets/${tickets[0]?.ticket_code ?? ''}`, who?.token)
    assert.deepEqual(ticket.json<OrderJson>().links, order.tickets[0]?.links)
    assert.equal((await buy()).body, placed.body, 'a replay is the first answer to the byte')
  })

  test('each opens without signing in, may be kept until it expires, and is never sniffed', async () => {
    const { order } = await bought()
    const types = [/^application\/pdf$/, /^text\/calendar; charset=utf-8$/, /^image\/svg\+xml$/, /^image\/png$/] // prettier-ignore
    const names = [/^inline; filename="tickets-\d+\.pdf"$/, /^inline; filename="event-\d+\.ics"$/, /^inline; filename="TCK-[0-9A-Z]+\.svg"$/, /^inline; filename="TCK-[0-9A-Z]+\.png"$/] // prettier-ignore
    for (const [index, link] of linksOf(order).slice(0, 4).entries()) {
      const { status, headers, body } = await waitForFile(app, link)
      assert.equal(status, 200, body)
      assert.match(String(headers['content-type']), types[index] as RegExp)
      assert.match(String(headers['content-disposition']), names[index] as RegExp)
      assert.equal(headers['x-content-type-options'], 'nosniff')
      assert.equal(headers['cross-origin-resource-policy'], 'cross-origin')
      const [, seconds] = /^public, max-age=(\d+), immutable$/.exec(String(headers['cache-control'])) ?? [] // prettier-ignore
      const expires = Number(/\/(\d{10})\//.exec(link)?.[1])
      const left = expires - Date.now() / 1000
      assert.ok(Math.abs(Number(seconds) - left) < 60, `${seconds ?? ''} of ${left} seconds`)
      const again = await app.inject({ method: 'GET', url: link, headers: { 'if-none-match': String(headers['etag']) } }) // prettier-ignore
      assert.deepEqual([again.status, again.body], [304, ''])
    }
  })

  test('with anything changed, or for another file, each leads nowhere', async () => {
    const { order } = await bought()
    const other = (await bought()).order
    for (const link of linksOf(order)) {
      const parts = link.split('/')
      for (const [place, part] of parts.entries()) {
        if (place < 3 || place === parts.length - 1) continue
        const last = part.at(-1) === '1' ? '2' : '1'
        const changed = parts.with(place, part.slice(0, -1) + last).join('/')
        assertRefused(await get(app, changed), { status: 404, code: 'not_found' }, changed)
      }
    }
    const swapped = [
      order.links.calendar.replace('event.ics', 'tickets.pdf'),
      order.links.tickets_pdf.replace('tickets.pdf', 'event.ics'),
      order.tickets[0]?.links?.qr_svg.replace('.svg', '.png') ?? '',
      order.links.tickets_pdf.replace(`/${order.order_id}/`, `/${other.order_id}/`),
      order.tickets[0]?.links?.qr_svg.replace(order.tickets[0].ticket_code, other.tickets[0]?.ticket_code ?? '') ?? '', // prettier-ignore
    ]
    for (const link of swapped) {
      assertRefused(await get(app, link), { status: 404, code: 'not_found' }, link)
    }
  })

  test('an expired one looks like one that never was', async () => {
    const { order } = await bought()
    const keys = await loadSigningKeys({ authKey: undefined, dataDir })
    const links = createFileLinks({ key: keys.deriveSecret(FILE_LINKS_PURPOSE), clock: Date.now })
    const owner = `orders/${order.order_id}`
    const version = order.links.calendar.split('/')[4] ?? ''
    const file = { owner, version, name: 'event.ics' }
    const now = Math.floor(Date.now() / 1000)
    const visible = ({ status, body, headers }: TestAnswer) => [
      status,
      body.replace(/"request_id":"[^"]+"/, ''),
      headers['cache-control'],
    ]
    const good = await get(app, links.pathOf(file, now + 60))
    assert.equal(good.status, 200, good.body)
    const expired = await get(app, links.pathOf(file, now - 1))
    const wrong = await get(app, links.pathOf(file, now + 60).replace(/[\w-]{43}/, 'A'.repeat(43)))
    assert.equal(expired.status, 404)
    assert.deepEqual(visible(expired), visible(wrong))
  })

  test('a ticket that is voided takes the old links of its order with it', async () => {
    const { who, order } = await bought()
    const [first, second] = order.tickets
    await waitForFile(app, order.links.tickets_pdf)
    await voidTicket(first?.ticket_code ?? '')
    for (const link of [
      order.links.tickets_pdf,
      order.links.calendar,
      first?.links?.qr_svg ?? '',
      first?.links?.qr_png ?? '',
    ]) {
      // prettier-ignore
      assertRefused(await get(app, link), { status: 404, code: 'not_found' }, link)
    }
    assert.equal((await get(app, second?.links?.qr_svg ?? '')).status, 200)
    const after = await orderOf(who, order.order_id)
    assert.deepEqual(after.tickets.map(({ ticket_code }) => ticket_code), [second?.ticket_code]) // prettier-ignore
    assert.equal((await waitForFile(app, after.links.tickets_pdf)).status, 200)
    const ticket = await get(app, `/api/v1/tickets/${first?.ticket_code ?? ''}`, who.token)
    assert.equal(ticket.json<{ valid: boolean }>().valid, false)
    assert.doesNotMatch(ticket.body, /links/)
  })

  test('a change of the event is another version of what is printed', async () => {
    const { who, order } = await bought()
    await waitForFile(app, order.links.tickets_pdf)
    await app.db.query(`update events set venue = 'Elsewhere', version = version + 1 where id = $1`, [order.event_id]) // prettier-ignore
    const changed = await newVersion(who, order)
    assertRefused(await get(app, order.links.tickets_pdf), { status: 404, code: 'not_found' })
    assert.equal((await waitForFile(app, changed.links.tickets_pdf)).status, 200)
    assert.match((await get(app, changed.links.calendar)).body, /LOCATION:Elsewhere/)
    assert.equal(changed.tickets[0]?.links?.qr_svg, order.tickets[0]?.links?.qr_svg)
  })
})

/** What others changed about an event is seen after a second. */
async function newVersion(who: Buyer, { order_id, links }: Required<OrderJson>) {
  for (let tries = 0; tries < 300; tries += 1) {
    const order = await orderOf(who, order_id)
    if (order.links.tickets_pdf !== links.tickets_pdf) return order
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error('the links stayed the same')
}

suite('with a token', () => {
  const addresses = ({ order_id, tickets }: OrderJson) => [
    `/api/v1/orders/${order_id}/tickets.pdf`,
    `/api/v1/orders/${order_id}/calendar.ics`,
    `/api/v1/tickets/${tickets[0]?.ticket_code ?? ''}/qr.svg`,
  ]

  test('buyers get their own, and everybody else finds nothing', async () => {
    const { who, other, order } = await bought()
    for (const address of addresses(order)) {
      const { status, headers } = await waitForFile(app, address, who.token)
      assert.equal(status, 200, address)
      assert.equal(headers['cache-control'], 'private, no-cache')
      assertRefused(await get(app, address, other.token), { status: 404, code: 'not_found' })
      assertRefused(await get(app, address), { status: 401, code: 'unauthenticated' })
    }
  })

  test('what is not confirmed, or was given back, has no files', async () => {
    const { who, order } = await bought()
    for (const [status, more] of [
      ['CANCELLED', ''],
      ['PENDING', ', hold_expires_at = now()'],
    ]) {
      await app.db.query(`update orders set status = '${status ?? ''}'${more ?? ''} where id = $1`, [order.order_id]) // prettier-ignore
      for (const address of [...addresses(order), ...linksOf(order)]) {
        const answer = await get(app, address, address.startsWith('/api') ? who.token : undefined)
        assertRefused(answer, { status: 404, code: 'not_found' }, address)
      }
      assert.doesNotMatch((await get(app, `/api/v1/orders/${order.order_id}`, who.token)).body, /links/) // prettier-ignore
    }
  })
})

suite('a PDF', () => {
  test('is never drawn while somebody waits: the first who ask are told to come back', async () => {
    const { order } = await bought()
    const asked = await Promise.all([1, 2, 3].map(async () => await get(app, order.links.tickets_pdf))) // prettier-ignore
    for (const { status, headers } of asked) {
      assert.equal(status, 202)
      assert.equal(headers['retry-after'], '2')
      assert.equal(headers['refresh'], '2')
      assert.equal(headers['cache-control'], 'no-store')
    }
    const { body } = await waitForFile(app, order.links.tickets_pdf)
    assert.match(body, /^%PDF-/)
  })

  test('is drawn once for all who ask, and once more when it did not come', async () => {
    const { order } = await bought()
    const wanted = async () => {
      const [row] = await app.db.query<{ count: number }>(
        `select (select count(*) from outbox where topic = 'tickets.wanted'
                   and payload ->> 'order_id' = $1)
              + (select count(*) from jobs where consumer = 'draw-tickets'
                   and effect -> 'data' ->> 'orderId' = $1) as count`,
        [String(order.order_id)],
      )
      return row?.count
    }
    // As if it had been asked for, and nothing came.
    await app.db.query(
      `insert into ticket_documents (order_id, version, asked_at) values ($1, $2, now())`,
      [order.order_id, order.links.tickets_pdf.split('/')[4]],
    )
    assert.equal((await get(app, order.links.tickets_pdf)).status, 202)
    assert.equal(await wanted(), 0)
    await app.db.query(`update ticket_documents set asked_at = now() - interval '2 minutes' where order_id = $1`, [order.order_id]) // prettier-ignore
    assert.equal((await waitForFile(app, order.links.tickets_pdf)).status, 200)
  })

  test('that nobody asked for in two weeks is removed, and drawn again for who does', async () => {
    const [old, young] = [(await bought()).order, (await bought()).order]
    await waitForFile(app, old.links.tickets_pdf)
    await app.db.query(`update ticket_documents set asked_at = now() - interval '15 days' where order_id = $1`, [old.order_id]) // prettier-ignore
    await waitForFile(app, young.links.tickets_pdf)
    const kept = await app.db.query('select 1 from ticket_documents where order_id = $1', [old.order_id]) // prettier-ignore
    assert.equal(kept.length, 0)
    assert.equal((await waitForFile(app, old.links.tickets_pdf)).status, 200)
  })
})
