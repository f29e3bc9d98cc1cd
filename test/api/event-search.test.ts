import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { CreateEventBody, EventListing } from '../../src/contracts/event.ts'
import type { Queryable } from '../../src/platform/postgres.ts'
import { findListedEvents } from '../../src/services/event/event-search.sql.ts'
import { searchOf } from '../../src/services/event/event-search.ts'
import { assertRefused } from '../support/accounts.ts'
import { EVENTS, type EventShop, startEventShop } from '../support/event-api.ts'

let shop: EventShop
before(async () => {
  shop = await startEventShop()
  for (const event of PROGRAMME) await shop.create(event)
})
after(async () => {
  await shop[Symbol.asyncDispose]()
})

const PROGRAMME: Partial<CreateEventBody>[] = [
  {
    name: 'Rock Night',
    venue: 'City Arena',
    city: 'Zürich',
    category: 'Concert',
    ticket_price: 75,
  },
  { name: 'Tech Conference', venue: 'Convention Center', city: 'Berlin', category: 'Conference', ticket_price: 120 }, // prettier-ignore
  { name: 'Royal Opera Gala', venue: 'Opera House', city: 'London', category: 'Opera', ticket_price: 99.5 }, // prettier-ignore
  { name: 'AC/DC Tribute', venue: 'Hip-Hop Club', city: 'Łódź', category: 'Concert', ticket_price: 20 }, // prettier-ignore
  { name: 'Beethoven’s Ninth', venue: 'Tonhalle', city: 'Zürich', category: 'Classical', ticket_price: 45 }, // prettier-ignore
  { name: 'Open Rehearsal', venue: 'Tonhalle', city: 'Zürich', category: 'Classical', ticket_price: 0, description: 'The orchestra rehearses; no rock, all Beethoven.' }, // prettier-ignore
  { name: 'ليلة الروك', venue: 'مسرح المدينة', city: 'القاهرة', ticket_price: 10 },
  { name: '100% Jazz_Funk "Live"', venue: 'Cellar', city: 'Paris', ticket_price: 15 },
].map((event, n) => ({ description: '', event_date: `2035-01-${10 + n}T20:00:00Z`, ...event }))

const names = async (query: Record<string, string>) =>
  (await shop.list(`?${new URLSearchParams(query).toString()}`)).map((event) => event.name)

test('the list is upcoming first and has the brief’s fields first', async () => {
  const events = await shop.list()
  assert.deepEqual(
    events.map((event) => event.name),
    PROGRAMME.map((event) => event.name),
  )
  assert.deepEqual(Object.keys(events[0] ?? {}).slice(0, 6), [
    'id',
    'name',
    'venue',
    'event_date',
    'ticket_price',
    'remaining_tickets',
  ])
})

test('what is over, a draft or cancelled is not listed', async () => {
  const hidden = ['over', 'draft', 'cancelled']
  for (const name of hidden) {
    const { id } = await shop.create({ name: `Hidden ${name}` })
    await shop.app.db.query(
      name === 'over'
        ? `update events set event_date = now() - interval '1 second' where id = $1`
        : `update events set status = '${name}' where id = $1`,
      [id],
    )
  }
  assert.deepEqual(await names({ q: 'hidden' }), [])
})

test('words find events wherever they stand, the name counting most', async () => {
  assert.deepEqual(await names({ q: 'rock' }), ['Rock Night', 'Open Rehearsal'])
  assert.deepEqual(await names({ q: 'beethoven' }), ['Beethoven’s Ninth', 'Open Rehearsal'])
  assert.deepEqual(await names({ q: 'beethoven', sort: '-date' }), [
    'Open Rehearsal',
    'Beethoven’s Ninth',
  ])
  assert.deepEqual(await names({ q: 'opera house' }), ['Royal Opera Gala'])
  assert.deepEqual(await names({ q: 'arena zürich' }), ['Rock Night'])
})

test('case and accents do not matter', async () => {
  const inZurich = ['Rock Night', 'Beethoven’s Ninth', 'Open Rehearsal']
  for (const q of ['zurich', 'ZÜRICH', 'zu\u0308rich', 'Zürich']) {
    assert.deepEqual((await names({ q })).sort(), [...inZurich].sort(), q)
    assert.deepEqual(await names({ city: q }), inZurich, q)
  }
  assert.deepEqual(await names({ q: 'lodz' }), ['AC/DC Tribute'])
  assert.deepEqual(await names({ q: 'ليلة' }), ['ليلة الروك'])
})

