/** One key, one effect, one answer: for what is done to an order after it was placed. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { TestAnswer } from '../support/app.ts'
import { type Buyer, createBuyers, createSale } from '../support/sale.ts'
import { until } from '../support/until.ts'
import {
  app,
  buyer,
  dataDir,
  expectOrder,
  expectRefused,
  expire,
  hold,
  pay,
  place,
  read,
  send,
} from './pay-rig.ts'

const DECLINED = 'pm_card_chargeDeclinedInsufficientFunds'
const ASKS_BUYER = 'pm_card_authenticationRequired'

async function heldOrder(price = 75): Promise<{ who: Buyer; eventId: number; orderId: number }> {
  const { eventId } = await createSale(app.db, { capacity: 20, price })
  const who = await buyer()
  const { order_id } = await hold(who, eventId)
  return { who, eventId, orderId: order_id }
}

/** How often the provider was asked for this order, and how often the money was taken. */
async function attemptsOf(orderId: number): Promise<number | undefined> {
  const [row] = await app.db.query<{ attempt: number }>(
    'select attempt from payments where order_id = $1',
    [orderId],
  )
  return row?.attempt
}

function assertSame(again: TestAnswer, first: TestAnswer): void {
  assert.equal(again.status, first.status, again.body)
  const { request_id: _one, ...told } = again.json<{ request_id?: string }>()
  const { request_id: _other, ...before } = first.json<{ request_id?: string }>()
  assert.deepEqual(told, before)
}

suite('a payment under a key', () => {
  test('is made once and answered the same, also when its tickets were taken back since', async () => {
    const { who, orderId } = await heldOrder()
    const [admin] = await createBuyers(app.db, dataDir, 1, 'admin')
    assert.ok(admin, 'an admin')
    const first = await pay(who, orderId, 'pm_card_visa', 'k1')
    assert.equal(expectOrder(first, 200).status, 'CONFIRMED')
    assert.equal(first.headers['idempotent-replayed'], undefined)
    const again = await pay(who, orderId, 'pm_card_visa', 'k1')
    assertSame(again, first)
    assert.equal(again.headers['idempotent-replayed'], 'true')
    assert.equal((await send(admin, 'POST', `/orders/${orderId}/refunds`, {})).status, 201)
    assertSame(await pay(who, orderId, 'pm_card_visa', 'k1'), first)
    assert.equal(await attemptsOf(orderId), 1)
  })

  test('that was declined is not tried again, but another key tries', async () => {
    const { who, orderId } = await heldOrder()
    const first = await pay(who, orderId, DECLINED, 'k1')
    assert.equal(expectRefused(first, 402, 'payment_declined').decline_code, 'insufficient_funds')
    assertSame(await pay(who, orderId, DECLINED, 'k1'), first)
    assert.equal(await attemptsOf(orderId), 1)

    expectRefused(await pay(who, orderId, 'pm_card_chargeDeclined', 'k2'), 402, 'payment_declined')
    // What comes late of the first request is still that request.
    assertSame(await pay(who, orderId, DECLINED, 'k1'), first)
    assert.equal(await attemptsOf(orderId), 2)

    const paid = await pay(who, orderId, 'pm_card_visa', 'k3')
    assert.equal(expectOrder(paid, 200).status, 'CONFIRMED')
    assertSame(await pay(who, orderId, DECLINED, 'k1'), first)
    assertSame(await pay(who, orderId, 'pm_card_visa', 'k3'), paid)
    assert.equal(await attemptsOf(orderId), 3)
  })

  test('is declined the same when the hold is over', async () => {
    const { who, orderId } = await heldOrder()
    const first = await pay(who, orderId, DECLINED, 'k1')
    await expire(orderId)
    await until('expired', async () => (await read(who, orderId)).reason === 'expired')
    assertSame(await pay(who, orderId, DECLINED, 'k1'), first)
    expectRefused(await pay(who, orderId, DECLINED, 'k2'), 409, 'hold_expired')
  })

  test('with another method is refused, whatever became of the first', async () => {
    const { who, orderId } = await heldOrder()
    await pay(who, orderId, DECLINED, 'k1')
    expectRefused(await pay(who, orderId, 'pm_card_visa', 'k1'), 422, 'idempotency_key_reused')
    await pay(who, orderId, 'pm_card_visa', 'k2')
    for (const [method, key] of [
      ['pm_card_visa', 'k1'],
      [DECLINED, 'k2'],
    ] as const) {
      expectRefused(await pay(who, orderId, method, key), 422, 'idempotency_key_reused')
    }
    assert.equal(await attemptsOf(orderId), 2)
  })

  test('whose buyer has to authenticate asks for the same authentication', async () => {
    const { who, orderId } = await heldOrder()
    const first = await pay(who, orderId, ASKS_BUYER, 'k1')
    assert.ok(expectOrder(first, 200).next_action, first.body)
    assertSame(await pay(who, orderId, ASKS_BUYER, 'k1'), first)
    assert.equal(await attemptsOf(orderId), 1)
  })

  test('twenty times at once is one attempt', async () => {
    const { who, orderId } = await heldOrder()
    const answers = await Promise.all(
      Array.from({ length: 20 }, async () => await pay(who, orderId, DECLINED, 'k1')),
    )
    for (const answer of answers) assert.ok([202, 402].includes(answer.status), answer.body)
    await until('declined', async () => (await pay(who, orderId, DECLINED, 'k1')).status === 402)
    assert.equal(await attemptsOf(orderId), 1)
  })

  test('is of its own order', async () => {
    const one = await heldOrder()
    const other = await hold(one.who, one.eventId)
    expectOrder(await pay(one.who, one.orderId, 'pm_card_visa', 'k1'), 200)
    const paid = expectOrder(await pay(one.who, other.order_id, 'pm_card_visa', 'k1'), 200)
    assert.equal(paid.order_id, other.order_id)
  })
})

