/** Holds, payments and what becomes of them, through the API and the simulated provider. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { createSale } from '../support/sale.ts'
import { until } from '../support/until.ts'
import {
  app,
  type OrderJson,
  buyer,
  send,
  place,
  pay,
  read,
  expectOrder,
  expectRefused,
  hold,
  booksOf,
  simulator,
  expire,
} from './pay-rig.ts'

interface Ledger {
  captures: { amount: number; metadata: Record<string, string> }[]
}

suite('a hold', () => {
  test('is kept without payment until expires_at, and paid once', async () => {
    const { eventId } = await createSale(app.db, { capacity: 10 })
    const who = await buyer()
    const held = await hold(who, eventId)
    assert.equal(held.total_price, 150)
    assert.ok(Date.parse(held.expires_at ?? '') > Date.now(), 'it expires later')
    assert.deepEqual(await booksOf(eventId), {
      held: 2,
      sold: 0,
      tickets: 0,
      sales: 0,
      returned: 0,
    })

    const paid = expectOrder(await pay(who, held.order_id), 200)
    assert.equal(paid.status, 'CONFIRMED')
    assert.equal(paid.tickets.length, 2)
    assert.equal(paid.expires_at, undefined)
    // Whoever pays again is told the same, and pays nothing.
    const again = expectOrder(await pay(who, held.order_id), 200)
    assert.deepEqual(again.tickets, paid.tickets)
    assert.deepEqual(await booksOf(eventId), {
      held: 0,
      sold: 2,
      tickets: 2,
      sales: 150,
      returned: 0,
    })
    const shown = (await read(who, held.order_id)).tickets.map((ticket) => ticket.ticket_code)
    assert.deepEqual(
      shown,
      paid.tickets.map((ticket) => ticket.ticket_code),
    )
  })

  test('is nobody else’s to see, pay or give back', async () => {
    const { eventId } = await createSale(app.db, { capacity: 10 })
    const held = await hold(await buyer(), eventId)
    const stranger = await buyer()
    expectRefused(await pay(stranger, held.order_id), 404, 'not_found')
    expectRefused(await send(stranger, 'DELETE', `/orders/${held.order_id}`), 404, 'not_found')
    expectRefused(await send(stranger, 'GET', `/orders/${held.order_id}`), 404, 'not_found')
    assert.equal((await booksOf(eventId)).held, 2)
  })

  test('of what costs nothing is confirmed without a payment', async () => {
    const { eventId } = await createSale(app.db, { capacity: 10, price: 0 })
    const who = await buyer()
    const held = await hold(who, eventId)
    assert.equal(expectOrder(await pay(who, held.order_id), 200).status, 'CONFIRMED')
    const [payments] = await app.db.query<{ n: number }>(
      'select count(*) as n from payments where order_id = $1',
      [held.order_id],
    )
    assert.equal(payments?.n, 0)
  })

  test('given back is for sale again at once, and can be given back again', async () => {
    const { eventId } = await createSale(app.db, { capacity: 2 })
    const who = await buyer()
    const held = await hold(who, eventId)
    expectRefused(await place(await buyer(), { event_id: eventId, quantity: 1 }), 409, 'sold_out')
    const given = expectOrder(await send(who, 'DELETE', `/orders/${held.order_id}`), 200)
    assert.deepEqual([given.status, given.reason], ['CANCELLED', 'given_back'])
    assert.equal(expectOrder(await send(who, 'DELETE', `/orders/${held.order_id}`), 200).reason, 'given_back') // prettier-ignore
    expectRefused(await pay(who, held.order_id), 409, 'order_not_pending')
    expectOrder(await place(await buyer(), { event_id: eventId, quantity: 2 }), 201)
  })

  test('that is paid is no hold that could be given back', async () => {
    const { eventId } = await createSale(app.db, { capacity: 2 })
    const who = await buyer()
    const held = await hold(who, eventId)
    expectOrder(await pay(who, held.order_id), 200)
    expectRefused(await send(who, 'DELETE', `/orders/${held.order_id}`), 409, 'order_not_pending')
    assert.equal((await booksOf(eventId)).sold, 2)
  })

  test('expires by itself, is for sale again, and cannot be paid any more', async () => {
    const { eventId } = await createSale(app.db, { capacity: 2 })
    const who = await buyer()
    const held = await hold(who, eventId)
    await expire(held.order_id)
    expectRefused(await pay(who, held.order_id), 409, 'hold_expired')
    await until('CANCELLED', async () => (await read(who, held.order_id)).status === 'CANCELLED')
    assert.equal((await read(who, held.order_id)).reason, 'expired')
    expectRefused(await pay(who, held.order_id), 409, 'hold_expired')
    expectOrder(await place(await buyer(), { event_id: eventId, quantity: 2 }), 201)
  })

  test('counts for the limit of its buyer', async () => {
    const { eventId } = await createSale(app.db, { capacity: 20, maxPerUser: 3 })
    const who = await buyer()
    const held = await hold(who, eventId)
    const over = { event_id: eventId, quantity: 2 }
    expectRefused(await place(who, over), 409, 'limit_exceeded')
    expectOrder(await send(who, 'DELETE', `/orders/${held.order_id}`), 200)
    expectOrder(await place(who, over), 201)
  })

  test('is answered the same to the byte under its key, whatever became of it', async () => {
    const { eventId } = await createSale(app.db, { capacity: 10 })
    const who = await buyer()
    const body = { event_id: eventId, quantity: 2, hold: true }
    const first = await place(who, body, 'hold-1')
    expectOrder(await pay(who, first.json<OrderJson>().order_id), 200)
    const again = await place(who, body, 'hold-1')
    assert.deepEqual([again.status, again.body], [first.status, first.body])
    const other = await place(who, { ...body, hold: false }, 'hold-1')
    expectRefused(other, 422, 'idempotency_key_reused')
    assert.equal((await booksOf(eventId)).sold, 2)
  })
})

suite('a decline', () => {
  test('leaves a hold as it is, for another card', async () => {
    const { eventId } = await createSale(app.db, { capacity: 10 })
    const who = await buyer()
    const held = await hold(who, eventId)
    const refused = await pay(who, held.order_id, 'pm_card_chargeDeclinedInsufficientFunds')
    assert.equal(expectRefused(refused, 402, 'payment_declined').decline_code, 'insufficient_funds')
    assert.equal((await read(who, held.order_id)).status, 'PENDING')
    expectRefused(await pay(who, held.order_id, 'pm_card_chargeDeclined'), 402, 'payment_declined')
    assert.equal(expectOrder(await pay(who, held.order_id), 200).status, 'CONFIRMED')
    assert.deepEqual(await booksOf(eventId), {
      held: 0,
      sold: 2,
      tickets: 2,
      sales: 150,
      returned: 0,
    })
  })

  test('of an amount that no card can pay says so', async () => {
    const { eventId } = await createSale(app.db, { capacity: 10, price: 0.1 })
    const who = await buyer()
    const held = await hold(who, eventId, 1)
    const refused = expectRefused(await pay(who, held.order_id), 402, 'payment_declined')
    assert.equal(refused.decline_code, 'amount_too_small')
    expectRefused(await place(who, { event_id: eventId, quantity: 1 }), 402, 'payment_declined')
    await expire(held.order_id)
    await until('expired', async () => (await read(who, held.order_id)).reason === 'expired')
  })

  test('of an unknown card says so', async () => {
    const { eventId } = await createSale(app.db, { capacity: 10 })
    const who = await buyer()
    const held = await hold(who, eventId)
    expectRefused(await pay(who, held.order_id, 'pm_never_seen'), 402, 'payment_declined')
    assert.equal(expectOrder(await pay(who, held.order_id), 200).status, 'CONFIRMED')
  })

  test('ends an order that was to be paid at once, the same at every retry', async () => {
    const { eventId } = await createSale(app.db, { capacity: 2 })
    const who = await buyer()
    const body = { event_id: eventId, quantity: 2, payment_method: 'pm_card_chargeDeclined' }
    const refused = await place(who, body, 'declined-1')
    expectRefused(refused, 402, 'payment_declined')
    const again = await place(who, body, 'declined-1')
    assert.equal(expectRefused(again, 402, 'payment_declined').decline_code, 'generic_decline')
    assert.deepEqual(await booksOf(eventId), {
      held: 0,
      sold: 0,
      tickets: 0,
      sales: 0,
      returned: 0,
    })
    expectOrder(await place(await buyer(), { event_id: eventId, quantity: 2 }), 201)
  })
})

suite('an order that is paid at once', () => {
  test('is confirmed and captured, once however often it is sent', async () => {
    const { eventId } = await createSale(app.db, { capacity: 50 })
    const who = await buyer()
    const body = { event_id: eventId, quantity: 2 }
    const first = await place(who, body, 'once-1')
    assert.equal(expectOrder(first, 201).status, 'CONFIRMED')
    const again = await place(who, body, 'once-1')
    assert.deepEqual([again.status, again.body], [first.status, first.body])
    assert.deepEqual(await booksOf(eventId), {
      held: 0,
      sold: 2,
      tickets: 2,
      sales: 150,
      returned: 0,
    })
  })

  test('whose buyer has to authenticate waits, and is confirmed by the webhook', async () => {
    const { eventId } = await createSale(app.db, { capacity: 50 })
    const who = await buyer()
    const body = {
      event_id: eventId,
      quantity: 1,
      payment_method: 'pm_card_authenticationRequired',
    }
    const first = await place(who, body, 'auth-1')
    const order = expectOrder(first, 201)
    assert.equal(order.status, 'PENDING')
    assert.ok(order.next_action, first.body)
    assert.deepEqual((await read(who, order.order_id)).next_action, order.next_action)

    await completeAuthentication(order)
    await until('CONFIRMED', async () => (await read(who, order.order_id)).status === 'CONFIRMED')
    const again = await place(who, body, 'auth-1')
    assert.deepEqual([again.status, again.body], [first.status, first.body])
    assert.deepEqual(await booksOf(eventId), {
      held: 0,
      sold: 1,
      tickets: 1,
      sales: 75,
      returned: 0,
    })
  })
})

/** Does what the buyer would do on the provider's page. */
async function completeAuthentication(order: OrderJson): Promise<void> {
  const url = order.next_action?.url ?? ''
  assert.ok(url.startsWith('http'), `there is a page to authenticate at: ${url}`)
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: 'result=complete',
    redirect: 'manual',
  })
  assert.ok(answer.status < 400, `${answer.status} ${await answer.text()}`)
}