test('the last word may be unfinished', async () => {
  assert.deepEqual(await names({ q: 'rock nig' }), ['Rock Night'])
  assert.deepEqual(await names({ q: 'conf' }), ['Tech Conference'])
})

test('quotes, minus and or mean what they mean on the web', async () => {
  assert.deepEqual(await names({ q: '"rock night"' }), ['Rock Night'])
  assert.deepEqual(await names({ q: '"night rock"' }), [])
  assert.deepEqual(await names({ q: 'rock -night' }), ['Open Rehearsal'])
  assert.deepEqual((await names({ q: 'gala or tribute' })).sort(), [
    'AC/DC Tribute',
    'Royal Opera Gala',
  ])
})

test('misspelled words find what they were meant for, and little else', async () => {
  const meant: Record<string, string[]> = {
    'rok nigt': ['Rock Night'],
    'rock nihgt': ['Rock Night'],
    zurihc: ['Rock Night', 'Beethoven’s Ninth', 'Open Rehearsal'],
    beethofen: ['Beethoven’s Ninth'],
    confernce: ['Tech Conference'],
    'roial opra': ['Royal Opera Gala'],
  }
  for (const [q, found] of Object.entries(meant)) {
    assert.deepEqual(await names({ q, sort: 'date' }), found, q)
  }
  assert.deepEqual(await names({ q: 'xylophone' }), [])
})

test('characters that mean something to SQL or to a search mean nothing here', async () => {
  for (const q of [
    '%',
    '_',
    "'",
    '"',
    '\\',
    '*',
    '!',
    '&',
    '|',
    '(',
    ':*',
    '<->',
    '--',
    '½',
    'ʼ',
  ]) {
    assert.deepEqual(await names({ q }), [], q)
    assert.deepEqual(await names({ city: q }), [], q)
  }
  assert.deepEqual(await names({ q: 'ac dc' }), ['AC/DC Tribute'])
  assert.deepEqual(await names({ q: 'AC/DC' }), ['AC/DC Tribute'])
  assert.deepEqual(await names({ q: 'hip-hop' }), ['AC/DC Tribute'])
  assert.deepEqual(await names({ q: '100% jazz' }), ['100% Jazz_Funk "Live"'])
  assert.deepEqual(await names({ q: "beethoven's" }), ['Beethoven’s Ninth'])
  assert.deepEqual(await names({ q: `rock'; drop table events; --` }), [])
  assert.equal((await shop.list()).length, PROGRAMME.length)
})

test('filters narrow the list', async () => {
  assert.deepEqual(await names({ category: 'opera' }), ['Royal Opera Gala'])
  assert.deepEqual(await names({ category: 'Classical', max_price: '0' }), ['Open Rehearsal'])
  assert.deepEqual(await names({ min_price: '75', max_price: '99.50' }), [
    'Rock Night',
    'Royal Opera Gala',
  ])
  assert.deepEqual(await names({ from: '2035-01-11', to: '2035-01-11' }), ['Tech Conference'])
  assert.deepEqual(await names({ to: '2035-01-10T20:00:00Z' }), ['Rock Night'])
  assert.deepEqual(await names({ from: '2035-01-17T21:00:00+01:00' }), ['100% Jazz_Funk "Live"'])
  assert.deepEqual(await names({ organizer: String(shop.rival.id) }), [])
  assert.equal((await names({ organizer: String(shop.organizer.id) })).length, PROGRAMME.length)
})

test('only what can still be bought is available', async () => {
  const { id } = await shop.create({ name: 'Tiny quartet', total_tickets: 1 })
  const { id: closed } = await shop.create({ name: 'Tiny closed quartet' })
  await shop.app.db.query(`update events set sales_end_at = now() - interval '1 hour' where id = $1`, [closed]) // prettier-ignore
  assert.deepEqual(await names({ q: 'tiny', available: 'true' }), ['Tiny quartet'])
  assert.equal((await shop.buy({ event_id: id, quantity: 1 })).status, 201)
  assert.deepEqual(await names({ q: 'tiny', available: 'true', limit: '99' }), [])
  const [first] = await shop.list('?q=tiny+quartet&limit=98')
  assert.deepEqual([first?.remaining_tickets, first?.sale], [0, 'sold_out'])
  await shop.app.db.query(`update events set status = 'draft' where id = any($1)`, [[id, closed]])
})

