/** Everything that the shop has about a person, for that person. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Queryable } from '../../src/platform/postgres.ts'
import { ADMIN, ADMIN_ENV, assertRefused, signIn, signUp } from '../support/accounts.ts'
import { startApp } from '../support/app.ts'
import { createDatabase } from '../support/database.ts'
import { mailTo, untilAllIsDone } from '../support/mailbox.ts'
import { EXPORT, ask, askNewEmail, signUpZora } from '../support/own-account.ts'
import { Database } from '../../src/platform/postgres.ts'
import { ORDERS, startPaidShop } from '../support/paid-sale.ts'

type Row = Record<string, unknown>
type Exported = Record<string, Row[]> & { account: Row; exported_at: string }

/** Where the export has what a table says about a person. */
const WHERE: Record<string, (data: Exported) => unknown[]> = {
  users: (data) => [data.account],
  sessions: (data) => data['sessions'] ?? [],
  user_tokens: (data) => data['mail_links'] ?? [],
  events: (data) => data['events'] ?? [],
  orders: (data) => data['orders'] ?? [],
  tickets: (data) => ordersWith(data, 'tickets'),
  payments: (data) => ordersWith(data, 'payment'),
  ticket_documents: (data) => ordersWith(data, 'ticket_document'),
  refund_requests: (data) => ordersWith(data, 'refund_requests'),
  identities: (data) => data['connected_sign_ins'] ?? [],
  refunds: (data) => data['refunds'] ?? [],
  ledger: (data) => data['ledger'] ?? [],
  mails: (data) => data['mails'] ?? [],
  audit_log: (data) => data['audit_log'] ?? [],
}

const ordersWith = (data: Exported, member: string) =>
  (data['orders'] ?? []).flatMap((order) => order[member] ?? [])

/** Tables that mention people: by a foreign key to users or their orders, or by a column's name. */
async function tablesAboutPeople(db: Queryable): Promise<string[]> {
  const rows = await db.query<{ name: string }>(
    `select 'users' as name
     union
     select k.table_name
       from information_schema.table_constraints k
       join information_schema.constraint_column_usage u using (constraint_schema, constraint_name)
      where k.constraint_type = 'FOREIGN KEY' and u.table_name in ('users', 'orders')
     union
     select c.table_name
       from information_schema.columns c join information_schema.tables t using (table_schema, table_name)
      where t.table_type = 'BASE TABLE' and t.table_schema = 'public'
        and c.column_name in ('user_id', 'order_id', 'created_by', 'requested_by', 'actor_id')
      order by name`,
  )
  return rows.map((row) => row.name)
}

const notExported = async (db: Queryable): Promise<string[]> =>
  (await tablesAboutPeople(db)).filter((name) => !(name in WHERE))

test('every table that mentions people has its place in the export', async () => {
  await using database = await createDatabase()
  await using db = new Database({
    ...{ connection: database.connection, name: 'test', connectionsMax: 1 },
  })
  assert.deepEqual(await notExported(db), [])
  assert.deepEqual((await tablesAboutPeople(db)).sort(), Object.keys(WHERE).sort())
  // The control: a table that comes anew fails this test, whichever way it mentions somebody.
  await db.query('create table favourites (who bigint references users (id))')
  await db.query('create table reviews (which bigint references orders (id))')
  await db.query('create table visits (user_id bigint)')
  assert.deepEqual(await notExported(db), ['favourites', 'reviews', 'visits'])
})

