import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Event } from '../../src/contracts/event.ts'
import { assertRefused } from '../support/accounts.ts'
import { EVENTS, type EventShop, ROCK_NIGHT, startEventShop } from '../support/event-api.ts'

// Every test makes its own events, so they share one shop.
let shop: EventShop
before(async () => {
  shop = await startEventShop()
})
after(async () => {
  await shop[Symbol.asyncDispose]()
})

const create = async (body: unknown, by = shop.organizer) =>
  await shop.call({ method: 'POST', url: EVENTS, by, body })
const without = (...fields: string[]) =>
  Object.fromEntries(Object.entries(ROCK_NIGHT).filter(([name]) => !fields.includes(name)))

const TIERS = [
  { name: 'Seat', price: 50, capacity: 300 },
  { name: 'Standing', price: 30.5, capacity: 200 },
]
const tiered = async (body: object = {}) =>
  await shop.create({
    ticket_types: TIERS,
    ...body,
    // Overwrites the brief's: they follow from the ticket types.
    ...({ ticket_price: undefined, total_tickets: undefined, ...body } as object),
  })

test('creating an event answers with the brief’s fields first', async () => {
  const answer = await create(ROCK_NIGHT)
  assert.equal(answer.status, 201, answer.body)
  const event = answer.json<Event>()
  assert.deepEqual(Object.entries(event).slice(0, 5), [
    ['id', event.id],
    ['name', 'Rock Night'],
    ['ticket_price', 75],
    ['total_tickets', 500],
    ['created_by', shop.organizer.id],
  ])
  assert.equal(answer.headers['location'], `${EVENTS}/${event.id}`)
  assert.match(String(answer.headers['etag']), /^"1-/)
  assert.deepEqual(await shop.read(event.id), event)
  assert.equal(event.event_date, ROCK_NIGHT.event_date)
  assert.equal(event.sales_end_at, ROCK_NIGHT.event_date)
  assert.equal(event.remaining_tickets, 500)
  assert.equal(event.sale, 'on_sale')
  assert.deepEqual(
    event.ticket_types.map(({ id: _id, ...type }) => type),
    [{ name: 'General admission', price: 75, capacity: 500, remaining_tickets: 500 }],
  )
})

test('an event is written with its stock, its message and its audit entry', async () => {
  const { id, ticket_types } = await tiered({ total_tickets: 400 })
  const { db } = shop.app
  assert.deepEqual(
    await db.query('select capacity from event_inventory where event_id = $1', [id]),
    [{ capacity: 400 }],
  )
  assert.deepEqual(
    await db.query(
      'select ticket_type_id, capacity from inventory where event_id = $1 order by 1',
      [id],
    ),
    ticket_types.map((type) => ({ ticket_type_id: type.id, capacity: type.capacity })),
  )
  const [entry] = await db.query<{ actor_id: number; after: Event }>(
    `select actor_id, after from audit_log where action = 'event.created' and subject_id = $1`,
    [id],
  )
  assert.equal(entry?.actor_id, shop.organizer.id)
  assert.equal(entry.after.total_tickets, 400)
})

test('an event takes everything that can be said about it', async () => {
  const fields = {
    category: 'Concert',
    city: 'Zürich',
    image_url: 'https://images.example/rock.jpg',
    timezone: 'Europe/Zurich',
    currency: 'CHF',
    max_per_user: 4,
    hold_seconds: 90,
    on_sale_at: '2035-06-01T08:00:00Z',
    sales_end_at: '2035-12-09T20:00:00Z',
    venue_capacity: 600,
  }
  const event = await tiered(fields)
  assert.deepEqual({ ...event, ...fields }, event)
  assert.equal(event.ticket_price, 30.5)
  assert.equal(event.total_tickets, 500)
  assert.equal(event.sale, 'not_started')
  assert.deepEqual(
    event.ticket_types.map(({ name, price, capacity }) => ({ name, price, capacity })),
    TIERS,
  )
})

test('only organizers and admins create events', async () => {
  assertRefused(await shop.call({ method: 'POST', url: EVENTS, body: ROCK_NIGHT }), {
    status: 401,
    code: 'unauthenticated',
  })
  assertRefused(await create(ROCK_NIGHT, shop.guest), { status: 403, code: 'forbidden' })
  assert.equal((await create(ROCK_NIGHT, shop.admin)).status, 201)
})

test('a body that does not fit is refused with the field at fault', async () => {
  const misfits: [field: string, body: unknown][] = [
    ['name', without('name')],
    ['venue', without('venue')],
    ['event_date', without('event_date')],
    ['ticket_price', without('ticket_price')],
    ['total_tickets', without('total_tickets')],
    ['ticket_price', { ...ROCK_NIGHT, ticket_price: '75' }],
    ['ticket_price', { ...ROCK_NIGHT, ticket_price: true }],
    ['ticket_price', { ...ROCK_NIGHT, ticket_price: [75] }],
    ['ticket_price', { ...ROCK_NIGHT, ticket_price: null }],
    ['ticket_price', { ...ROCK_NIGHT, ticket_price: -1 }],
    ['ticket_price', { ...ROCK_NIGHT, ticket_price: 1_000_000 }],
    ['ticket_price', JSON.stringify(ROCK_NIGHT).replace(':75,', ':1e309,')],
    ['total_tickets', { ...ROCK_NIGHT, total_tickets: '2' }],
    ['total_tickets', { ...ROCK_NIGHT, total_tickets: true }],
    ['total_tickets', { ...ROCK_NIGHT, total_tickets: [2] }],
    ['total_tickets', { ...ROCK_NIGHT, total_tickets: 2.5 }],
    ['total_tickets', { ...ROCK_NIGHT, total_tickets: 0 }],
    ['total_tickets', { ...ROCK_NIGHT, total_tickets: 1_000_001 }],
    ['name', { ...ROCK_NIGHT, name: null }],
    ['name', { ...ROCK_NIGHT, name: 7 }],
    ['name', { ...ROCK_NIGHT, name: '' }],
    ['name', { ...ROCK_NIGHT, name: ' \t ' }],
    ['name', { ...ROCK_NIGHT, name: 'Rock\0Night' }],
    ['name', { ...ROCK_NIGHT, name: 'x'.repeat(256) }],
    ['name', { ...ROCK_NIGHT, name: '\u200b' }],
    ['name', { ...ROCK_NIGHT, name: 'Rock \u202ethgiN' }],
    ['venue', { ...ROCK_NIGHT, venue: '\u2060\u3164' }],
    ['city', { ...ROCK_NIGHT, city: '\u200b' }],
    ['category', { ...ROCK_NIGHT, category: 'a\u2066b' }],
    [
      'ticket_types/0/name',
      { ...ROCK_NIGHT, ticket_types: [{ name: '\u200b', price: 1, capacity: 1 }] },
    ],
    ['description', { ...ROCK_NIGHT, description: 'x'.repeat(10_001) }],
    ['description', { ...ROCK_NIGHT, description: null }],
    ['event_date', { ...ROCK_NIGHT, event_date: 'tomorrow' }],
    ['event_date', { ...ROCK_NIGHT, event_date: '2035-12-10' }],
    ['event_date', { ...ROCK_NIGHT, event_date: '2035-12-10T20:00:00' }],
    ['event_date', { ...ROCK_NIGHT, event_date: '2035-02-30T20:00:00Z' }],
    ['event_date', { ...ROCK_NIGHT, event_date: 2_080_000_000 }],
    ['max_per_user', { ...ROCK_NIGHT, max_per_user: 101 }],
    ['hold_seconds', { ...ROCK_NIGHT, hold_seconds: 59 }],
    ['hold_seconds', { ...ROCK_NIGHT, hold_seconds: 86_401 }],
    ['hold_seconds', { ...ROCK_NIGHT, hold_seconds: 90.5 }],
    ['hold_seconds', { ...ROCK_NIGHT, hold_seconds: '600' }],
    ['hold_seconds', { ...ROCK_NIGHT, hold_seconds: null }],
    ['refund_until', { ...ROCK_NIGHT, refund_until: '2035-01-01T00:00:00Z' }],
    ['postponed_at', { ...ROCK_NIGHT, postponed_at: '2035-01-01T00:00:00Z' }],
    ['currency', { ...ROCK_NIGHT, currency: 'euro' }],
    ['status', { ...ROCK_NIGHT, status: 'cancelled' }],
    ['id', { ...ROCK_NIGHT, id: 1 }],
    ['created_by', { ...ROCK_NIGHT, created_by: 1 }],
    ['ticket_types', { ...ROCK_NIGHT, ticket_types: [] }],
    ['ticket_types/0/price', { ...ROCK_NIGHT, ticket_types: [{ name: 'A', capacity: 1 }] }],
    [
      'ticket_types/0/seats',
      { ...ROCK_NIGHT, ticket_types: [{ name: 'A', price: 1, capacity: 1, seats: 1 }] },
    ],
    ['body', '[]'],
    ['body', 'null'],
    ['body', '"name"'],
    ['body', '{"name":'],
    ['body', JSON.stringify(ROCK_NIGHT).replace('{', '{"__proto__":{"admin":true},')],
    ['body', JSON.stringify(ROCK_NIGHT).replace('{', '{"constructor":{"prototype":{}},')],
  ]
  for (const [field, body] of misfits) {
    const message = JSON.stringify(body).slice(0, 120)
    assertRefused(await create(body), { status: 400, code: 'invalid_request', field }, message)
  }
  assertRefused(await create({ ...ROCK_NIGHT, name: 'x'.repeat(100_000) }), {
    status: 413,
    code: 'payload_too_large',
  })
})

test('a value that fits but cannot be is refused with the field at fault', async () => {
  const impossible: [field: string, body: object][] = [
    ['event_date', { event_date: '2020-01-01T00:00:00Z' }],
    ['ticket_price', { ticket_price: 75.005 }],
    ['ticket_price', { ticket_price: 80, ticket_types: TIERS }],
    ['total_tickets', { total_tickets: 501, ticket_price: 30.5, ticket_types: TIERS }],
    ['total_tickets', { venue_capacity: 499 }],
    ['timezone', { timezone: 'Mars/Olympus' }],
    ['currency', { currency: 'XQQ' }],
    ['image_url', { image_url: 'javascript:alert(1)' }],
    ['on_sale_at', { on_sale_at: '2036-01-01T00:00:00Z' }],
    ['sales_end_at', { sales_end_at: '2036-01-01T00:00:00Z' }],
  ]
  for (const [field, body] of impossible) {
    const answer = await create({ ...ROCK_NIGHT, ...body })
    assertRefused(answer, { status: 422, code: 'invalid_value', field }, JSON.stringify(body))
  }
})

test('text of any script comes back as it was sent', async () => {
  const name = '🎸 ليلة الروك – ロックナイト 👩‍👩‍👧 Ñandú'
  const description = '<script>alert(1)</script>\n\t"quotes" \\ and \'more\''
  const { id } = await shop.create({ name, description, city: 'Łódź' })
  const event = await shop.read(id)
  assert.equal(event.name, name)
  assert.equal(event.description, description)
  assert.equal(event.city, 'Łódź')
})

test('a free event may be created, and the smallest price and the largest too', async () => {
  assert.equal((await shop.create({ ticket_price: 0 })).ticket_price, 0)
  assert.equal((await shop.create({ ticket_price: 0.5 })).ticket_price, 0.5)
  assert.equal((await shop.create({ ticket_price: 999_999.99 })).ticket_price, 999_999.99)
  assert.equal((await shop.create({ total_tickets: 1_000_000 })).remaining_tickets, 1_000_000)
})

test('a price that no payment is small enough for is refused, when an event is made and changed', async () => {
  const refused = { status: 422, code: 'invalid_value' } as const
  const tooCheap = { ...ROCK_NIGHT, ticket_price: 0.1 }
  const create = async (body: object) =>
    await shop.call({ method: 'POST', url: EVENTS, by: shop.organizer, body })
  const answer = await create(tooCheap)
  assertRefused(answer, { ...refused, field: 'ticket_price' })
  assert.match(answer.body, /at least 0\.5 EUR/)
  const { id } = await shop.create()
  const url = `${EVENTS}/${id}`
  const change = async (body: object) =>
    await shop.call({ method: 'PATCH', url, by: shop.organizer, body })
  assertRefused(await change({ ticket_price: 0.49 }), { ...refused, field: 'ticket_price' })
  assertRefused(await change({ currency: 'HUF' }), { ...refused, field: 'ticket_price' })
  const ticket_types = [
    { name: 'Child', price: 0, capacity: 10 },
    { name: 'Dog', price: 0.2, capacity: 10 },
  ]
  assertRefused(await change({ ticket_types }), { ...refused, field: 'ticket_types/1/price' })
})

test('an id that is none is refused, one that is nobody’s is not found', async () => {
  for (const id of ['abc', '0', '-1', '1.5', '9007199254740993', '1;drop table events']) {
    const url = `${EVENTS}/${encodeURIComponent(id)}`
    const answer = await shop.call({ method: 'GET', url })
    assertRefused(answer, { status: 400, code: 'invalid_request', field: 'id' }, id)
  }
  const missing = { status: 404, code: 'not_found' }
  const url = `${EVENTS}/987654321`
  assertRefused(await shop.call({ method: 'GET', url }), missing)
  for (const method of ['PATCH', 'DELETE'] as const) {
    const body = method === 'PATCH' ? {} : undefined
    assertRefused(await shop.call({ method, url, by: shop.organizer, body }), missing)
  }
})

test('a draft is seen by its organizer only, until it is published', async () => {
  const { id, sale } = await shop.create({ status: 'draft', name: 'Secret show' })
  assert.equal(sale, 'draft')
  const url = `${EVENTS}/${id}`
  const hidden = { status: 404, code: 'not_found' }
  assertRefused(await shop.call({ method: 'GET', url }), hidden)
  assert.deepEqual(await shop.list('?q=secret+show'), [])
  for (const by of [shop.rival]) {
    assertRefused(await shop.call({ method: 'PATCH', url, by, body: {} }), hidden)
    assertRefused(await shop.call({ method: 'DELETE', url, by }), hidden)
    const own = `/api/v1/organizer/events/${id}`
    assertRefused(await shop.call({ method: 'GET', url: own, by }), hidden)
  }
  assertRefused(await shop.buy({ event_id: id, quantity: 1 }), {
    status: 404,
    code: 'not_found',
    field: 'event_id',
  })
  const mine = await shop.call({
    method: 'GET',
    url: '/api/v1/organizer/events?limit=1',
    by: shop.organizer,
  })
  assert.deepEqual(
    mine.json<Event[]>().map((event) => [event.id, event.status]),
    [[id, 'draft']],
  )
  const publish = { method: 'POST', url: `${url}/publish`, by: shop.organizer } as const
  assert.equal((await shop.call(publish)).json<Event>().version, 2)
  assert.equal((await shop.call(publish)).json<Event>().version, 2)
  assert.equal((await shop.read(id)).status, 'published')
})

test('own events come in pages, the newest first, and nobody else’s', async () => {
  const ids: number[] = []
  for (let n = 0; n < 5; n += 1) ids.unshift((await shop.create({ name: `Mine ${n}` })).id)
  assert.equal((await create(ROCK_NIGHT, shop.rival)).status, 201)
  const seen: number[] = []
  let url: string | undefined = '/api/v1/organizer/events?limit=2'
  while (url !== undefined && seen.length < ids.length) {
    const answer = await shop.call({ method: 'GET', url, by: shop.organizer })
    assert.equal(answer.headers['cache-control'], 'private, no-store')
    const events = answer.json<Event[]>()
    assert.ok(
      events.every((event) => event.created_by === shop.organizer.id),
      'events.every((event) => event.created_by === shop.organizer.id)',
    )
    seen.push(...events.map((event) => event.id))
    url = /<([^>]+)>; rel="next"/.exec(String(answer.headers['link']))?.[1]
  }
  assert.deepEqual(seen.slice(0, ids.length), ids)
  // 1e308 and 2030-02-31 where an id belongs.
  const madeUp = ['cursor=WzFlMzA4XQ', 'cursor=WyIyMDMwLTAyLTMxVDAwOjAwOjAwWiJd']
  for (const query of [...madeUp, 'cursor=nonsense', 'limit=0', 'limit=101', 'status=draft']) {
    const answer = await shop.call({
      method: 'GET',
      url: `/api/v1/organizer/events?${query}`,
      by: shop.organizer,
    })
    assertRefused(
      answer,
      { status: 400, code: 'invalid_request', field: query.split('=')[0] ?? '' },
      query,
    )
  }
  assertRefused(
    await shop.call({ method: 'GET', url: '/api/v1/organizer/events', by: shop.guest }),
    { status: 403, code: 'forbidden' },
  )
})

test('before sales start everything may change', async () => {
  const { id } = await shop.create({ on_sale_at: '2035-06-01T08:00:00Z' })
  const changes = {
    name: 'Rock Evening',
    description: '',
    venue: 'Town Hall',
    event_date: '2036-01-10T19:00:00Z',
    ticket_price: 60.5,
    total_tickets: 200,
    category: 'Concert',
    city: 'Bern',
    timezone: 'Europe/Zurich',
    currency: 'CHF',
    max_per_user: 2,
    hold_seconds: 86_400,
    on_sale_at: '2035-07-01T08:00:00Z',
    sales_end_at: '2036-01-01T00:00:00Z',
    venue_capacity: 250,
    sales_paused: true,
    status: 'draft',
  }
  const answer = await shop.change(id, changes)
  assert.equal(answer.status, 200, answer.body)
  const event = answer.json<Event>()
  assert.deepEqual({ ...event, ...changes }, event)
  assert.equal(event.version, 2)
  assert.equal(event.remaining_tickets, 200)
  assert.match(String(answer.headers['etag']), /^"2-/)
})

test('a change is told to others and to the audit log, with what was and what is', async () => {
  const { id } = await shop.create()
  await shop.change(id, { name: 'Rock Evening', ticket_price: 80 })
  const entries = await shop.app.db.query<{ before: object; after: object; request_id: string }>(
    `select before, after, request_id from audit_log
      where action = 'event.changed' and subject_id = $1`,
    [id],
  )
  assert.equal(entries.length, 1)
  const [entry] = entries
  const only = ({ name, version, ticket_price }: Partial<Event>) => [name, version, ticket_price]
  assert.deepEqual(only(entry?.before as Event), ['Rock Night', 1, 75])
  assert.deepEqual(only(entry?.after as Event), ['Rock Evening', 2, 80])
  assert.deepEqual(Object.keys(entry?.after ?? {}).sort(), [
    'name',
    'ticket_price',
    'ticket_types',
    'version',
  ])
})

test('a change that changes nothing leaves no trace', async () => {
  const { id } = await shop.create()
  const answer = await shop.change(id, { name: ' Rock Night ', ticket_price: 75.0 })
  assert.equal(answer.json<Event>().version, 1)
  const entries = await shop.app.db.query(
    `select 1 from audit_log where action = 'event.changed' and subject_id = $1`,
    [id],
  )
  assert.equal(entries.length, 0)
})

test('ticket types are renamed, swapped, added and removed before sales start', async () => {
  const before = await tiered()
  const [seat, standing] = before.ticket_types
  const answer = await shop.change(before.id, {
    ticket_types: [
      { id: standing?.id, name: 'Seat', price: 40, capacity: 250 },
      { id: seat?.id, name: 'Standing', price: 20, capacity: 100 },
      { name: 'VIP', price: 200, capacity: 50 },
    ],
  })
  assert.equal(answer.status, 200, answer.body)
  const event = answer.json<Event>()
  assert.deepEqual(
    event.ticket_types.map((type) => [type.name, type.price, type.remaining_tickets]),
    [
      ['Seat', 40, 250],
      ['Standing', 20, 100],
      ['VIP', 200, 50],
    ],
  )
  assert.deepEqual(
    event.ticket_types.slice(0, 2).map((type) => type.id),
    [standing?.id, seat?.id],
  )
  assert.equal(event.total_tickets, 400)
  assert.equal(event.ticket_price, 20)

  const fewer = await shop.change(event.id, {
    ticket_types: [{ name: 'VIP', price: 150, capacity: 60 }],
  })
  assert.equal(fewer.json<Event>().remaining_tickets, 60)
  assert.equal(fewer.json<Event>().ticket_types[0]?.id, event.ticket_types[2]?.id)
})

test('after sales start only what takes nothing from a buyer may change', async () => {
  const { id } = await shop.create({ max_per_user: 4, city: 'Bern' })
  assert.equal((await shop.buy({ event_id: id, quantity: 2 })).status, 201)
  const taking: Record<string, unknown> = {
    name: 'Rock Evening',
    venue: 'Town Hall',
    city: 'Basel',
    event_date: '2035-12-11T20:00:00Z',
    currency: 'CHF',
    timezone: 'Europe/Zurich',
    on_sale_at: '2035-01-01T00:00:00Z',
    sales_end_at: '2035-12-01T00:00:00Z',
    max_per_user: 3,
    total_tickets: 499,
    status: 'draft',
  }
  for (const [field, value] of Object.entries(taking)) {
    const answer = await shop.change(id, { [field]: value })
    assertRefused(answer, { status: 409, code: 'sales_started', field }, field)
  }
  const [type] = (await shop.read(id)).ticket_types
  const renamed = [{ id: type?.id, name: 'Pit', price: 75, capacity: 500 }]
  assertRefused(await shop.change(id, { ticket_types: renamed }), {
    status: 409,
    code: 'sales_started',
    field: 'ticket_types/0/name',
  })
  assert.equal((await shop.read(id)).version, 1)

  const giving = {
    description: 'Now with a support act.',
    image_url: 'https://images.example/rock.jpg',
    category: 'Concert',
    max_per_user: 6,
    hold_seconds: 60,
    total_tickets: 600,
    ticket_price: 90,
  }
  const answer = await shop.change(id, giving)
  assert.equal(answer.status, 200, answer.body)
  const event = answer.json<Event>()
  assert.deepEqual({ ...event, ...giving }, event)
  assert.equal(event.remaining_tickets, 598)

  const later = await shop.buy({ event_id: id, quantity: 1 })
  assert.equal(later.json<{ total_price: number }>().total_price, 90)
})

test('sales have started when the sale opened, even if nobody bought', async () => {
  const { id } = await shop.create({ on_sale_at: '2020-01-01T00:00:00Z' })
  const started = { status: 409, code: 'sales_started' }
  assertRefused(await shop.change(id, { venue: 'Town Hall' }), { ...started, field: 'venue' })
  const url = `${EVENTS}/${id}`
  assertRefused(await shop.call({ method: 'DELETE', url, by: shop.organizer }), started)
})

test('a sale is paused and resumed, however often it is asked', async () => {
  const { id } = await shop.create()
  const to = async (action: string) =>
    await shop.call({ method: 'POST', url: `${EVENTS}/${id}/${action}`, by: shop.organizer })
  assert.equal((await to('pause')).json<Event>().sale, 'paused')
  assert.equal((await to('pause')).json<Event>().version, 2)
  assertRefused(await shop.buy({ event_id: id, quantity: 1 }), {
    status: 409,
    code: 'sales_paused',
  })
  assert.equal((await to('resume')).json<Event>().sale, 'on_sale')
  assert.equal((await to('resume')).json<Event>().version, 3)
  assert.equal((await shop.buy({ event_id: id, quantity: 1 })).status, 201)
})

test('an event nobody bought is cancelled and stays so', async () => {
  const { id } = await shop.create({ name: 'Cancelled show' })
  const cancel = { method: 'POST', url: `${EVENTS}/${id}/cancel`, by: shop.organizer } as const
  assert.equal((await shop.call(cancel)).json<Event>().status, 'cancelled')
  assert.equal((await shop.call(cancel)).json<Event>().version, 2)
  assert.equal((await shop.read(id)).sale, 'cancelled')
  assert.deepEqual(await shop.list('?q="cancelled show"'), [])
  const gone = { status: 409, code: 'event_cancelled' }
  assertRefused(await shop.change(id, { description: 'x' }), gone)
  assertRefused(await shop.call({ ...cancel, url: `${EVENTS}/${id}/publish` }), gone)
  assertRefused(await shop.buy({ event_id: id, quantity: 1 }), gone)
  assert.equal(
    (await shop.call({ method: 'DELETE', url: `${EVENTS}/${id}`, by: shop.organizer })).status,
    204,
  )
})

test('an event that was bought is not deleted but can be cancelled, as it says', async () => {
  const { id } = await shop.create()
  await shop.buy({ event_id: id, quantity: 1 })
  const url = `${EVENTS}/${id}`
  const refusal = await shop.call({ method: 'DELETE', url, by: shop.organizer })
  assertRefused(refusal, { status: 409, code: 'sales_started' })
  assert.match(refusal.json<{ detail: string }>().detail, /Cancel it instead: /)
  assert.equal((await shop.read(id)).status, 'published')
  const cancel = { method: 'POST', url: `${url}/cancel`, by: shop.organizer } as const
  assert.equal((await shop.call(cancel)).json<Event>().status, 'cancelled')
})

test('an event on sale that nobody bought is not deleted but can be cancelled, as it says', async () => {
  const { id } = await shop.create({ on_sale_at: '2020-01-01T00:00:00Z' })
  const url = `${EVENTS}/${id}`
  const refusal = await shop.call({ method: 'DELETE', url, by: shop.organizer })
  assert.match(refusal.json<{ detail: string }>().detail, /Cancel it instead: /)
  const cancel = { method: 'POST', url: `${url}/cancel`, by: shop.organizer } as const
  assert.equal((await shop.call(cancel)).status, 200)
})

test('a deleted event is gone with all that was its own', async () => {
  const { id } = await tiered()
  const url = `${EVENTS}/${id}`
  assert.equal((await shop.call({ method: 'DELETE', url, by: shop.organizer })).status, 204)
  assertRefused(await shop.call({ method: 'GET', url }), { status: 404, code: 'not_found' })
  const left = await shop.app.db.query(
    `select 1 from ticket_types where event_id = $1
     union all select 1 from event_inventory where event_id = $1
     union all select 1 from inventory where event_id = $1`,
    [id],
  )
  assert.equal(left.length, 0)
})

test('another organizer may look but not touch, an admin may', async () => {
  const { id } = await shop.create()
  const url = `${EVENTS}/${id}`
  const forbidden = { status: 403, code: 'forbidden' }
  const attempts = [
    { method: 'PATCH', url, body: { description: 'mine now' } },
    { method: 'DELETE', url },
    ...['pause', 'resume', 'publish', 'cancel'].map((action) => ({
      method: 'POST' as const,
      url: `${url}/${action}`,
    })),
  ] as const
  for (const attempt of attempts) {
    assertRefused(await shop.call({ ...attempt, by: shop.rival }), forbidden, attempt.url)
    assertRefused(await shop.call({ ...attempt, by: shop.guest }), forbidden, attempt.url)
    assertRefused(await shop.call(attempt), { status: 401, code: 'unauthenticated' })
  }
  const { method, body } = attempts[0]
  assert.equal((await shop.call({ method, url, body, by: shop.admin })).status, 200)
})

test('a change of what somebody else changed meanwhile is refused', async () => {
  const { id } = await shop.create()
  const url = `${EVENTS}/${id}`
  const read = await shop.call({ method: 'GET', url })
  const etag = String(read.headers['etag'])
  assert.equal((await shop.change(id, { category: 'A' }, { 'if-match': etag })).status, 200)
  const stale = { status: 412, code: 'precondition_failed', field: 'If-Match' }
  assertRefused(await shop.change(id, { category: 'B' }, { 'if-match': etag }), stale)
  assertRefused(await shop.change(id, { category: 'B' }, { 'if-match': 'nonsense' }), stale)
  const remove = {
    method: 'DELETE',
    url,
    by: shop.organizer,
    headers: { 'if-match': etag },
  } as const
  assertRefused(await shop.call(remove), stale)
  assert.equal((await shop.change(id, { category: 'B' }, { 'if-match': '*' })).status, 200)
  assert.equal((await shop.change(id, { category: 'C' })).status, 200)
})

test('a sold ticket changes the tag but is no change that If-Match refuses', async () => {
  const { id } = await shop.create()
  const url = `${EVENTS}/${id}`
  const etag = String((await shop.call({ method: 'GET', url })).headers['etag'])
  await shop.buy({ event_id: id, quantity: 1 })
  const answer = await shop.change(id, { category: 'Concert' }, { 'if-match': `W/${etag}` })
  assert.equal(answer.status, 200, answer.body)
  assert.equal(answer.json<Event>().remaining_tickets, 499)
})

test('a sold-out event sells again when it gets more capacity', async () => {
  const { id } = await shop.create({ total_tickets: 8 })
  await shop.buy({ event_id: id, quantity: 8 })
  assertRefused(await shop.buy({ event_id: id, quantity: 1 }), { status: 409, code: 'sold_out' })
  const answer = await shop.change(id, { total_tickets: 9, max_per_user: 9 })
  assert.equal(answer.json<Event>().remaining_tickets, 1)
  // At once: the gate in front of the sale has heard of it.
  assert.equal((await shop.buy({ event_id: id, quantity: 1 })).status, 201)
  assert.equal((await shop.change(id, { category: 'Concert' })).json<Event>().sale, 'sold_out')
})
