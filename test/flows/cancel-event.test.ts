/** A cancelled event gives everything back, exactly once, whatever else happens meanwhile. */
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { assertRefused } from '../support/accounts.ts'
import { type TestApp, startApp } from '../support/app.ts'
import { createDatabase } from '../support/database.ts'
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
import {
  SECRET_KEY,
  WEBHOOK_SECRET,
  endTrouble,
  makeTrouble,
  startSimulatorProcess,
} from '../support/payment-simulator.ts'
import { type ShopProcess, startShopProcess } from '../support/process.ts'
import { type Buyer, createBuyers, createSale } from '../support/sale.ts'

interface Progress {
  done: boolean
  tickets_left: number
  refunds: { requested: number; succeeded: number; failed: number }
  refunded_amount: number
  due_amount: number
}

let shop: PaidShop
before(async () => {
  shop = await startPaidShop()
})
after(async () => {
  await shop[Symbol.asyncDispose]()
})

const cancel = async (eventId: number, by = shop.organizer) =>
  await shop.post(by, `${EVENTS}/${eventId}/cancel`)

const progressOf = async (eventId: number) => {
  const url = `${EVENTS}/${eventId}/cancellation`
  const answer = await shop.call({ method: 'GET', url, by: shop.organizer })
  assert.equal(answer.status, 200, answer.body)
  return answer.json<Progress>()
}

const untilDone = async (eventId: number) =>
  await eventually(`event ${eventId} has given everything back`, async () => {
    const progress = await progressOf(eventId)
    return progress.done && progress
  })

/** Nobody has anything of the event any more: no ticket, no hold, no stock taken. */
async function assertNothingLeft(db: TestApp['db'], eventId: number): Promise<void> {
  const left = await db.query(
    `select i.held, i.sold,
            (select count(*)::integer from orders where event_id = $1 and status <> 'CANCELLED') as orders,
            (select count(*)::integer from tickets where event_id = $1 and voided_at is null) as tickets,
            (select coalesce(sum(held + sold), 0)::integer from inventory where event_id = $1) as by_type
       from event_inventory i where i.event_id = $1`,
    [eventId],
  )
  assert.deepEqual(left, [{ held: 0, sold: 0, orders: 0, tickets: 0, by_type: 0 }])
}

test('orders of every kind go back exactly once, over several pages, and it is seen how far', async () => {
  const { id } = await shop.create({ total_tickets: 1_000, hold_seconds: 86_400 })
  const buyers = await shop.buyers(290)
  const paid: OrderJson[] = []
  for (let from = 0; from < 230; from += 23) {
    const some = buyers.slice(from, from + 23).map(async (by) => await shop.bought(by, id))
    paid.push(...(await Promise.all(some)))
  }
  const holders = buyers.slice(230, 260)
  const held = await Promise.all(holders.map(async (by) => await shop.held(by, id)))
  const asked = await Promise.all(
    buyers.slice(260, 270).map(async (by) => {
      const body = { event_id: id, quantity: 1, payment_method: 'pm_card_authenticationRequired' }
      return (await shop.post(by, ORDERS, body)).json<OrderJson>()
    }),
  )
  assert.ok(
    asked.every((order) => order.status === 'PENDING' && order.next_action !== undefined),
    'all wait for their buyers',
  )
  const notYet = await shop.call({ method: 'GET', url: `${EVENTS}/${id}/cancellation`, by: shop.organizer }) // prettier-ignore
  assertRefused(notYet, { status: 404, code: 'not_found' }, 'there is no progress of what goes on')

  // Some pay right when it is cancelled, and the provider takes its time with them.
  await makeTrouble(shop.simulatorUrl, { kind: 'latency_after', operations: ['confirm'], seconds: 1 }) // prettier-ignore
  const paying = buyers.slice(270).map(async (by) => {
    const body = { event_id: id, quantity: 2 }
    return await shop.post(by, ORDERS, body)
  })
  await eventually('the last buyers are paying', async () => {
    const [row] = await shop.db.query<{ count: number }>(
      `select count(*) from payments where event_id = $1 and status = 'processing'`,
      [id],
    )
    return Number(row?.count) >= 20
  })
  const cancelled = await cancel(id)
  assert.equal(cancelled.status, 200, cancelled.body)
  assert.equal(cancelled.json<{ status: string }>().status, 'cancelled')
  const [holder] = holders
  assert.ok(holder !== undefined && held[0] !== undefined, 'somebody holds tickets')
  const late = await shop.post(holder, ORDERS, { event_id: id, quantity: 1, hold: true })
  assertRefused(late, { status: 409, code: 'event_cancelled' })
  const pay = await shop.post(holder, `${ORDERS}/${held[0].order_id}/pay`, { payment_method: 'pm_card_visa' }) // prettier-ignore
  assertRefused(pay, { status: 409, code: 'event_cancelled' })
  for (const answer of await Promise.all(paying)) {
    const told = answer.json<{ code?: string; status: unknown }>()
    assert.ok([201, 202].includes(answer.status) || told.code === 'event_cancelled', answer.body)
  }
  await endTrouble(shop.simulatorUrl)

  const progress = await untilDone(id)
  await untilSettled(shop.db, id)
  await assertNothingLeft(shop.db, id)
  const { captured, refunded } = await assertBooksAgree(shop.db, shop.simulatorUrl, id)
  assert.equal(refunded, captured)
  assert.ok(captured >= 230 * 15_000, `${captured}`)
  assert.equal(progress.refunds.failed, 0)
  const done = await progressOf(id)
  assert.deepEqual(done, {
    event_id: id,
    done: true,
    tickets_left: 0,
    refunds: { requested: 0, succeeded: captured / 15_000, failed: 0 },
    refunded_amount: captured / 100,
    due_amount: 0,
  })
  const [first] = buyers
  assert.ok(first !== undefined && paid[0] !== undefined, 'somebody paid')
  const order = await shop.orderOf(first, paid[0].order_id)
  assert.deepEqual([order.reason, order.refunded_amount], ['event_cancelled', 150])
  const [refund] = await shop.refundsOf(first, paid[0].order_id)
  assert.deepEqual([refund?.reason, refund?.status], ['event_cancelled', 'succeeded'])
  const released = await shop.orderOf(holder, held[0].order_id)
  assert.deepEqual([released.status, released.reason], ['CANCELLED', 'event_cancelled'])

  assert.equal((await cancel(id)).status, 200, 'it may be repeated')
  assert.deepEqual(await progressOf(id), done)
})

