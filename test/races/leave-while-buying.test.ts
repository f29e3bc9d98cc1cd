/** Somebody buys in one window and leaves in another: nobody is left with a ticket that is nobody's. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Database, Transaction } from '../../src/platform/postgres.ts'
import { deleteMailsOf, storeMail } from '../../src/services/notification/mails.sql.ts'
import { farewellMail } from '../../src/services/notification/mails/farewell.ts'
import { anonymizeUser, lockLeavingUser } from '../../src/services/user/leaving-users.sql.ts'
import { type TestAnswer, startApp } from '../support/app.ts'
import { assertRefused, signUp } from '../support/accounts.ts'
import { startEventShop } from '../support/event-api.ts'
import { until } from '../support/mailbox.ts'
import { ask, leave } from '../support/own-account.ts'

const ORDERS = '/api/v1/orders'
const SIGNED_OUT = { status: 401, code: 'unauthenticated' }

const ordersOf = async (db: Database, userId: number) =>
  await db.query('select status from orders where user_id = $1', [userId])

/** Runs `during` while a transaction of ours is open, and waits until something waits for it. */
async function whileLocked<Answer>(
  db: Database,
  lock: (tx: Transaction) => Promise<unknown>,
  during: () => Promise<Answer>,
  before: (tx: Transaction) => Promise<unknown>,
): Promise<Answer> {
  let answer: Promise<Answer> | undefined
  await db.transaction(async (tx) => {
    await lock(tx)
    answer = during()
    answer.catch(() => undefined)
    await until('somebody waits', async () => {
      const [row] = await db.query<{ waiting: number }>(
        `select count(*) as waiting from pg_stat_activity
          where datname = current_database() and wait_event_type = 'Lock'`,
      )
      return Number(row?.waiting) > 0
    })
    await before(tx)
  })
  return await (answer as Promise<Answer>)
}

test('a purchase that waits its turn while its buyer leaves is refused', async () => {
  await using shop = await startEventShop()
  const { app } = shop
  const event = await shop.create({ ticket_price: 0 })
  const buyer = await signUp(app)
  const body = { event_id: event.id, quantity: 1 }
  const answer = await whileLocked<TestAnswer>(
    app.db,
    async (tx) => await tx.query('select 1 from event_inventory for update'),
    async () => await ask(app, 'POST', ORDERS, buyer, body),
    async () => {
      assert.equal((await leave(app, buyer)).status, 204)
    },
  )
  assertRefused(answer, SIGNED_OUT)
  assert.deepEqual(await ordersOf(app.db, buyer.id), [])
})

test('a purchase is refused whose buyer has left between its first look and its commit', async () => {
  await using shop = await startEventShop()
  const { app } = shop
  const event = await shop.create({ ticket_price: 0 })
  const [buyer, other] = [await signUp(app), await signUp(app)]
  const body = { event_id: event.id, quantity: 1 }
  const answer = await whileLocked<TestAnswer>(
    app.db,
    async (tx) => await lockLeavingUser(tx, buyer.id),
    async () => await ask(app, 'POST', ORDERS, buyer, body),
    async (tx) => await anonymizeUser(tx, buyer.id),
  )
  assertRefused(answer, SIGNED_OUT)
  assert.deepEqual(await ordersOf(app.db, buyer.id), [])
  assert.equal((await ask(app, 'POST', ORDERS, other, body)).status, 201, 'the sale goes on')
  const [stock] = await app.db.query('select held, sold from event_inventory')
  assert.deepEqual(stock, { held: 0, sold: 1 })
})

test('buying and leaving at once end in an order or an account that is gone, never in both', async () => {
  await using shop = await startEventShop()
  const { app } = shop
  const event = await shop.create({ ticket_price: 0 })
  for (let round = 0; round < 6; round += 1) {
    const buyer = await signUp(app)
    const body = { event_id: event.id, quantity: 1 }
    const [bought, left] = await Promise.all([
      ask(app, 'POST', ORDERS, buyer, body),
      leave(app, buyer),
    ])
    const orders = await ordersOf(app.db, buyer.id)
    if (left.status === 204) {
      assertRefused(bought, SIGNED_OUT)
      assert.deepEqual(orders, [])
    } else {
      assertRefused(left, {
        ...{ status: 409, code: 'confirmation_needed', field: 'accepts_losing_sight' },
      })
      assert.equal(bought.status, 201, bought.body)
      assert.equal(orders.length, 1)
    }
  }
})

test('an event that is created while its organizer leaves is created by nobody', async () => {
  await using app = await startApp()
  const organizer = await signUp(app, { user_type: 'organizer' })
  const body = {
    ...{ name: 'Rock Night', venue: 'Arena', event_date: '2035-12-10T20:00:00Z' },
    ...{ ticket_price: 5, total_tickets: 10 },
  }
  const answer = await whileLocked<TestAnswer>(
    app.db,
    async (tx) => await lockLeavingUser(tx, organizer.id),
    async () => await ask(app, 'POST', '/api/v1/events', organizer, body),
    async (tx) => await anonymizeUser(tx, organizer.id),
  )
  assertRefused(answer, SIGNED_OUT)
  assert.deepEqual(await app.db.query('select 1 from events'), [])
})

test('a mail that is written while its reader leaves is not kept', async () => {
  await using app = await startApp()
  const reader = await signUp(app)
  const recipient = { email: reader.email, language: 'en' as const }
  const mail = farewellMail({ cause: 'any', recipient })
  await whileLocked(
    app.db,
    async (tx) => await lockLeavingUser(tx, reader.id),
    async () => {
      await app.db.transaction(async (tx) => {
        await storeMail(tx, mail, reader.id)
      })
    },
    async (tx) => {
      await deleteMailsOf(tx, reader.id)
      await anonymizeUser(tx, reader.id)
    },
  )
  assert.deepEqual(await app.db.query('select 1 from mails where user_id is not null'), [])
})
