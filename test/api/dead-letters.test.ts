/** What was given up: admins see it, try it again, or drop it. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { TRIES_MAX } from '../../src/platform/outbox/jobs.ts'
import { assertRefused, get, post } from '../support/accounts.ts'
import { type TestApp, startApp } from '../support/app.ts'
import { until, untilAllIsDone } from '../support/mailbox.ts'
import { buy, createBuyers, createSale } from '../support/sale.ts'

const DEAD_LETTERS = '/api/v1/admin/dead-letters'

interface Letter {
  id: number
  consumer: string
  effect: string
  tries: number
  last_error: string | null
  created_at: string
}

async function startWithAdmin() {
  const app = await startApp()
  const [admin] = await createBuyers(app.db, app.dataDir, 1, 'admin')
  assert.ok(admin, 'an admin')
  const authorization = `Bearer ${admin.token}`
  return {
    app,
    admin,
    list: async (query = '') => await get(app, `${DEAD_LETTERS}${query}`, admin.token),
    replay: async (id: number) =>
      await post(app, `${DEAD_LETTERS}/${id}/replay`, {}, { authorization }),
    drop: async (id: number) =>
      await app.inject({
        method: 'DELETE',
        url: `${DEAD_LETTERS}/${id}`,
        headers: { authorization },
      }),
    [Symbol.asyncDispose]: async () => {
      await app[Symbol.asyncDispose]()
    },
  }
}

/** A job that was given up, about an order unless told otherwise. */
async function giveUp(app: TestApp, orderId: number, effect?: object): Promise<number> {
  const [row] = await app.db.query<{ id: number }>(
    `insert into jobs (consumer, effect, tries, last_error)
       values ('mail-confirmation', $1, $2, 'the mail server refused') returning id`,
    [effect ?? { id: `order ${orderId}`, data: { orderId } }, TRIES_MAX],
  )
  return row?.id ?? 0
}

test('an admin sees what was given up, the newest first, page by page', async () => {
  await using shop = await startWithAdmin()
  const ids: number[] = []
  for (let n = 1; n <= 3; n += 1) ids.unshift(await giveUp(shop.app, n))
  // One in its last try, and one that has tries left: neither is given up.
  await shop.app.db.query(
    `insert into jobs (consumer, effect, tries, run_at)
       values ('x', '{"id": "x"}', $1, now() + interval '1 hour'), ('x', '{"id": "x"}', $1 - 1, now())`,
    [TRIES_MAX],
  )
  const first = await shop.list('?limit=2')
  const letters = first.json<Letter[]>()
  assert.deepEqual(
    letters.map(({ id }) => id),
    ids.slice(0, 2),
  )
  assert.deepEqual(
    { ...letters[0], id: 0, created_at: '' },
    {
      ...{ id: 0, consumer: 'mail-confirmation', effect: 'order 3', tries: TRIES_MAX },
      ...{ last_error: 'the mail server refused', created_at: '' },
    },
  )
  const next = /<[^>]*(\?[^>]*)>; rel="next"/.exec(String(first.headers['link']))?.[1]
  const second = await shop.list(next ?? '')
  assert.deepEqual(
    second.json<Letter[]>().map(({ id }) => id),
    ids.slice(2),
  )
  assert.equal(second.headers['link'], undefined)
})

test('what is replayed is done, once, and the log says who had it done', async () => {
  await using shop = await startWithAdmin()
  const { app, admin } = shop
  const url = await app.listen()
  const { eventId } = await createSale(app.db, { capacity: 10 })
  const placed = await buy(url, admin, { event_id: eventId, quantity: 1 })
  await untilAllIsDone(app.db)
  await app.db.query('delete from mails')
  const id = await giveUp(app, placed.orderId ?? 0)

  const answer = await shop.replay(id)
  assert.equal(answer.status, 202, answer.body)
  await until('the mail is there', async () => (await app.db.query('select 1 from mails')).length === 1) // prettier-ignore
  assert.deepEqual((await shop.list()).json(), [])
  assertRefused(await shop.replay(id), { status: 404, code: 'not_found' })
  const [entry] = await app.db.query(
    `select actor_id, action, subject_id, before from audit_log where subject_type = 'dead_letter'`,
  )
  assert.deepEqual(entry, {
    ...{ actor_id: admin.id, action: 'dead_letter.replayed', subject_id: id },
    before: { consumer: 'mail-confirmation', effect: `order ${placed.orderId ?? 0}` },
  })
})

test('a message that could not be taken apart is, when it is replayed and now can be', async () => {
  await using shop = await startWithAdmin()
  const { app, admin } = shop
  const url = await app.listen()
  const { eventId } = await createSale(app.db, { capacity: 10 })
  const placed = await buy(url, admin, { event_id: eventId, quantity: 1 })
  await untilAllIsDone(app.db)
  await app.db.query('delete from mails')
  const data = { event_id: eventId, order_ids: [placed.orderId] }
  const id = await giveUp(app, 0, { id: 'message 7', data, isMessage: true })
  assert.equal((await shop.replay(id)).status, 202)
  await until('the mail is there', async () => (await app.db.query('select 1 from mails')).length === 1) // prettier-ignore
})

test('what is dropped is gone, and the log says what it was', async () => {
  await using shop = await startWithAdmin()
  const id = await giveUp(shop.app, 17)
  assert.equal((await shop.drop(id)).status, 204)
  assert.deepEqual((await shop.list()).json(), [])
  assertRefused(await shop.drop(id), { status: 404, code: 'not_found' })
  const [entry] = await shop.app.db.query(
    `select action, before from audit_log where subject_type = 'dead_letter'`,
  )
  assert.deepEqual(entry, {
    action: 'dead_letter.dropped',
    before: { consumer: 'mail-confirmation', effect: 'order 17' },
  })
})

test('what still has tries is no dead letter: it can be neither replayed nor dropped', async () => {
  await using shop = await startWithAdmin()
  const [row] = await shop.app.db.query<{ id: number }>(
    `insert into jobs (consumer, effect, tries, run_at)
       values ('x', '{"id": "x"}', 1, now() + interval '1 hour') returning id`,
  )
  const id = row?.id ?? 0
  assertRefused(await shop.replay(id), { status: 404, code: 'not_found' })
  assertRefused(await shop.drop(id), { status: 404, code: 'not_found' })
})