test('the export has what every table says about its owner, and nothing of anybody else', async () => {
  await using shop = await startPaidShop()
  const { app, db } = shop
  const zora = await signUpZora(app, { user_type: 'organizer' })
  const other = await signUp(app, { name: 'Otto Other' })
  const event = await shop.create({ ticket_price: 30 })
  const own = { name: 'A Night of Her Own', venue: 'Loft', ticket_price: 5, total_tickets: 10 }
  const created = await shop.post(zora, '/api/v1/events', {
    ...{ ...own, event_date: '2035-12-10T20:00:00Z' },
  })
  assert.equal(created.status, 201, created.body)
  const order = await shop.bought(zora, event.id, 2)
  const theirs = await shop.bought(other, event.id, 2)
  const [ticket] = order.tickets
  const refund = { tickets: [ticket?.ticket_code] }
  const refunded = await shop.call({
    ...{ method: 'POST', url: `${ORDERS}/${order.order_id}/refunds`, by: shop.admin },
    ...{ headers: { 'idempotency-key': 'refund-of-zora' }, body: refund },
  })
  assert.equal(refunded.status, 201, refunded.body)
  await shop.call({ method: 'GET', url: `${ORDERS}/${order.order_id}/tickets.pdf`, by: zora })
  await db.query(
    `insert into identities (user_id, issuer, subject) values ($1, 'https://login.example', 'zora')`,
    [zora.id],
  )
  await askNewEmail(app, zora, 'zora-elsewhere@mail.example')
  await mailTo(db, zora.email, 'order-')
  await untilAllIsDone(db)

  const answer = await ask(app, 'GET', EXPORT, zora)
  assert.equal(answer.status, 200, answer.body)
  assert.match(String(answer.headers['content-disposition']), /attachment; filename="[\w-]+\.json"/)
  assert.equal(answer.headers['cache-control'], 'no-store')
  const data = answer.json<Exported>()
  for (const [table, read] of Object.entries(WHERE)) {
    assert.ok(read(data).length > 0, `${table} is in the export`)
  }
  assert.equal(data.account['email'], zora.email)
  assert.deepEqual(
    data['orders']?.map(({ order_id, total_price }) => ({ order_id, total_price })),
    [{ order_id: order.order_id, total_price: '60.00' }],
  )
  assert.ok(answer.body.includes(String(ticket?.ticket_code)), 'the code of a ticket')
  assert.deepEqual(
    data['events']?.map(({ name }) => name),
    [own.name],
  )

  for (const foreign of ['Otto', other.email, theirs.tickets[0]?.ticket_code ?? '']) {
    assert.equal(answer.body.includes(foreign), false, foreign)
  }
  assert.doesNotMatch(answer.body, /argon2|token_hash|successor|pm_card|request_digest/)
  const secrets = await db.query<{ secret: string }>(
    `select encode(token_hash, 'base64') as secret from sessions
     union select encode(token_hash, 'hex') from sessions
     union select encode(token_hash, 'hex') from user_tokens`,
  )
  for (const { secret } of secrets) assert.equal(answer.body.includes(secret), false)
})

test('a mail to an address that somebody else had before is not in an export', async () => {
  await using app = await startApp()
  const before = await signUp(app)
  await mailTo(app.db, before.email, 'verification-')
  await app.db.query(`update users set email = 'moved@shop.example' where id = $1`, [before.id])
  const next = { name: 'Next', email: before.email, password: before.password }
  await app.inject({ method: 'POST', url: '/api/v1/users/register', payload: next })
  await untilAllIsDone(app.db)
  const exported = await ask(app, 'GET', EXPORT, await signIn(app, next))
  assert.equal(exported.json<Exported>()['mails']?.length, 1)
  assert.equal((await ask(app, 'GET', EXPORT, before)).json<Exported>()['mails']?.length, 1)
})

test('an admin’s export has what they did, and not who reads the shop', async () => {
  await using app = await startApp({ env: ADMIN_ENV })
  const admin = await signIn(app, ADMIN)
  const user = await signUp(app, { name: 'Otto Other' })
  await ask(app, 'PATCH', `/api/v1/admin/users/${user.id}`, admin, { suspended: true })
  const answer = await ask(app, 'GET', EXPORT, admin)
  const log = answer.json<Exported>()['audit_log'] ?? []
  assert.deepEqual(
    log.map(({ action, subject_id, by_you }) => ({ action, subject_id, by_you })),
    [
      { action: 'user.made_admin', subject_id: admin.id, by_you: false },
      { action: 'user.changed', subject_id: user.id, by_you: true },
    ],
  )
  assert.equal(answer.body.includes('Otto'), false)
})

test('exporting is limited, each person for themselves', async () => {
  await using app = await startApp()
  const [one, other] = [await signUp(app), await signUp(app)]
  for (let n = 0; n < 10; n += 1) assert.equal((await ask(app, 'GET', EXPORT, one)).status, 200)
  assertRefused(await ask(app, 'GET', EXPORT, one), { status: 429, code: 'rate_limited' })
  assert.equal((await ask(app, 'GET', EXPORT, other)).status, 200)
})