suite('an amount', () => {
  for (const [currency, price, amount] of [
    ['EUR', 19.99, 1_999],
    ['HUF', 1_000, 100_000],
    ['JPY', 5_000, 5_000],
    ['KWD', 7.5, 7_500],
  ] as const) {
    test(`of ${currency} is what the provider counts in`, async () => {
      const { eventId } = await createSale(app.db, { capacity: 10, price })
      await app.db.query('update events set currency = $2 where id = $1', [eventId, currency])
      const who = await buyer()
      const order = expectOrder(await place(who, { event_id: eventId, quantity: 1 }), 201)
      const { captures } = (await simulator('/ledger')) as Ledger
      const ours = captures.filter(
        ({ metadata }) => metadata['order_id'] === String(order.order_id),
      )
      assert.deepEqual(
        ours.map((capture) => capture.amount),
        [amount],
      )
    })
  }
})

suite('two at once', () => {
  test('thirty payments of one hold are one capture', async () => {
    const { eventId } = await createSale(app.db, { capacity: 10 })
    const who = await buyer()
    const held = await hold(who, eventId)
    const answers = await Promise.all(
      Array.from({ length: 30 }, async () => await pay(who, held.order_id)),
    )
    for (const answer of answers) {
      assert.ok([200, 202, 409].includes(answer.status), answer.body)
    }
    await until('CONFIRMED', async () => (await read(who, held.order_id)).status === 'CONFIRMED')
    assert.deepEqual(await booksOf(eventId), {
      held: 0,
      sold: 2,
      tickets: 2,
      sales: 150,
      returned: 0,
    })
    const { captures } = (await simulator('/ledger')) as Ledger
    const ours = captures.filter(
      (capture) => capture.metadata['order_id'] === String(held.order_id),
    )
    assert.deepEqual(
      ours.map((capture) => capture.amount),
      [15_000],
    )
  })

  test('paying and giving back end in one of the two, with the books in order', async () => {
    const { eventId } = await createSale(app.db, { capacity: 100 })
    for (let round = 0; round < 10; round += 1) {
      const who = await buyer()
      const held = await hold(who, eventId, 1)
      await Promise.all([pay(who, held.order_id), send(who, 'DELETE', `/orders/${held.order_id}`)])
      await until('settled', async () => (await read(who, held.order_id)).status !== 'PENDING')
    }
    await until('nothing is held', async () => (await booksOf(eventId)).held === 0)
    const books = await booksOf(eventId)
    assert.equal(books.sold, books.tickets)
    assert.equal(books.sales, books.tickets * 75)
    const proof = await app.inject({ method: 'GET', url: `/api/v1/events/${eventId}/proof` })
    assert.equal(proof.json<{ holds: boolean }>().holds, true, proof.body)
  })
})
