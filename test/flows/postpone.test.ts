/** A postponed event: tickets stay good, and each buyer may choose their money instead, for a while. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import type { Event } from '../../src/contracts/event.ts'
import { type Account, PASSWORD, assertRefused, signUp } from '../support/accounts.ts'
import type { TestAnswer } from '../support/app.ts'
import { EVENTS } from '../support/event-api.ts'
import {
  ORDERS,
  type OrderJson,
  type PaidShop,
  assertBooksAgree,
  startPaidShop,
  untilSettled,
} from '../support/paid-sale.ts'
import type { Buyer } from '../support/sale.ts'
import { until } from '../support/until.ts'

const LATER = '2036-03-01T20:00:00Z'
const HOST = 'shop.example'

let shop: PaidShop
before(async () => {
  shop = await startPaidShop()
})
after(async () => {
  await shop[Symbol.asyncDispose]()
})

const postpone = async (id: number): Promise<Event> => {
  const answer = await shop.post(shop.organizer, `${EVENTS}/${id}/postpone`, { event_date: LATER })
  assert.equal(answer.status, 200, answer.body)
  return answer.json<Event>()
}
const refund = async (by: Buyer, orderId: number, body: object = {}) =>
  await shop.post(by, `${ORDERS}/${orderId}/refunds`, body)
const codesOf = (order: OrderJson) => order.tickets.map((ticket) => ticket.ticket_code)
const endOfChoice = async (id: number) =>
  await shop.db.query(`update events set refund_until = now() - interval '1 second' where id = $1`, [id]) // prettier-ignore

test('a buyer keeps what they keep and gets the money of what they return, until it is too late', async () => {
  const { id } = await shop.create({ total_tickets: 10 })
  const order = await shop.bought(shop.guest, id, 3)
  const [first = '', second = ''] = codesOf(order)
  assertRefused(await refund(shop.guest, order.order_id, { tickets: [first] }), {
    status: 403,
    code: 'forbidden',
  })
  await postpone(id)
  assert.equal((await shop.orderOf(shop.guest, order.order_id)).tickets.length, 3, 'all stay good')
  assert.equal((await refund(shop.guest, order.order_id, { tickets: [first] })).status, 201)
  const kept = await shop.orderOf(shop.guest, order.order_id)
  assert.deepEqual([kept.status, kept.tickets.length, kept.refunded_amount], ['CONFIRMED', 2, 75])
  // The listing may be a second old.
  await until('for sale again', async () => (await shop.read(id)).remaining_tickets === 8)

  const [stranger] = await shop.buyers(1)
  assert.ok(stranger, 'a stranger')
  for (const by of [stranger, shop.rival]) {
    assertRefused(await refund(by, order.order_id), { status: 404, code: 'not_found' })
  }
  await untilSettled(shop.db, id)
  const [back] = await shop.refundsOf(shop.guest, order.order_id)
  assert.deepEqual([back?.amount, back?.reason, back?.status], [75, 'event_postponed', 'succeeded'])

  await endOfChoice(id)
  assertRefused(await refund(shop.guest, order.order_id, { tickets: [second] }), {
    status: 403,
    code: 'forbidden',
  })
  const { captured, refunded } = await assertBooksAgree(shop.db, shop.simulatorUrl, id)
  assert.deepEqual([captured, refunded], [22_500, 7_500])
})

test('the sale goes on to the new date, and whoever buys then may return, too', async () => {
  const { id } = await shop.create({ total_tickets: 10 })
  const event = await postpone(id)
  assert.equal(event.sale, 'on_sale')
  const order = await shop.bought(shop.guest, id, 1)
  assert.equal((await refund(shop.guest, order.order_id)).status, 201)
  await untilSettled(shop.db, id)
  await assertBooksAgree(shop.db, shop.simulatorUrl, id)
})

test('an event that is postponed and then cancelled pays everybody back once', async () => {
  const { id } = await shop.create()
  const order = await shop.bought(shop.guest, id, 4)
  await postpone(id)
  const [first = ''] = codesOf(order)
  const [returned, cancelled] = await Promise.all([
    refund(shop.guest, order.order_id, { tickets: [first] }),
    shop.post(shop.organizer, `${EVENTS}/${id}/cancel`),
  ])
  assert.equal(cancelled.status, 200, cancelled.body)
  assert.ok([201, 409].includes(returned.status), returned.body)
  for (;;) {
    const url = `${EVENTS}/${id}/cancellation`
    const { done } = (await shop.call({ method: 'GET', url, by: shop.organizer })).json<{ done: boolean }>() // prettier-ignore
    if (done) break
  }
  const { captured, refunded } = await assertBooksAgree(shop.db, shop.simulatorUrl, id)
  assert.deepEqual([captured, refunded], [30_000, 30_000])
})

suite('on the pages', () => {
  let buyer: Account & Buyer
  let cookie = ''
  before(async () => {
    buyer = await signUp(shop.app)
    const answer = await send('/sign-in', { email: buyer.email, password: PASSWORD })
    assert.equal(answer.status, 303, answer.body)
    const cookies = [answer.headers['set-cookie'] ?? []].flat() as string[]
    cookie = cookies.map((each) => each.split(';')[0]).join('; ')
  })

  const open = async (url: string): Promise<TestAnswer> =>
    await shop.app.inject({ method: 'GET', url, headers: { host: HOST, cookie } })
  const send = async (
    url: string,
    fields: Record<string, string> | [string, string][],
    headers: Record<string, string> = { origin: `http://${HOST}` },
  ): Promise<TestAnswer> =>
    await shop.app.inject({
      method: 'POST',
      url,
      payload: new URLSearchParams(fields).toString(),
      headers: {
        host: HOST,
        'content-type': 'application/x-www-form-urlencoded',
        ...(cookie === '' ? {} : { cookie }),
        ...headers,
      },
    })

  test('a buyer is told of the new date, chooses, and returns tickets by a form', async () => {
    const { id } = await shop.create()
    const order = await shop.bought(buyer, id, 3)
    const path = `/tickets/order/${order.order_id}`
    assert.doesNotMatch((await open(path)).body, /Return tickets/)
    assert.equal((await open(`${path}/return`)).headers['location'], path)
    await postpone(id)
    const told = (await open(path)).body
    assert.match(told, /This event has a new date/)
    assert.ok(told.includes(`href="${path}/return"`), 'the order leads to the form')
    assert.match((await open(`/events/${id}`)).body, /This event has a new date/)
    assert.match((await open('/tickets')).body, /New date/)

    const form = (await open(`${path}/return`)).body
    const codes = codesOf(order)
    for (const code of codes) assert.ok(form.includes(`value="${code}"`), code)
    const none = await send(`${path}/return`, {})
    assert.equal(none.status, 422)
    assert.match(none.body, /Choose the tickets that you want to return/)
    const foreign = await send(`${path}/return`, { ticket: 'TCK-NOBODYHASTHIS' })
    assert.equal(foreign.status, 422)
    const elsewhere = await send(`${path}/return`, { ticket: codes[0] ?? '' }, { origin: 'https://evil.example' }) // prettier-ignore
    assert.equal(elsewhere.status, 403)
    assert.equal((await shop.orderOf(buyer, order.order_id)).tickets.length, 3)

    const chosen = codes.slice(0, 2).map((code): [string, string] => ['ticket', code])
    const returned = await send(`${path}/return`, chosen)
    assert.equal(returned.status, 303, returned.body)
    assert.equal(returned.headers['location'], `${path}?returned`)
    const after = (await open(`${path}?returned`)).body
    assert.match(after, /Your tickets are returned/)
    assert.match(after, /€150\.00/)
    assert.ok(after.includes(codes[2] ?? '') && !after.includes(codes[0] ?? ''), 'one is left')
    const again = await send(`${path}/return`, chosen)
    assert.equal(again.status, 409)
    await untilSettled(shop.db, id)
    await assertBooksAgree(shop.db, shop.simulatorUrl, id)

    await endOfChoice(id)
    // What pages know of an event is a second old at most, and the order itself says no at once.
    const late = await send(`${path}/return`, { ticket: codes[2] ?? '' })
    assert.ok([303, 403].includes(late.status), late.body)
    assert.equal((await shop.orderOf(buyer, order.order_id)).tickets.length, 1)
  })

  test('nobody returns what is somebody else’s', async () => {
    const { id } = await shop.create()
    const order = await shop.bought(shop.guest, id, 1)
    await postpone(id)
    const path = `/tickets/order/${order.order_id}/return`
    assert.equal((await open(path)).status, 404)
    assert.equal((await send(path, { ticket: codesOf(order)[0] ?? '' })).status, 404)
    assert.equal((await shop.orderOf(shop.guest, order.order_id)).tickets.length, 1)
  })

  test('an order says what became of it: held, given back, refunded, cancelled with its event', async () => {
    const { id } = await shop.create()
    const held = await shop.held(buyer, id, 2)
    const page = async (orderId: number) => (await open(`/tickets/order/${orderId}`)).body
    assert.match(await page(held.order_id), /2 tickets for €150\.00, held for you until <time/)
    await shop.call({ method: 'DELETE', url: `${ORDERS}/${held.order_id}`, by: buyer })
    assert.match(await page(held.order_id), /given back before they were paid/)
    const order = await shop.bought(buyer, id, 2)
    await refund(shop.organizer, order.order_id, { tickets: [codesOf(order)[0]] })
    assert.match(await page(order.order_id), /Of this refunded<\/dt><dd>€75\.00/)
    assert.match((await open('/tickets')).body, /€75\.00 refunded/)
    await refund(shop.organizer, order.order_id)
    assert.match(await page(order.order_id), /The tickets were taken back, and the money goes back/)

    const other = await shop.bought(buyer, id, 1)
    await shop.post(shop.organizer, `${EVENTS}/${id}/cancel`)
    assert.match(await page(other.order_id), /This event is cancelled/)
    assert.match((await open(`/events/${id}`)).body, /gets their money back, without having to ask/)
  })
})
