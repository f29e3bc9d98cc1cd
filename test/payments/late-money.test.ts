/** Money that comes late, twice or not at all: it becomes tickets where there are any, or goes back. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import Stripe from 'stripe'
import { type PaymentProvider, stripePayments } from '../../src/platform/payments.ts'
import { loadSigningKeys } from '../../src/platform/signing-keys.ts'
import { readShopId } from '../../src/services/payment/shop.sql.ts'
import { type Buyer, createSale } from '../support/sale.ts'
import { until } from '../support/until.ts'
import {
  app,
  dataDir,
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

/** Who speaks to the provider behind the shop's back: a process that was frozen, say. */
async function provider(): Promise<PaymentProvider> {
  const keys = await loadSigningKeys({ authKey: undefined, dataDir })
  const secret = keys.deriveSecret('payment simulator key').toString('hex')
  return stripePayments({
    apiUrl: app.shop.paymentSimulatorUrl,
    secretKey: `sk_test_${secret}`,
    webhookSecret: 'whsec_of_nobody',
    shopId: 'a-frozen-process',
    returnUrl: (orderId) => `http://127.0.0.1/checkout/${orderId}/return`,
  })
}

async function intentOf(orderId: number): Promise<string> {
  const [row] = await app.db.query<{ provider_ref: string }>(
    'select provider_ref from payments where order_id = $1',
    [orderId],
  )
  return row?.provider_ref ?? ''
}

/** A hold whose payment was declined and whose time is over, as a frozen process remembers it. */
async function lostHold(eventId: number): Promise<{ who: Buyer; orderId: number }> {
  const who = await buyer()
  const { order_id: orderId } = await hold(who, eventId)
  expectRefused(await pay(who, orderId, 'pm_card_chargeDeclined'), 402, 'payment_declined')
  await expire(orderId)
  await until('expired', async () => (await read(who, orderId)).reason === 'expired')
  return { who, orderId }
}

const captureLate = async (orderId: number) =>
  await (
    await provider()
  ).confirm({
    intentId: await intentOf(orderId),
    orderId,
    attempt: 99,
    paymentMethod: 'pm_card_visa',
  })

async function refundsOf(who: Buyer, orderId: number) {
  return (await send(who, 'GET', `/orders/${orderId}/refunds`)).json<
    { amount: number; status: string; reason: string }[]
  >()
}

async function proofHolds(eventId: number): Promise<void> {
  const proof = await app.inject({ method: 'GET', url: `/api/v1/events/${eventId}/proof` })
  assert.equal(proof.json<{ holds: boolean }>().holds, true, proof.body)
}

suite('money that comes when the hold is over', () => {
  test('gets its tickets where there still are any', async () => {
    const { eventId } = await createSale(app.db, { capacity: 4 })
    const { who, orderId } = await lostHold(eventId)
    await captureLate(orderId)
    await until('granted', async () => (await read(who, orderId)).status === 'CONFIRMED')
    const order = await read(who, orderId)
    assert.equal(order.tickets.length, 2)
    assert.equal(order.reason, undefined)
    assert.deepEqual(await booksOf(eventId), {
      held: 0,
      sold: 2,
      tickets: 2,
      sales: 150,
      returned: 0,
    })
    await proofHolds(eventId)
  })

  test('goes back where there are none', async () => {
    const { eventId } = await createSale(app.db, { capacity: 2 })
    const { who, orderId } = await lostHold(eventId)
    expectOrder(await place(await buyer(), { event_id: eventId, quantity: 2 }), 201)
    await captureLate(orderId)
    await until('refunded', async () => (await refundsOf(who, orderId))[0]?.status === 'succeeded')
    const refunds = await refundsOf(who, orderId)
    assert.deepEqual(
      refunds.map(({ amount, reason }) => [amount, reason]),
      [[150, 'late_payment']],
    )
    assert.equal((await read(who, orderId)).status, 'CANCELLED')
    assert.deepEqual(await booksOf(eventId), {
      held: 0,
      sold: 2,
      tickets: 2,
      sales: 150,
      returned: 150,
    })
    await proofHolds(eventId)
  })

  test('goes back where the buyer has as many as one may have by now', async () => {
    const { eventId } = await createSale(app.db, { capacity: 20, maxPerUser: 3 })
    const { who, orderId } = await lostHold(eventId)
    expectOrder(await place(who, { event_id: eventId, quantity: 2 }), 201)
    await captureLate(orderId)
    await until('refunded', async () => (await refundsOf(who, orderId))[0]?.status === 'succeeded')
    assert.equal((await booksOf(eventId)).tickets, 2)
    await proofHolds(eventId)
  })
})

