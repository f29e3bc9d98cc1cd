/** What one request may cost the database is bounded, whatever it asks for. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { AppError } from '../../src/kernel/errors.ts'
import { Database } from '../../src/platform/postgres.ts'
import { type Operation, readApiDocument } from '../support/api-document.ts'
import { type EventShop, startEventShop } from '../support/event-api.ts'

const EVENTS = 3_000
const ITEMS_MAX = 200
/** What a statement may take, see `Database`; the slowest search stays far below it. */
const STATEMENT_MAX_MS = 10_000

let shop: EventShop
let lists: Operation[]
before(async () => {
  shop = await startEventShop()
  await shop.app.db.query(
    `with made as (
       insert into events (name, description, venue, event_date, ticket_price, total_tickets, created_by, city)
         select 'Evening ' || md5(n::text), repeat(md5(n::text) || ' rock jazz ', 20), 'Hall ' || n % 50,
                now() + n * interval '1 hour', n % 90, 100, $2, 'City ' || n % 20
           from generate_series(1, $1) n returning id)
     insert into event_inventory (event_id, capacity) select id, 100 from made`,
    [EVENTS, shop.organizer.id],
  )
  await shop.app.db.query('analyze')
  const { operations } = await readApiDocument(shop.app)
  lists = operations.filter(({ parameters }) => parameters.some(({ name }) => name === 'limit'))
  assert.equal(lists.length, 7)
})
after(async () => {
  await shop[Symbol.asyncDispose]()
})

test('no list gives more at a time than its document says, and that is not much', async () => {
  for (const { path, parameters } of lists) {
    const maximum = parameters.find(({ name }) => name === 'limit')?.schema.maximum ?? Infinity
    assert.ok(maximum <= ITEMS_MAX, `${path}: ${maximum}`)
    const get = async (limit: number | string) =>
      await shop.call({ method: 'GET', url: `${path}?limit=${limit}`, by: shop.admin })
    assert.equal((await get(maximum)).status, 200, path)
    for (const limit of [maximum + 1, 1e9, '99999999999999999999', -1, 0, 'all']) {
      assert.equal((await get(limit)).status, 400, `${path}?limit=${limit}`)
    }
    const byDefault = await shop.call({ method: 'GET', url: path, by: shop.admin })
    assert.ok(byDefault.json<object[]>().length <= maximum, `${path} without a limit`)
  }
})

test('searches made to be slow are answered, or refused, before the database gives up', async () => {
  const words = (word: (n: number) => string) =>
    Array.from({ length: 60 }, (_, n) => word(n)).join(' ').slice(0, 200) // prettier-ignore
  const slow = [
    ...['x'.repeat(200), words((n) => String.fromCharCode(97 + (n % 26))), words(() => 'rock')],
    ...[words((n) => `-${n}`), words((n) => `a${n} or`), `"${words(() => 'evening')}"`, '"'.repeat(200)],
    ...['(((a+)+)+)+$'.repeat(16), '.*'.repeat(100), 'evenning rokc jaz halll cityy nigth', '%'.repeat(200)],
    ...['a*b*c*d*'.repeat(25), '\\'.repeat(200), 'é'.repeat(200), '👩‍👩‍👧‍👦'.repeat(18), ' '.repeat(200)],
    ...[words((n) => `evenn${n}`), `${'-'.repeat(199)}a`, 'a-'.repeat(100), "'".repeat(200)],
  ] // prettier-ignore
  for (const q of slow) {
    for (const sort of ['relevance', 'name']) {
      const startedAt = performance.now()
      const { status, body } = await shop.call({
        method: 'GET',
        url: `/api/v1/events?${new URLSearchParams({ q, sort, limit: '100' }).toString()}`,
      })
      assert.ok(status === 200 || status === 400, `${q}: ${status} ${body}`)
      assert.ok(performance.now() - startedAt < STATEMENT_MAX_MS, `${q} was too slow`)
    }
    const url = `/api/v1/admin/users?${new URLSearchParams({ q }).toString()}`
    const { status } = await shop.call({ method: 'GET', url, by: shop.admin })
    assert.equal(status, 200, q)
  }
  const url = `/api/v1/events?q=${'x'.repeat(201)}`
  assert.equal((await shop.call({ method: 'GET', url })).status, 400)
})

test('a statement that takes too long is ended by the database, and told as unavailable', async () => {
  const connection = { connectionString: shop.app.databaseUrl }
  await using usual = new Database({ connection, name: 'usual', connectionsMax: 1 })
  const [setting] = await usual.query<{ statement_timeout: string }>('show statement_timeout')
  assert.equal(setting?.statement_timeout, `${STATEMENT_MAX_MS / 1000}s`)

  const hurried = { connection, name: 'hurried', connectionsMax: 1, statementTimeoutMs: 200 }
  await using db = new Database(hurried)
  await assert.rejects(
    db.query('select pg_sleep(30)'),
    (error) => error instanceof AppError && error.code === 'unavailable',
  )
  const [running] = await shop.app.db.query<{ count: number }>(
    `select count(*)::integer as count from pg_stat_activity
      where application_name = 'box-office hurried' and state = 'active'`,
  )
  assert.equal(running?.count, 0)
})
