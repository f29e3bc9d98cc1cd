/** Somebody leaves: what is forgotten, what stays, and when it has to wait. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Queryable } from '../../src/platform/postgres.ts'
import {
  ADMIN,
  ADMIN_ENV,
  LOGIN,
  ME,
  PASSWORD,
  REFRESH,
  REGISTER,
  assertRefused,
  get,
  post,
  signIn,
  signUp,
} from '../support/accounts.ts'
import { type TestAnswer, startApp } from '../support/app.ts'
import { mailTo, untilAllIsDone } from '../support/mailbox.ts'
import { ask, askNewEmail, leave, signUpZora } from '../support/own-account.ts'
import { ORDERS, type OrderJson, startPaidShop } from '../support/paid-sale.ts'

const SIGNED_OUT = { status: 401, code: 'unauthenticated' }

/** Where a text stands anywhere in the database. */
async function findText(db: Queryable, text: string): Promise<string[]> {
  const tables = await db.query<{ name: string }>(
    `select table_name as name from information_schema.tables
      where table_schema = 'public' and table_type = 'BASE TABLE' order by 1`,
  )
  const found: string[] = []
  for (const { name } of tables) {
    const rows = await db.query(`select t::text from ${name} t where t::text ilike '%${text}%'`)
    if (rows.length > 0) found.push(name)
  }
  return found
}

const reasonsOf = (answer: TestAnswer) => answer.json<{ reasons: string[] }>().reasons

test('who leaves is forgotten everywhere, and what was bought stays as nobody’s', async () => {
  await using shop = await startPaidShop()
  const { app, db } = shop
  const zora = await signUpZora(app)
  const { id } = zora
  const event = await shop.create({ ticket_price: 30 })
  const order = await shop.bought(zora, event.id, 2)
  const [first] = order.tickets
  await shop.post(shop.admin, `${ORDERS}/${order.order_id}/refunds`, {
    tickets: [first?.ticket_code],
  })
  await shop.call({ method: 'GET', url: `${ORDERS}/${order.order_id}/tickets.pdf`, by: zora })
  await ask(app, 'PATCH', ME, zora, { name: 'Zora Quill-Vanter the Second' })
  await askNewEmail(app, zora, 'quill-vanter@mail.example')
  await mailTo(db, zora.email, 'order-')
  await untilAllIsDone(db)
  assert.ok((await findText(db, 'Quill-Vanter')).length > 1, 'the control: the name is found')
  assert.ok((await findText(db, zora.email)).length > 1, 'the control: the address is found')
  const money = async () => await db.query('select * from ledger order by id')
  const sold = async () =>
    await db.query('select id, order_id, ticket_code, voided_at from tickets order by id')
  const before = [await money(), await sold()]

  const answer = await leave(app, zora, { accepts_losing_sight: true })
  assert.equal(answer.status, 204, answer.body)
  assertRefused(await get(app, ME, zora.token), SIGNED_OUT)
  assertRefused(await post(app, REFRESH, { refresh_token: zora.refreshToken }), SIGNED_OUT)
  const login = { email: zora.email, password: PASSWORD }
  assertRefused(await post(app, LOGIN, login), { status: 401, code: 'invalid_credentials' })

  const [row] = await db.query(
    `select name, email, password_hash, user_type, email_verified_at from users where id = $1`,
    [id],
  )
  assert.deepEqual(row, {
    ...{ name: 'Deleted account', email: `deleted-${id}@invalid`, password_hash: null },
    ...{ user_type: 'guest', email_verified_at: null },
  })
  assert.deepEqual([await money(), await sold()], before)
  const [kept] = await db.query('select user_id, status from orders where id = $1', [
    order.order_id,
  ])
  assert.deepEqual(kept, { user_id: id, status: 'CONFIRMED' })
  for (const table of ['sessions', 'user_tokens', 'mails']) {
    assert.deepEqual(await db.query(`select 1 from ${table} where user_id = $1`, [id]), [], table)
  }
  assert.deepEqual(await db.query('select 1 from ticket_documents'), [])

  const farewell = await mailTo(db, zora.email, 'farewell-')
  await untilAllIsDone(db)
  assert.doesNotMatch(farewell.body_html, /Quill-Vanter/)
  assert.deepEqual(await findText(db, 'Quill-Vanter'), [])
  assert.deepEqual(await findText(db, zora.email), ['mails'], 'only as where the last mail went')
})

test('the address is free for a new account, which has nothing of the old one', async () => {
  await using app = await startApp()
  const account = await signUp(app)
  assert.equal((await leave(app, account)).status, 204)
  const again = { name: 'Somebody New', email: account.email, password: PASSWORD }
  assert.equal((await post(app, REGISTER, again)).status, 201)
  const next = await signIn(app, again)
  assert.notEqual(next.id, account.id)
  assertRefused(await get(app, ME, account.token), SIGNED_OUT)
  // Twice with the token that is still in its time.
  assertRefused(await leave(app, account), SIGNED_OUT)
  assert.equal((await get(app, ME, next.token)).status, 200)
})