suite('a provider that answers late', () => {
  test('is 202, settled by its message, and 202 again under the same key', async () => {
    const { eventId } = await createSale(app.db, { capacity: 10 })
    const who = await buyer()
    await simulator('/faults', {
      method: 'POST',
      body: JSON.stringify({
        rules: [{ kind: 'latency_before', seconds: 4, operations: ['confirm'], count: 1 }],
      }),
    })
    const body = { event_id: eventId, quantity: 1 }
    const first = await place(who, body, 'late-1')
    await simulator('/faults', { method: 'DELETE' })
    const order = expectOrder(first, 202)
    assert.equal(order.status, 'PENDING')
    await until('settled', async () => (await read(who, order.order_id)).status === 'CONFIRMED')
    const again = await place(who, body, 'late-1')
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

suite('a process that died before it asked the provider', () => {
  /** What stands in the database then. */
  async function startOnly(orderId: number, userId: number): Promise<void> {
    const [started] = await app.db.query<{ verdict: string }>(
      'select verdict from start_payments(array[$1::bigint], array[$2::bigint], array[$3], array[null])',
      [orderId, userId, 'pm_card_visa'],
    )
    assert.equal(started?.verdict, 'start')
  }
  const isAskedAfter = async (orderId: number) =>
    await app.db.query(
      `update payments set check_at = clock_timestamp() - interval '1 second' where order_id = $1`,
      [orderId],
    )

  test('is finished by another while the hold lives', async () => {
    const { eventId } = await createSale(app.db, { capacity: 10 })
    const who = await buyer()
    const { order_id: orderId } = await hold(who, eventId)
    await startOnly(orderId, who.id)
    expectRefused(await pay(who, orderId), 409, 'payment_in_progress')
    await isAskedAfter(orderId)
    await until('paid', async () => (await read(who, orderId)).status === 'CONFIRMED')
    assert.deepEqual(await booksOf(eventId), {
      held: 0,
      sold: 2,
      tickets: 2,
      sales: 150,
      returned: 0,
    })
  })

  test('is not mistaken for the attempt before, which was declined', async () => {
    const { eventId } = await createSale(app.db, { capacity: 10 })
    const who = await buyer()
    const { order_id: orderId } = await hold(who, eventId)
    expectRefused(await pay(who, orderId, 'pm_card_chargeDeclined'), 402, 'payment_declined')
    await startOnly(orderId, who.id)
    await isAskedAfter(orderId)
    await until('paid', async () => (await read(who, orderId)).status === 'CONFIRMED')
    assert.deepEqual(await booksOf(eventId), {
      held: 0,
      sold: 2,
      tickets: 2,
      sales: 150,
      returned: 0,
    })
  })

  test('keeps its stock until the provider has voided the payment, and no longer', async () => {
    const { eventId } = await createSale(app.db, { capacity: 2 })
    const who = await buyer()
    const { order_id: orderId } = await hold(who, eventId)
    await startOnly(orderId, who.id)
    await expire(orderId)
    expectRefused(await place(await buyer(), { event_id: eventId, quantity: 1 }), 409, 'sold_out')
    await isAskedAfter(orderId)
    await until('voided', async () => (await read(who, orderId)).reason === 'expired')
    // The frozen one comes back: there is nothing left that it could capture.
    const state = await (
      await provider()
    ).confirm({
      ...{ intentId: await intentOf(orderId), orderId, attempt: 1, paymentMethod: 'pm_card_visa' },
    })
    assert.equal(state.status, 'voided')
    expectOrder(await place(await buyer(), { event_id: eventId, quantity: 2 }), 201)
    await proofHolds(eventId)
  })

  test('is voided when its buyer gives the hold back', async () => {
    const { eventId } = await createSale(app.db, { capacity: 2 })
    const who = await buyer()
    const { order_id: orderId } = await hold(who, eventId)
    await startOnly(orderId, who.id)
    const given = expectOrder(await send(who, 'DELETE', `/orders/${orderId}`), 200)
    assert.deepEqual([given.status, given.reason], ['CANCELLED', 'given_back'])
    assert.equal((await booksOf(eventId)).held, 0)
  })
})

suite('a failure of the provider', () => {
  const trouble = async (...rules: object[]) =>
    await simulator('/faults', { method: 'POST', body: JSON.stringify({ rules }) })

  test('that it keeps while a payment is made is gone round, and one payment is captured', async () => {
    const { eventId } = await createSale(app.db, { capacity: 10 })
    const who = await buyer()
    const { order_id: orderId } = await hold(who, eventId)
    const ofOrder = { operations: ['create'], order_ids: [String(orderId)] }
    await trouble({ kind: 'error_after', count: 1, ...ofOrder })
    expectOrder(await pay(who, orderId), 202)
    await app.db.query(
      `update payments set check_at = clock_timestamp() - interval '1 second' where order_id = $1`,
      [orderId],
    )
    await until('paid', async () => (await read(who, orderId)).status === 'CONFIRMED')
    const { captures } = (await simulator('/ledger')) as { captures: { order_id: string }[] }
    assert.equal(captures.filter((each) => each.order_id === String(orderId)).length, 1)
    await proofHolds(eventId)
  })

  test('that one request was told of is told to all under its key', async () => {
    const { eventId } = await createSale(app.db, { capacity: 10 })
    const who = await buyer()
    await trouble({ kind: 'latency_before', seconds: 1, operations: ['confirm'], count: 1 })
    const answering = place(who, { event_id: eventId, quantity: 1 }, 'told-elsewhere')
    // As another process does that got no verdict in time.
    await until('answered elsewhere', async () => {
      const told = await app.db.query(
        `update orders set first_answer = '{"status": 202}'
          where user_id = $1 and status = 'PENDING' returning 1`,
        [who.id],
      )
      return told.length === 1
    })
    const { order_id: orderId } = expectOrder(await answering, 202)
    assert.equal((await read(who, orderId)).status, 'CONFIRMED')
  })

  test('while a hold is given back is 503, and the next time may do', async () => {
    const { eventId } = await createSale(app.db, { capacity: 10 })
    const who = await buyer()
    const { order_id: orderId } = await hold(who, eventId)
    const asked = expectOrder(await pay(who, orderId, 'pm_card_authenticationRequired'), 200)
    assert.equal(asked.status, 'PENDING')
    await trouble({ kind: 'error_before', operations: ['cancel'], order_ids: [String(orderId)] })
    expectRefused(await send(who, 'DELETE', `/orders/${orderId}`), 503, 'unavailable')
    await simulator('/faults', { method: 'DELETE' })
    const given = expectOrder(await send(who, 'DELETE', `/orders/${orderId}`), 200)
    assert.deepEqual([given.status, given.reason], ['CANCELLED', 'given_back'])
  })
})

suite('messages of the provider', () => {
  const webhook = async (body: string, signature: string) =>
    await app.inject({
      method: 'POST',
      url: '/api/v1/webhooks/payments',
      headers: { 'content-type': 'application/json', 'stripe-signature': signature },
      payload: body,
    })

  test('count only with the provider’s signature over the very bytes', async () => {
    const { eventId } = await createSale(app.db, { capacity: 10 })
    const who = await buyer()
    const { order_id: orderId } = await hold(who, eventId)
    const bodyOf = (shop: string) =>
      JSON.stringify({
        id: `evt_of_${shop}`,
        object: 'event',
        type: 'payment_intent.succeeded',
        data: {
          object: {
            ...{ id: 'pi_1', object: 'payment_intent' },
            metadata: { shop_id: shop, order_id: String(orderId) },
          },
        },
      })
    const shopId = await readShopId(app.db)
    const body = bodyOf(shopId)
    const keys = await loadSigningKeys({ authKey: undefined, dataDir })
    const secret = `whsec_${keys.deriveSecret('payment simulator webhooks').toString('hex')}`
    const sign = (payload: string, options: { secret?: string; timestamp?: number } = {}) =>
      Stripe.webhooks.generateTestHeaderString({ payload, secret, ...options })
    const now = Math.floor(Date.now() / 1000)
    for (const signature of [
      '',
      't=1,v1=00',
      sign(body, { secret: 'whsec_of_somebody_else' }),
      sign(`${body} `),
      sign(body, { timestamp: now - 400 }),
    ]) {
      expectRefused(await webhook(body, signature), 400, 'invalid_request')
    }
    const kept = async () =>
      await app.db.query<{ id: string; handled: boolean; tries: number }>(
        `select id, handled_at is not null as handled, tries from webhook_inbox
          where intent_id = 'pi_1'`,
      )
    assert.deepEqual(await kept(), [])
    assert.equal((await read(who, orderId)).status, 'PENDING')
    // Whoever shares our account at the provider speaks of orders of their own.
    const foreign = bodyOf('another shop')
    assert.equal((await webhook(foreign, sign(foreign))).status, 200)
    assert.deepEqual(await kept(), [])
    // The control: the same body, signed as the provider does.
    assert.equal((await webhook(body, sign(body))).status, 200)
    await until('handled', async () => (await kept())[0]?.handled === true)
    // Sent again, it is taken and not looked at again.
    const again = await Promise.all([1, 2, 3].map(async () => await webhook(body, sign(body))))
    assert.deepEqual(again.map(({ status }) => status), [200, 200, 200]) // prettier-ignore
    assert.deepEqual(await kept(), [{ id: `evt_of_${shopId}`, handled: true, tries: 1 }])
    assert.equal((await read(who, orderId)).status, 'PENDING', 'nobody had tried to pay for it')
  })

  test('have one effect however often they come', async () => {
    const { eventId } = await createSale(app.db, { capacity: 10 })
    const who = await buyer()
    await simulator('/faults', {
      method: 'POST',
      body: JSON.stringify({ rules: [{ kind: 'webhook_duplicate', copies: 5, count: 20 }] }),
    })
    const order = expectOrder(await place(who, { event_id: eventId, quantity: 1 }), 201)
    await simulator('/faults', { method: 'DELETE' })
    await until('handled', async () => {
      const [row] = await app.db.query<{ open: number; all: number }>(
        `select count(*) filter (where handled_at is null) as open, count(*) as all
           from webhook_inbox where intent_id = (select provider_ref from payments where order_id = $1)`,
        [order.order_id],
      )
      return row?.open === 0 && row.all === 1
    })
    assert.deepEqual(await booksOf(eventId), {
      held: 0,
      sold: 1,
      tickets: 1,
      sales: 75,
      returned: 0,
    })
  })
})