test('a payment that waits for its buyer ends with its event, and not when it would be looked at next', async () => {
  const { id } = await shop.create()
  const body = { event_id: id, quantity: 1, payment_method: 'pm_card_authenticationRequired' }
  const waiting = (await shop.post(shop.guest, ORDERS, body)).json<OrderJson>()
  assert.ok(waiting.next_action, 'it waits')
  await shop.db.query(
    `update payments set check_at = clock_timestamp() + interval '1 hour' where order_id = $1`,
    [waiting.order_id],
  )
  assert.equal((await cancel(id)).status, 200)
  await eventually('it is voided', async () => {
    const { reason } = await shop.orderOf(shop.guest, waiting.order_id)
    return reason === 'event_cancelled'
  })
  await assertBooksAgree(shop.db, shop.simulatorUrl, id)
})

test('how far a cancellation is, is its organizer’s and the admins’ to know', async () => {
  const { id } = await shop.create()
  await shop.bought(shop.guest, id)
  assert.equal((await cancel(id, shop.admin)).status, 200, 'an admin may cancel')
  await untilDone(id)
  const url = `${EVENTS}/${id}/cancellation`
  assert.equal((await shop.call({ method: 'GET', url, by: shop.admin })).status, 200)
  assertRefused(await shop.call({ method: 'GET', url, by: shop.rival }), {
    status: 404,
    code: 'not_found',
  })
  assertRefused(await shop.call({ method: 'GET', url, by: shop.guest }), {
    status: 403,
    code: 'forbidden',
  })
})

test('who bought is told by one message, and nobody is where nobody bought', async () => {
  await shop.db.query('create table told (topic text, event_id bigint)')
  await shop.db.query(
    `create rule tell as on insert to outbox do also
       insert into told values (new.topic, (new.payload ->> 'event_id')::bigint)`,
  )
  const { id } = await shop.create()
  await shop.bought(shop.guest, id)
  const alone = await shop.create()
  for (const eventId of [id, id, alone.id]) assert.equal((await cancel(eventId)).status, 200)
  const told = await shop.db.query<{ event_id: number }>(
    `select event_id from told where topic = 'event.cancelled'`,
  )
  await shop.db.query('drop rule tell on outbox')
  assert.deepEqual(told, [{ event_id: id }])
  await untilDone(id)
})

test('paying and cancelling at once leave nobody with a ticket or without their money', async () => {
  for (let round = 0; round < 3; round += 1) {
    const { id } = await shop.create({ total_tickets: 100 })
    const buyers = await shop.buyers(20)
    const held = await Promise.all(buyers.map(async (by) => await shop.held(by, id, 1)))
    const answers = await sendTogether([
      ...held.map((order, n) => ({
        url: shop.url,
        method: 'POST',
        path: `${ORDERS}/${order.order_id}/pay`,
        headers: { Authorization: `Bearer ${buyers[n]?.token ?? ''}` },
        body: { payment_method: 'pm_card_visa' },
      })),
      {
        url: shop.url,
        method: 'POST',
        path: `${EVENTS}/${id}/cancel`,
        headers: { Authorization: `Bearer ${shop.organizer.token}` },
      },
    ])
    assert.equal(answers.at(-1)?.status, 200, answers.at(-1)?.body)
    for (const { status, body } of answers.slice(0, -1)) {
      const { code } = JSON.parse(body) as { code?: string }
      assert.ok(status === 200 || code === 'event_cancelled', body)
    }
    await untilDone(id)
    await untilSettled(shop.db, id)
    await assertNothingLeft(shop.db, id)
    const { captured, refunded } = await assertBooksAgree(shop.db, shop.simulatorUrl, id)
    assert.equal(refunded, captured)
  }
})

