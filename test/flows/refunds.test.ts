/** Tickets go back and money with them: whole, in part, once, and to nobody else. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { assertRefused } from '../support/accounts.ts'
import { EVENTS } from '../support/event-api.ts'
import { sendTogether } from '../support/last-byte.ts'
import {
  ORDERS,
  type OrderJson,
  type PaidShop,
  assertBooksAgree,
  eventually,
  startPaidShop,
  untilSettled,
} from '../support/paid-sale.ts'
import { makeTrouble } from '../support/payment-simulator.ts'
import type { Buyer } from '../support/sale.ts'
import { until } from '../support/until.ts'

let shop: PaidShop
before(async () => {
  shop = await startPaidShop()
})
after(async () => {
  await shop[Symbol.asyncDispose]()
})

const refund = async (by: Buyer, orderId: number, body: object = {}) =>
  await shop.post(by, `${ORDERS}/${orderId}/refunds`, body)
const codesOf = (order: OrderJson) => order.tickets.map((ticket) => ticket.ticket_code)
const isValid = async (by: Buyer, code: string) =>
  (await shop.call({ method: 'GET', url: `/api/v1/tickets/${code}`, by })).json<{
    valid: boolean
  }>().valid

test('a refunded order is cancelled, its tickets open no door, and its money is back', async () => {
  const { id } = await shop.create({ total_tickets: 10 })
  const order = await shop.bought(shop.guest, id, 3)
  const codes = codesOf(order)
  assert.ok(await isValid(shop.guest, codes[0] ?? ''), 'a ticket that was bought is valid')
  const answer = await refund(shop.organizer, order.order_id)
  assert.equal(answer.status, 201, answer.body)
  const taken = answer.json<{
    order_id: number
    tickets_taken_back: number
    refund_ids: number[]
  }>()
  assert.equal(taken.order_id, order.order_id)
  assert.equal(taken.tickets_taken_back, 3)
  assert.equal(taken.refund_ids.length, 1)

  const afterwards = await shop.orderOf(shop.guest, order.order_id)
  assert.equal(afterwards.status, 'CANCELLED')
  assert.equal(afterwards.reason, 'refunded')
  assert.equal(afterwards.refunded_amount, 225)
  assert.deepEqual(afterwards.tickets, [])
  for (const code of codes) assert.equal(await isValid(shop.guest, code), false, code)

  await untilSettled(shop.db, id)
  const [back] = await shop.refundsOf(shop.guest, order.order_id)
  assert.equal(back?.refund_id, taken.refund_ids[0])
  assert.deepEqual([back?.amount, back?.reason, back?.status], [225, 'requested', 'succeeded'])
  const { captured, refunded } = await assertBooksAgree(shop.db, shop.simulatorUrl, id)
  assert.deepEqual([captured, refunded], [22_500, 22_500])
  const [entry] = await shop.db.query<{ actor_id: number; after: object }>(
    `select actor_id, after from audit_log where action = 'order.refunded' and subject_id = $1`,
    [order.order_id],
  )
  assert.equal(entry?.actor_id, shop.organizer.id)
  assert.deepEqual(entry.after, { tickets: 3, refunds: taken.refund_ids, reason: 'requested' })
})

test('some tickets go back and the others stay good, until all are gone', async () => {
  const { id } = await shop.create()
  const order = await shop.bought(shop.guest, id, 3)
  const [first = '', second = '', third = ''] = codesOf(order)
  assert.equal((await refund(shop.organizer, order.order_id, { tickets: [second] })).status, 201)
  const partly = await shop.orderOf(shop.guest, order.order_id)
  assert.equal(partly.status, 'CONFIRMED')
  assert.equal(partly.refunded_amount, 75)
  assert.deepEqual(codesOf(partly), [first, third])
  assert.equal(await isValid(shop.guest, second), false)
  assert.equal(await isValid(shop.guest, third), true)
  // The listing may be a second old.
  await until('498 are left', async () => (await shop.read(id)).remaining_tickets === 498)

  assertRefused(await refund(shop.organizer, order.order_id, { tickets: [first, second] }), {
    status: 409,
    code: 'nothing_to_refund',
  })
  assert.equal(await isValid(shop.guest, first), true, 'what is refused takes nothing')
  assert.equal((await refund(shop.organizer, order.order_id)).status, 201)
  const gone = await shop.orderOf(shop.guest, order.order_id)
  assert.deepEqual([gone.status, gone.refunded_amount], ['CANCELLED', 225])
  await untilSettled(shop.db, id)
  const amounts = (await shop.refundsOf(shop.guest, order.order_id)).map(({ amount }) => amount)
  assert.deepEqual(amounts, [75, 150])
  await assertBooksAgree(shop.db, shop.simulatorUrl, id)
})

test('a refund that twenty ask for at once is one refund', async () => {
  const { id } = await shop.create()
  const order = await shop.bought(shop.guest, id, 2)
  const [code = ''] = codesOf(order)
  const ask = (body: object) => ({
    url: shop.url,
    method: 'POST',
    path: `${ORDERS}/${order.order_id}/refunds`,
    headers: { Authorization: `Bearer ${shop.organizer.token}` },
    body,
  })
  for (const body of [{ tickets: [code] }, {}]) {
    const answers = await sendTogether(Array.from({ length: 20 }, () => ask(body)))
    const statuses = answers.map(({ status }) => status).sort()
    assert.deepEqual(statuses, [201, ...Array<number>(19).fill(409)])
  }
  await untilSettled(shop.db, id)
  const { captured, refunded, theirs } = await assertBooksAgree(shop.db, shop.simulatorUrl, id)
  assert.deepEqual([captured, refunded], [15_000, 15_000])
  assert.deepEqual(
    theirs.refunds.map(({ amount }) => amount),
    [7_500, 7_500],
  )
})

test('tickets that overlap in many refunds at once each go back once', async () => {
  const { id } = await shop.create()
  const order = await shop.bought(shop.guest, id, 4)
  const codes = codesOf(order)
  const requests = codes.flatMap((code, n) => [
    { tickets: [code] },
    { tickets: [code, codes[(n + 1) % codes.length]] },
    {},
  ])
  const answers = await sendTogether(
    requests.map((body) => ({
      url: shop.url,
      method: 'POST',
      path: `${ORDERS}/${order.order_id}/refunds`,
      headers: { Authorization: `Bearer ${shop.admin.token}` },
      body,
    })),
  )
  const taken = answers
    .filter(({ status }) => status === 201)
    .map(({ body }) => (JSON.parse(body) as { tickets_taken_back: number }).tickets_taken_back)
  assert.equal(
    taken.reduce((all, one) => all + one, 0),
    4,
  )
  await untilSettled(shop.db, id)
  const { refunded } = await assertBooksAgree(shop.db, shop.simulatorUrl, id)
  assert.equal(refunded, 30_000)
})

test('only the organizer of the event and admins take tickets back', async () => {
  const { id } = await shop.create()
  const order = await shop.bought(shop.guest, id)
  const [stranger] = await shop.buyers(1)
  assert.ok(stranger, 'a stranger')
  const orderId = order.order_id
  assertRefused(await refund(shop.guest, orderId), { status: 403, code: 'forbidden' })
  assertRefused(await refund(stranger, orderId), { status: 404, code: 'not_found' })
  assertRefused(await refund(shop.rival, orderId), { status: 404, code: 'not_found' })
  assertRefused(await refund(shop.organizer, 999_999_999), { status: 404, code: 'not_found' })
  for (const by of [stranger, shop.rival]) {
    const list = await shop.call({ method: 'GET', url: `${ORDERS}/${orderId}/refunds`, by })
    assertRefused(list, { status: 404, code: 'not_found' })
  }
  assert.equal((await shop.orderOf(shop.guest, orderId)).status, 'CONFIRMED')
  assert.equal((await refund(shop.admin, orderId)).status, 201)
  for (const by of [shop.guest, shop.organizer, shop.admin]) {
    assert.equal((await shop.refundsOf(by, orderId)).length, 1)
  }
})

test('tickets of another order, and what is no ticket, are refused by name', async () => {
  const { id } = await shop.create()
  const order = await shop.bought(shop.guest, id)
  const other = await shop.bought(shop.guest, id)
  const [own = ''] = codesOf(order)
  const [foreign = ''] = codesOf(other)
  const wrong: [status: 400 | 422, field: string, body: object][] = [
    [422, 'tickets/1', { tickets: [own, foreign] }],
    [422, 'tickets/0', { tickets: ['TCK-NOBODYHASTHIS'] }],
    [400, 'tickets/0', { tickets: ['no ticket'] }],
    [400, 'tickets/0', { tickets: [7] }],
    [400, 'tickets', { tickets: [] }],
    [400, 'tickets', { tickets: own }],
    [400, 'tickets', { tickets: [own, own] }],
    [400, 'tickets', { tickets: null }],
    [400, 'amount', { amount: 1_000 }],
    [400, 'quantity', { quantity: -1 }],
  ]
  for (const [status, field, body] of wrong) {
    const code = status === 400 ? 'invalid_request' : 'invalid_value'
    const answer = await refund(shop.organizer, order.order_id, body)
    assertRefused(answer, { status, code, field }, `${JSON.stringify(body)} ${answer.body}`)
  }
  assert.equal((await shop.orderOf(shop.guest, order.order_id)).tickets.length, 2)
  assert.equal((await shop.orderOf(shop.guest, other.order_id)).tickets.length, 2)
  await assertBooksAgree(shop.db, shop.simulatorUrl, id)
})

test('free tickets go back without money', async () => {
  const { id } = await shop.create({ ticket_price: 0, total_tickets: 2 })
  const order = await shop.bought(shop.guest, id)
  const answer = await refund(shop.organizer, order.order_id)
  assert.deepEqual(answer.json(), {
    order_id: order.order_id,
    tickets_taken_back: 2,
    refund_ids: [],
  })
  const gone = await shop.orderOf(shop.guest, order.order_id)
  assert.deepEqual([gone.status, gone.reason], ['CANCELLED', 'refunded'])
  assert.ok(!('refunded_amount' in gone), 'nothing was paid, so nothing goes back')
  assert.deepEqual(await shop.refundsOf(shop.guest, order.order_id), [])
  assert.equal((await shop.bought(shop.guest, id)).status, 'CONFIRMED')
  assertRefused(await refund(shop.organizer, order.order_id), {
    status: 409,
    code: 'nothing_to_refund',
  })
})

test('what was taken back is for sale again at once, also where the gate had it sold out', async () => {
  const { id } = await shop.create({ total_tickets: 2 })
  const [other] = await shop.buyers(1)
  assert.ok(other, 'another buyer')
  const order = await shop.bought(shop.guest, id, 2)
  const wanted = { event_id: id, quantity: 1 }
  assertRefused(await shop.post(other, ORDERS, wanted), { status: 409, code: 'sold_out' })
  assert.equal((await refund(shop.organizer, order.order_id)).status, 201)
  const again = await shop.post(other, ORDERS, wanted)
  assert.equal(again.status, 201, again.body)
})

test('a hold and an order without tickets have nothing to refund', async () => {
  const { id } = await shop.create()
  const held = await shop.held(shop.guest, id)
  assertRefused(await refund(shop.organizer, held.order_id), {
    status: 409,
    code: 'nothing_to_refund',
  })
  assert.equal((await shop.orderOf(shop.guest, held.order_id)).status, 'PENDING')
  const back = await shop.call({ method: 'DELETE', url: `${ORDERS}/${held.order_id}`, by: shop.guest }) // prettier-ignore
  assert.equal(back.status, 200, back.body)
  assertRefused(await refund(shop.organizer, held.order_id), {
    status: 409,
    code: 'nothing_to_refund',
  })
})

test('the database refuses a refund of less than nothing', async () => {
  const { id } = await shop.create()
  const order = await shop.bought(shop.guest, id)
  for (const amount of ['-1', '0']) {
    await assert.rejects(
      shop.db.query(
        `insert into refunds (order_id, event_id, amount, currency, reason)
           values ($1, $2, $3, 'EUR', 'requested')`,
        [order.order_id, id, amount],
      ),
      /refunds_amount_check/,
    )
  }
})

test('a refund that fails at the bank is owed and shown so, and the books agree', async () => {
  const { id } = await shop.create()
  const answer = await shop.post(shop.guest, ORDERS, {
    event_id: id,
    quantity: 1,
    payment_method: 'pm_card_refundFail',
  })
  const order = answer.json<OrderJson>()
  assert.equal(order.status, 'CONFIRMED', answer.body)
  assert.equal((await refund(shop.organizer, order.order_id)).status, 201)
  await eventually('the bank turns the refund away', async () => {
    const [failed] = await shop.refundsOf(shop.guest, order.order_id)
    return failed?.status === 'failed'
  })
  const { captured, refunded } = await assertBooksAgree(shop.db, shop.simulatorUrl, id)
  assert.deepEqual([captured, refunded], [7_500, 0])
  const proof = await shop.call({ method: 'GET', url: `${EVENTS}/${id}/proof` })
  assert.equal(proof.json<{ money: { refunds_due: number } }>().money.refunds_due, 75)
})

test('a refund that takes the bank a while is told when it is through', async () => {
  const { id } = await shop.create()
  const answer = await shop.post(shop.guest, ORDERS, {
    event_id: id,
    quantity: 1,
    payment_method: 'pm_card_pendingRefund',
  })
  const order = answer.json<OrderJson>()
  assert.equal((await refund(shop.organizer, order.order_id)).status, 201)
  await untilSettled(shop.db, id)
  const { refunded } = await assertBooksAgree(shop.db, shop.simulatorUrl, id)
  assert.equal(refunded, 7_500)
})

test('a refund that was carried out and answered with a failure is found, not paid twice', async () => {
  const { id } = await shop.create()
  const order = await shop.bought(shop.guest, id, 2)
  const orderIds = [String(order.order_id)]
  const about = { operations: ['refund'], order_ids: orderIds, count: 1 }
  await makeTrouble(shop.simulatorUrl, { kind: 'error_after', ...about })
  assert.equal((await refund(shop.organizer, order.order_id)).status, 201)
  await eventually('the provider was asked once', async () => {
    const [row] = await shop.db.query<{ last_error: string | null }>(
      'select last_error from refunds where order_id = $1',
      [order.order_id],
    )
    return row?.last_error !== null
  })
  await shop.db.query('update refunds set run_at = now() where order_id = $1', [order.order_id])
  await untilSettled(shop.db, id)
  const { refunded, theirs } = await assertBooksAgree(shop.db, shop.simulatorUrl, id)
  assert.equal(refunded, 15_000)
  assert.equal(theirs.refunds.length, 1)
})
