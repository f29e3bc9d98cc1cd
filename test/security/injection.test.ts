/** What somebody types is text: it finds what contains it, and nothing else, and changes nothing. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { TestAnswer } from '../support/app.ts'
import { type EventShop, startEventShop } from '../support/event-api.ts'

const PAYLOADS = [
  ...[`'`, `"`, `';`, `' or '1'='1`, `' or 1=1 --`, `1) or (1=1`, `1 or 1=1`, `") or ("1"="1`],
  ...[`'; drop table users; --`, `'; update users set user_type='admin'; --`, `x'; select pg_sleep(9); --`],
  ...[`' union select password_hash from users --`, `1; delete from events`, `$1`, `$$`, `\\`, `\\'; select 1 --`],
  ...[`' and (select 1 from pg_sleep(9))=1 --`, `'||(select version())||'`, `/**/`, `0x27`, `%27`, `ʼ or 1=1`],
  ...[`' and 1=cast((select email from users limit 1) as int) --`, `:* & !x | <->`, `a' , 'b`],
] // prettier-ignore

/** Names that differ only where a wildcard would not see it. */
const NAMES = ['Fifty% off', 'Fifty_ off', 'Fiftyx off', 'Back\\slash', 'Backslash']

let shop: EventShop
before(async () => {
  shop = await startEventShop()
  await shop.create({ name: 'Rock Night', city: 'Berlin', category: 'Concert' })
  for (const name of NAMES) {
    await shop.app.db.query(
      `insert into users (name, email, password_hash, user_type)
         values ($1::text, md5($1::text) || '@shop.example', 'none', 'guest')`,
      [name],
    )
  }
})
after(async () => {
  await shop[Symbol.asyncDispose]()
})

/** Everything that is stored, as text, without what moves by itself. */
async function everything(): Promise<string> {
  const { db } = shop.app
  const tables = await db.query<{ name: string }>(
    `select table_name as name from information_schema.tables
      where table_schema = 'public' and table_type = 'BASE TABLE'
        and table_name not in ('audit_chain', 'audit_unsealed', 'outbox', 'jobs') order by 1`,
  )
  const contents = await Promise.all(
    tables.map(async ({ name }) => {
      const rows = await db.query<{ text: string }>(
        `select t::text as text from ${name} t order by 1`,
      )
      return [name, ...rows.map((row) => row.text)].join('\n')
    }),
  )
  return contents.join('\n')
}

async function get(path: string, query: Record<string, string> = {}): Promise<TestAnswer> {
  const text = new URLSearchParams(query).toString()
  return await shop.call({
    method: 'GET',
    url: text === '' ? path : `${path}?${text}`,
    by: shop.admin,
  })
}

const cursorWith = (key: unknown) => Buffer.from(JSON.stringify(key)).toString('base64url')

/** Every place where text becomes a condition, an order or a row. */
const PLACES: Record<string, (payload: string) => Promise<TestAnswer>> = {
  'event search': async (q) => await get('/api/v1/events', { q }),
  'event category': async (category) => await get('/api/v1/events', { category }),
  'event city': async (city) => await get('/api/v1/events', { city }),
  'event sort': async (sort) => await get('/api/v1/events', { sort }),
  'event day': async (from) => await get('/api/v1/events', { from }),
  'event price': async (min_price) => await get('/api/v1/events', { min_price }),
  'event organizer': async (organizer) => await get('/api/v1/events', { organizer }),
  'event limit': async (limit) => await get('/api/v1/events', { limit }),
  'event cursor': async (cursor) => await get('/api/v1/events', { cursor }),
  'a name in a cursor': async (name) =>
    await get('/api/v1/events', { sort: 'name', cursor: cursorWith(['name', name, 1]) }),
  'a time in a cursor': async (time) =>
    await get('/api/v1/events', { cursor: cursorWith(['date', time, 1]) }),
  'a price in a cursor': async (price) =>
    await get('/api/v1/events', { sort: 'price', cursor: cursorWith(['price', price, 1]) }),
  'the order in a cursor': async (order) =>
    await get('/api/v1/events', { cursor: cursorWith([order, '2035-01-01T00:00:00Z', 1]) }),
  'event id': async (id) => await get(`/api/v1/events/${encodeURIComponent(id)}`),
  'order id': async (id) => await get(`/api/v1/orders/${encodeURIComponent(id)}`),
  'order cursor': async (cursor) => await get('/api/v1/orders', { cursor }),
  'ticket code': async (code) => await get(`/api/v1/tickets/${encodeURIComponent(code)}`),
  'user search': async (q) => await get('/api/v1/admin/users', { q }),
  'user type': async (user_type) => await get('/api/v1/admin/users', { user_type }),
  'audit subject': async (subject_type) => await get('/api/v1/admin/audit', { subject_type }),
  'audit actor': async (actor_id) => await get('/api/v1/admin/audit', { actor_id }),
  'search page': async (q) => await get('/', { q, category: q, city: q, sort: q, cursor: q }),
  'event page': async (id) => await get(`/events/${encodeURIComponent(id)}`),
  'sign-in address': async (email) =>
    await shop.call({ method: 'POST', url: '/api/v1/users/login', body: { email, password: 'x' } }),
  'refresh token': async (refresh_token) =>
    await shop.call({ method: 'POST', url: '/api/v1/users/refresh', body: { refresh_token } }),
  'a session cookie': async (token) =>
    await shop.call({
      ...{ method: 'GET', url: '/', headers: { cookie: `session=${encodeURIComponent(token)}` } },
    }),
}