test('a query that does not fit is refused with the field at fault', async () => {
  const misfits: Record<string, string> = {
    'foo=1': 'foo',
    'Q=rock': 'Q',
    'sort=created_by': 'sort',
    'sort=date;drop table events': 'sort',
    'sort=relevance': 'sort',
    'limit=0': 'limit',
    'limit=101': 'limit',
    'limit=ten': 'limit',
    'limit=2.5': 'limit',
    'min_price=-1': 'min_price',
    'min_price=1e999': 'min_price',
    'max_price=cheap': 'max_price',
    'available=maybe': 'available',
    'organizer=0': 'organizer',
    'from=yesterday': 'from',
    'to=2035-02-30': 'to',
    'q=a&q=b': 'q',
    'q=a%00b': 'q',
    'cursor=x': 'cursor',
    'cursor=~': 'cursor',
    'cursor=': 'cursor',
    [`q=${'x'.repeat(201)}`]: 'q',
  }
  for (const [query, field] of Object.entries(misfits)) {
    const answer = await shop.call({ method: 'GET', url: `${EVENTS}?${query}` })
    assertRefused(answer, { status: 400, code: 'invalid_request', field }, query.slice(0, 60))
  }
})

test('a cursor of a list in another order is refused', async () => {
  const first = await shop.call({ method: 'GET', url: `${EVENTS}?sort=price&limit=1` })
  const cursor = /cursor=([^&>]+)/.exec(String(first.headers['link']))?.[1] ?? ''
  const url = `${EVENTS}?sort=-price&limit=1&cursor=${cursor}`
  assertRefused(await shop.call({ method: 'GET', url }), {
    status: 400,
    code: 'invalid_request',
    field: 'cursor',
  })
})

const NOON = '2035-01-01 12:00:00+00'
/** What comes after the name of the order, in every order, and the query that it belongs to. */
const CURSORS: Record<string, unknown[]> = {
  'sort=date': [NOON, 1],
  'sort=-date': [NOON, 1],
  'sort=price': [100, 1],
  'sort=-price': [100, 1],
  'sort=name': ['rock', 1],
  'sort=relevance&q=rock': [60_000, NOON, 1],
}
const EXTREMES = [
  ...[0, -1, 2 ** 31, -(2 ** 53) + 1, 2 ** 53 - 1, 2 ** 53, 1e308, -1e308, 0.5],
  ...['', 'infinity', '\ud800', 'a\0b', 'x'.repeat(500), 'x'.repeat(501), null, true, [], {}],
  ...['2030-02-31T00:00:00Z', '0000-01-01T00:00:00Z', '2030-06-01T24:00:00Z'],
  ...['2030-06-01T00:00:00+18', '2030-06-01T00:00:00+23:59', '2030-06-01T00:00:00-16'],
  ...['0001-01-01T00:00:00+15:59', '9999-12-31T23:59:59.999999-15:59'],
]
/** What PostgreSQL takes of them where it expects a time. */
const REAL_TIMES = new Set<unknown>(EXTREMES.slice(-2))

const cursorOf = (key: unknown[]) => Buffer.from(JSON.stringify(key)).toString('base64url')

test('a cursor that somebody made up is refused or read, and never an error of ours', async () => {
  for (const [query, key] of Object.entries(CURSORS)) {
    const sort = new URLSearchParams(query).get('sort')
    for (const matching of ['', '~']) {
      const ask = async (made: unknown[]) => {
        const url = `${EVENTS}?${query}&cursor=${matching}${cursorOf([sort, ...made])}`
        return await shop.call({ method: 'GET', url })
      }
      assert.equal((await ask(key)).status, 200, query)
      for (const [part, usual] of key.entries()) {
        for (const extreme of EXTREMES) {
          const answer = await ask(key.with(part, extreme))
          const message = `${query} ${matching} ${part} ${JSON.stringify(extreme)}`
          if (answer.status !== 200 || (usual === NOON && !REAL_TIMES.has(extreme))) {
            const refused = { status: 400, code: 'invalid_request', field: 'cursor' }
            assertRefused(answer, refused, message)
          }
        }
      }
    }
  }
})

test('on the page, a cursor that somebody made up leads to the first page', async () => {
  const cursor = cursorOf(['date', '2030-02-31T00:00:00Z', 1])
  const answer = await shop.call({ method: 'GET', url: `/?cursor=${cursor}` })
  assert.deepEqual([answer.status, answer.headers['location']], [303, '/'])
})