test('it needs the password, and a wrong one does nothing', async () => {
  await using app = await startApp()
  const account = await signUp(app)
  const wrong = { current_password: 'wrong wrong' }
  assertRefused(await leave(app, account, wrong), {
    ...{ status: 422, code: 'invalid_value', field: 'current_password' },
  })
  const answer = await ask(app, 'DELETE', ME, account, {})
  assert.equal(answer.status, 400)
  assert.equal((await get(app, ME, account.token)).status, 200)
})

test('nobody leaves while tickets are held for them, or a payment is under way', async () => {
  await using shop = await startPaidShop()
  const { app } = shop
  const zora = await signUpZora(app)
  const event = await shop.create({ ticket_price: 30 })
  const held = await shop.held(zora, event.id)
  const refused = await leave(app, zora)
  assertRefused(refused, { status: 409, code: 'account_in_use' })
  assert.deepEqual(reasonsOf(refused), ['open_orders'])

  const pay = { payment_method: 'pm_card_authenticationRequired' }
  const answer = await shop.post(zora, `${ORDERS}/${held.order_id}/pay`, pay)
  assert.equal(answer.json<OrderJson>().next_action?.type, 'redirect_to_url', answer.body)
  assert.deepEqual(reasonsOf(await leave(app, zora)), ['open_orders', 'payments_under_way'])
  assert.equal((await get(app, ME, zora.token)).status, 200)
})

test('a hold that was given back keeps nobody', async () => {
  await using shop = await startPaidShop()
  const zora = await signUpZora(shop.app)
  const event = await shop.create({ ticket_price: 30 })
  const held = await shop.held(zora, event.id)
  const url = `${ORDERS}/${held.order_id}`
  const { status } = await ask(shop.app, 'DELETE', url, zora)
  assert.ok(status < 300, `given back: ${status}`)
  assert.equal((await leave(shop.app, zora)).status, 204)
})

test('who has tickets for what is ahead says first that they can do without this page', async () => {
  await using shop = await startPaidShop()
  const zora = await signUpZora(shop.app)
  const event = await shop.create({ ticket_price: 0 })
  await shop.bought(zora, event.id, 2)
  const refused = await leave(shop.app, zora)
  const problem = { status: 409, code: 'confirmation_needed', field: 'accepts_losing_sight' }
  assertRefused(refused, problem)
  assert.equal(refused.json<{ upcoming_tickets: number }>().upcoming_tickets, 2)
  // Of what is over, nobody has to say anything.
  await shop.db.query(`update events set event_date = now() - interval '1 day'`)
  assert.equal((await leave(shop.app, zora)).status, 204)
})

test('an organizer stays while an event of theirs is ahead, also one nobody sees yet', async () => {
  await using app = await startApp()
  const organizer = await signUp(app, { user_type: 'organizer' })
  const body = { name: 'Rock Night', venue: 'Arena', event_date: '2035-12-10T20:00:00Z' }
  for (const status of ['published', 'draft']) {
    const created = await ask(app, 'POST', '/api/v1/events', organizer, {
      ...{ ...body, status, ticket_price: 5, total_tickets: 10 },
    })
    assert.equal(created.status, 201, created.body)
    const refused = await leave(app, organizer)
    assert.deepEqual(reasonsOf(refused), ['events_ahead'], status)
    const { id } = created.json<{ id: number }>()
    const gone = await ask(app, 'DELETE', `/api/v1/events/${id}`, organizer)
    assert.equal(gone.status, 204, gone.body)
  }
  assert.equal((await leave(app, organizer)).status, 204)
})

test('of two admins who leave at once, one stays', async () => {
  await using app = await startApp({ env: ADMIN_ENV })
  const admin = await signIn(app, ADMIN)
  assert.deepEqual(reasonsOf(await leave(app, admin)), ['last_admin'])
  const person = await signUp(app)
  await ask(app, 'PATCH', `/api/v1/admin/users/${person.id}`, admin, { user_type: 'admin' })
  const second = await signIn(app, person)
  const answers = await Promise.all([leave(app, admin), leave(app, second)])
  assert.deepEqual(answers.map(({ status }) => status).sort(), [204, 409])
  const left = await app.db.query(`select 1 from users where user_type = 'admin'`)
  assert.equal(left.length, 1)
})

test('who was suspended does not get away by leaving', async () => {
  await using app = await startApp({ env: ADMIN_ENV })
  const admin = await signIn(app, ADMIN)
  const account = await signUp(app)
  await ask(app, 'PATCH', `/api/v1/admin/users/${account.id}`, admin, { suspended: true })
  assertRefused(await leave(app, account), SIGNED_OUT)
  // As a process sees it that has not heard of it yet.
  await app.db.query('update users set token_version = 0, tokens_revoked_at = null')
  await using late = await startApp({ databaseUrl: app.databaseUrl, dataDir: app.dataDir })
  assertRefused(await leave(late, account), { status: 403, code: 'account_suspended' })
})