test('SQL in any place finds nothing, breaks nothing and changes nothing', async () => {
  const before = await everything()
  for (const [place, send] of Object.entries(PLACES)) {
    for (const payload of PAYLOADS) {
      const answer = await send(payload)
      const hint = `${place}: ${payload}`
      assert.ok(answer.status < 500, `${hint}: ${answer.body}`)
      assert.doesNotMatch(answer.body, /PostgreSQL \d|syntax error|\$argon2|\.ts:\d/, hint)
      if (answer.status !== 200 || !answer.body.startsWith('[') || place.includes('cursor'))
        continue
      const others = answer
        .json<{ name?: string }[]>()
        .filter(({ name = '' }) => !name.toLowerCase().includes(payload.toLowerCase()))
      assert.deepEqual(others, [], hint)
    }
  }
  assert.equal(await everything(), before)
})

test('what is stored comes back as it was sent', async () => {
  for (const payload of PAYLOADS.filter((text) => text.trim() !== '')) {
    const event = await shop.create({ name: payload, venue: payload, description: payload })
    assert.deepEqual([event.name, event.venue, event.description], [payload, payload, payload])
    assert.equal((await shop.read(event.id)).name, payload)
    await shop.app.db.query(`update events set status = 'draft' where id = $1`, [event.id])
  }
})

test('wildcards in a search are the characters that they are', async () => {
  const found = async (q: string) =>
    (await get('/api/v1/admin/users', { q })).json<{ name: string }[]>().map(({ name }) => name)
  assert.deepEqual(await found('%'), ['Fifty% off'])
  assert.deepEqual(await found('fifty_'), ['Fifty_ off'])
  assert.deepEqual(await found('y% o'), ['Fifty% off'])
  assert.deepEqual(await found('\\'), ['Back\\slash'])
  assert.deepEqual(await found('k\\s'), ['Back\\slash'])
  assert.deepEqual(await found('fifty'), NAMES.slice(0, 3))
  assert.deepEqual(await found('f%y'), [])
})

test('a list is sorted by what is on the list of sorts, and by no column', async () => {
  const sorts = ['date', '-date', 'price', '-price', 'name']
  for (const sort of sorts) assert.equal((await get('/api/v1/events', { sort })).status, 200, sort)
  const columns = await shop.app.db.query<{ name: string }>(
    `select column_name as name from information_schema.columns where table_name in ('events', 'users')`,
  )
  assert.ok(columns.length > 20, 'columns.length > 20')
  const others = columns.map(({ name }) => name).filter((name) => !sorts.includes(name))
  for (const sort of [
    ...others,
    'date desc',
    'date,id',
    'DATE',
    '1',
    '(select 1)',
    '--date',
    'random()',
  ]) {
    assert.equal((await get('/api/v1/events', { sort })).status, 400, sort)
  }
})