test('refunding and cancelling at once pay everybody back once', async () => {
  const { id } = await shop.create({ total_tickets: 100 })
  const buyers = await shop.buyers(15)
  const orders = await Promise.all(buyers.map(async (by) => await shop.bought(by, id, 2)))
  const by = { Authorization: `Bearer ${shop.organizer.token}` }
  const answers = await sendTogether([
    ...orders.flatMap(({ order_id, tickets }) =>
      [{}, { tickets: [tickets[0]?.ticket_code] }].map((body) => ({
        url: shop.url,
        method: 'POST',
        path: `${ORDERS}/${order_id}/refunds`,
        headers: by,
        body,
      })),
    ),
    { url: shop.url, method: 'POST', path: `${EVENTS}/${id}/cancel`, headers: by },
  ])
  assert.equal(answers.at(-1)?.status, 200, answers.at(-1)?.body)
  for (const { status, body } of answers.slice(0, -1)) {
    assert.ok(status === 201 || body.includes('nothing_to_refund'), body)
  }
  await untilDone(id)
  await untilSettled(shop.db, id)
  await assertNothingLeft(shop.db, id)
  const { captured, refunded } = await assertBooksAgree(shop.db, shop.simulatorUrl, id)
  assert.deepEqual([captured, refunded], [15 * 15_000, 15 * 15_000])
})

test('a process that is killed in the middle and a failing provider change nothing: two others finish', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'box-office-cancel-'))
  await using database = await createDatabase()
  const dataDir = join(folder, 'shop')
  await using simulator = await startSimulatorProcess({ folder: join(folder, 'payments') })
  const env = {
    DATA_DIR: dataDir,
    STRIPE_API_URL: simulator.url,
    STRIPE_SECRET_KEY: SECRET_KEY,
    STRIPE_WEBHOOK_SECRET: WEBHOOK_SECRET,
  }
  const start = async (): Promise<ShopProcess> =>
    await startShopProcess({ ...env, DATABASE_URL: database.url })
  await using first = await start()
  // Here only to read: it runs nothing that could give anything back.
  await using reader = await startApp({
    ...{ databaseUrl: database.url, dataDir, env },
    args: ['--role', 'web'],
  })
  const { db } = reader
  const { eventId } = await createSale(db, { capacity: 500 })
  const [organizer] = await createBuyers(db, dataDir, 1, 'organizer')
  assert.ok(organizer, 'an organizer')
  await db.query('update events set created_by = $2 where id = $1', [eventId, organizer.id])
  const buyers = await createBuyers(db, dataDir, 60)
  const send = async (by: Buyer, path: string, body: object) =>
    await fetch(`${first.url}${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${by.token}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
  const placed = await Promise.all(
    buyers.map(async (by, n) => {
      const how = n < 48 ? { payment_method: 'pm_card_visa' } : { hold: true }
      return (await send(by, ORDERS, { event_id: eventId, quantity: 2, ...how })).status
    }),
  )
  assert.ok(
    placed.every((status) => [201, 202].includes(status)),
    String(placed),
  )
  await eventually('everybody has paid', async () => {
    const [row] = await db.query<{ n: number }>(
      `select count(*)::integer as n from orders where event_id = $1 and status = 'CONFIRMED'`,
      [eventId],
    )
    return row?.n === 48
  })

  await makeTrouble(
    simulator.url,
    { kind: 'latency_before', operations: ['refund'], seconds: 0.3 },
    { kind: 'error_before', operations: ['refund'], probability: 0.2 },
    { kind: 'reset_after', operations: ['refund'], probability: 0.2 },
    { kind: 'error_after', operations: ['refund'], count: 5 },
  )
  assert.equal((await send(organizer, `${EVENTS}/${eventId}/cancel`, {})).status, 200)
  const succeeded = async () => {
    const [row] = await db.query<{ n: number }>(
      `select count(*)::integer as n from refunds where event_id = $1 and status = 'succeeded'`,
      [eventId],
    )
    return row?.n ?? 0
  }
  await eventually('some have their money back', async () => (await succeeded()) >= 5)
  await first.kill()
  assert.ok((await succeeded()) < 48, 'it was killed in the middle')

  await using second = await start()
  await using third = await start()
  assert.notEqual(second.pid, third.pid)
  await endTrouble(simulator.url)
  // What failed is asked for again after a while; here that while is over.
  await eventually('everybody has their money back', async () => {
    await db.query(`update refunds set run_at = least(run_at, clock_timestamp() + interval '1 second')`) // prettier-ignore
    return (await succeeded()) === 48
  })
  await untilSettled(db, eventId)
  await assertNothingLeft(db, eventId)
  const { captured, refunded, theirs } = await assertBooksAgree(db, simulator.url, eventId)
  assert.deepEqual([captured, refunded], [48 * 15_000, 48 * 15_000])
  assert.equal(theirs.refunds.length, 48)
  await rm(folder, { recursive: true, force: true })
})