test('whatever the names, the list by name walks all of them', async () => {
  await using walked = await startEventShop()
  const names = [
    '…'.repeat(255),
    `${'…'.repeat(254)}a`,
    '山'.repeat(255),
    '🎸'.repeat(127),
    '"\\'.repeat(127),
    'ﷺ'.repeat(255),
    'A',
  ]
  for (const name of names) await walked.create({ name })
  const seen: string[] = []
  let url: string | undefined = `${EVENTS}?sort=name&limit=1`
  while (url !== undefined) {
    const answer = await walked.call({ method: 'GET', url })
    assert.equal(answer.status, 200, answer.body)
    seen.push(...answer.json<EventListing[]>().map((event) => event.name))
    url = /<([^>]+)>; rel="next"/.exec(String(answer.headers['link']))?.[1]
  }
  assert.deepEqual(seen.toSorted(), names.toSorted())
})

/** Zero for what JSON does not show: the order of microseconds and of relevance. */
const WALKS: Record<string, (a: EventListing, b: EventListing) => number> = {
  'sort=date': (a, b) => a.event_date.localeCompare(b.event_date),
  'sort=-date': (a, b) => b.event_date.localeCompare(a.event_date),
  'sort=price': (a, b) => a.ticket_price - b.ticket_price || a.id - b.id,
  'sort=-price': (a, b) => b.ticket_price - a.ticket_price || b.id - a.id,
  'sort=name': (a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : a.id - b.id),
  'sort=relevance&q=walking+band': () => 0,
  'sort=relevance&q=wolking+bannd': () => 0,
  'sort=name&q=wolking+bannd': (a, b) => a.name.localeCompare(b.name) || a.id - b.id,
}

test('pages walk every row exactly once, in order, while others are added', async () => {
  await using walked = await startEventShop()
  await addBands(walked, 1, 60)
  let added = 60
  for (const [query, order] of Object.entries(WALKS)) {
    const there = (await walked.app.db.query<{ id: number }>('select id from events')).map(
      (row) => row.id,
    )
    const seen: EventListing[] = []
    let url: string | undefined = `${EVENTS}?${query}&limit=11`
    while (url !== undefined) {
      const answer = await walked.call({ method: 'GET', url })
      assert.equal(answer.status, 200, answer.body)
      seen.push(...answer.json<EventListing[]>())
      url = /<([^>]+)>; rel="next"/.exec(String(answer.headers['link']))?.[1]
      await addBands(walked, added + 1, added + 2)
      added += 2
    }
    const ids = seen.map((event) => event.id)
    assert.equal(new Set(ids).size, ids.length, `${query} shows none twice`)
    for (const id of there) assert.ok(ids.includes(id), `${query} shows ${id}`)
    assert.deepEqual(
      ids,
      seen.toSorted(order).map((event) => event.id),
      query,
    )
  }
})

/** Events with many equal dates, prices and names, on microseconds that JavaScript has no room for. */
async function addBands(on: EventShop, from: number, to: number): Promise<void> {
  await on.app.db.query(
    `with added as (
       insert into events (name, venue, description, event_date, ticket_price, total_tickets, created_by)
       select 'walking band ' || chr(97 + n % 5), 'Hall', repeat('band ', n % 3),
              '2036-01-01 12:00:00+00'::timestamptz + (n * 7 % 4) * interval '1 microsecond'
                + (n % 3) * interval '1 hour',
              n * 5 % 6, 10, $3
         from generate_series($1::integer, $2) n returning id)
     insert into event_inventory (event_id, capacity) select id, 10 from added`,
    [from, to, on.organizer.id],
  )
}

test('with 5,000 events the default list reads an index and stops after a page', async () => {
  await using large = await startEventShop()
  await addBands(large, 1, 5_000)
  await large.app.db.query(
    `update events set event_date = '2036-01-01'::timestamptz + id * interval '1 hour'`,
  )
  await large.app.db.query('analyze events, event_inventory')
  let plan: { 'QUERY PLAN': string }[] = []
  const explaining: Queryable = {
    async query(text, values) {
      assert.ok(typeof text === 'string', "typeof text === 'string'")
      const options = 'analyze, costs off, timing off, summary off'
      plan = await large.app.db.query(`explain (${options}) ${text}`, values)
      return []
    },
  }
  await findListedEvents(explaining, searchOf({}).search, 'exact')
  const lines = plan.map((row) => row['QUERY PLAN']).join('\n')
  assert.match(
    lines,
    /Index Scan using events_upcoming on events e \(actual rows=21(\.00)? /,
    lines,
  )
  assert.doesNotMatch(lines, /Sort|Seq Scan/, lines)
})