suite('taking tickets back under a key', () => {
  const refund = async (by: Buyer, orderId: number, body: object, key?: string) =>
    await send(by, 'POST', `/orders/${orderId}/refunds`, body, key)

  async function boughtOrder(price: number) {
    const { eventId } = await createSale(app.db, { capacity: 20, price })
    const who = await buyer()
    const [admin] = await createBuyers(app.db, dataDir, 1, 'admin')
    assert.ok(admin, 'an admin')
    const order = expectOrder(await place(who, { event_id: eventId, quantity: 3 }), 201)
    const codes = order.tickets.map((ticket) => ticket.ticket_code)
    return { who, admin, eventId, orderId: order.order_id, codes }
  }
  const takenBack = async (orderId: number) => {
    const [row] = await app.db.query<{ tickets: number; refunds: number }>(
      `select (select count(*) from tickets where order_id = $1 and voided_at is not null) as tickets,
              (select count(*) from refunds where order_id = $1) as refunds`,
      [orderId],
    )
    return [row?.tickets, row?.refunds]
  }

  for (const [what, price, refunds] of [
    ['paid', 75, 1],
    ['free', 0, 0],
  ] as const) {
    test(`takes ${what} tickets once and says the same, and another key finds nothing`, async () => {
      const { admin, orderId, codes } = await boughtOrder(price)
      const [first = '', second = '', third = ''] = codes
      const answer = await refund(admin, orderId, { tickets: [first, second] }, 'r1')
      assert.equal(answer.status, 201, answer.body)
      assert.equal(answer.json<{ refund_ids: number[] }>().refund_ids.length, refunds)
      const again = await refund(admin, orderId, { tickets: [second, first] }, 'r1')
      assertSame(again, answer)
      assert.equal(again.headers['idempotent-replayed'], 'true')
      for (const body of [{ tickets: [third] }, {}]) {
        expectRefused(await refund(admin, orderId, body, 'r1'), 422, 'idempotency_key_reused')
      }
      assert.deepEqual(await takenBack(orderId), [2, refunds])
      const body = { tickets: [first, second] }
      expectRefused(await refund(admin, orderId, body, 'r2'), 409, 'nothing_to_refund')
      expectRefused(await refund(admin, orderId, body), 409, 'nothing_to_refund')
    })
  }

  test('twenty times at once is one refund with one answer', async () => {
    const { admin, orderId, codes } = await boughtOrder(75)
    const answers = await Promise.all(
      Array.from({ length: 20 }, async () => await refund(admin, orderId, {}, 'r1')),
    )
    assert.deepEqual([...new Set(answers.map(({ status }) => status))], [201])
    assert.equal(new Set(answers.map(({ body }) => body)).size, 1)
    assert.deepEqual(await takenBack(orderId), [codes.length, 1])
  })

  test('two bodies at once take what one of them says', async () => {
    const { admin, orderId, codes } = await boughtOrder(75)
    const answers = await Promise.all(
      codes.map(async (code) => await refund(admin, orderId, { tickets: [code] }, 'r1')),
    )
    assert.deepEqual(answers.map(({ status }) => status).sort(), [201, 422, 422])
    assert.deepEqual(await takenBack(orderId), [1, 1])
  })

  test('is the key of whoever sent it: nobody else hears of it', async () => {
    const { who, admin, orderId } = await boughtOrder(75)
    assert.equal((await refund(admin, orderId, {}, 'r1')).status, 201)
    assert.equal((await refund(who, orderId, {}, 'r1')).status, 403)
    expectRefused(await refund(await buyer(), orderId, {}, 'r1'), 404, 'not_found')
  })
})

test('a hold that is given back under a key is given back once, and answered the same', async () => {
  const { who, orderId } = await heldOrder()
  const giveBack = async () => await send(who, 'DELETE', `/orders/${orderId}`, undefined, 'd1')
  const first = await giveBack()
  assert.equal(expectOrder(first, 200).reason, 'given_back')
  assertSame(await giveBack(), first)
})

test('an event that is cancelled under a key is cancelled once, also for who knows an older version', async () => {
  const { eventId } = await createSale(app.db, { capacity: 20 })
  const [admin] = await createBuyers(app.db, dataDir, 1, 'admin')
  assert.ok(admin, 'an admin')
  const url = `/api/v1/events/${eventId}`
  const seen = await app.inject({ method: 'GET', url })
  const cancel = async (version: string) =>
    await app.inject({
      method: 'POST',
      url: `${url}/cancel`,
      headers: {
        authorization: `Bearer ${admin.token}`,
        'idempotency-key': 'c1',
        'if-match': version,
      },
    })
  assert.equal((await cancel('"v0"')).status, 412, 'what is not cancelled is looked at first')
  const version = String(seen.headers['etag'])
  const first = await cancel(version)
  assert.equal(first.status, 200, first.body)
  assertSame(await cancel(version), first)
  const entries = await app.db.query(
    `select 1 from audit_log where action = 'event.cancelled' and subject_id = $1`,
    [eventId],
  )
  assert.equal(entries.length, 1)
})
