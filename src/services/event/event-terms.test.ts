import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ChangeEventBody, CreateEventBody } from '../../contracts/event.ts'
import { AppError, type ErrorCode } from '../../kernel/errors.ts'
import { type EventTerms, type TicketTypeTerms, changedTerms, newTerms } from './event-terms.ts'

const NOW = Date.parse('2030-01-01T00:00:00Z')

const BODY: CreateEventBody = {
  name: 'Rock Night',
  venue: 'City Arena',
  event_date: '2030-12-10T20:00:00Z',
  ticket_price: 75,
  total_tickets: 500,
}

const created = (body: Partial<CreateEventBody> = {}) => newTerms({ ...BODY, ...body }, NOW)

function tiered(body: Partial<CreateEventBody> = {}): EventTerms {
  const { ticket_price: _price, total_tickets: _total, ...rest } = BODY
  const ticket_types = [
    { name: 'Seat', price: 50, capacity: 300 },
    { name: 'Standing', price: 30.5, capacity: 200 },
  ]
  const terms = newTerms({ ...rest, ticket_types, ...body }, NOW)
  return { ...terms, ticketTypes: terms.ticketTypes.map((type, n) => ({ ...type, id: n + 1 })) }
}

const changed = (before: EventTerms, body: ChangeEventBody) => changedTerms(before, body, NOW)

function refuses(body: () => unknown, code: ErrorCode, field: string): void {
  assert.throws(body, (error) => {
    assert.ok(error instanceof AppError, 'error instanceof AppError')
    assert.deepEqual([error.code, error.details.field], [code, field])
    assert.match(error.message, new RegExp(`^${field} `))
    return true
  })
}

test('the brief’s request makes one ticket type of the whole capacity', () => {
  const terms = created()
  assert.deepEqual(terms.ticketTypes, [
    { id: undefined, name: 'General admission', priceCents: 7500, capacity: 500 },
  ])
  assert.equal(terms.totalTickets, 500)
  assert.equal(terms.maxPerUser, 8)
  assert.equal(terms.status, 'published')
})

test('text is trimmed and control characters are refused', () => {
  assert.equal(created({ name: '  Rock\u00a0Night \n' }).name, 'Rock\u00a0Night')
  assert.equal(created({ description: ' a\r\n\tb\rc ' }).description, 'a\n\tb\nc')
  assert.equal(created({ category: '  ' }).category, null)
  assert.equal(created({ name: '🎸 ليلة الروك 👩‍👩‍👧' }).name, '🎸 ليلة الروك 👩‍👩‍👧')
  for (const name of ['   ', 'a\0b', 'a\u001bb', 'a\nb', 'a\u2028b', 'a\ud800b']) {
    refuses(() => created({ name }), 'invalid_request', 'name')
  }
  for (const text of ['\u200b', ' \u200d\ufe0f', '\u202eb', 'a\u2067b\u2069']) {
    for (const field of ['name', 'venue', 'city', 'category'] as const) {
      refuses(() => created({ [field]: text }), 'invalid_request', field)
    }
    const ticket_types = [{ name: text, price: 1, capacity: 1 }]
    refuses(() => tiered({ ticket_types }), 'invalid_request', 'ticket_types/0/name')
  }
  refuses(() => created({ description: 'a\0b' }), 'invalid_request', 'description')
  refuses(() => created({ city: 'a\u0007b' }), 'invalid_request', 'city')
})

test('money has two decimals at most, whatever its size', () => {
  assert.equal(created({ ticket_price: 0 }).ticketTypes[0]?.priceCents, 0)
  assert.equal(created({ ticket_price: 0.7 + 0.1 }).ticketTypes[0]?.priceCents, 80)
  assert.equal(created({ ticket_price: 999_999.99 }).ticketTypes[0]?.priceCents, 99_999_999)
  for (const ticket_price of [0.001, 75.005, 19.999, 999_999.994, 1e-7]) {
    refuses(() => created({ ticket_price }), 'invalid_value', 'ticket_price')
  }
  assert.equal(created({ currency: 'JPY', ticket_price: 1200 }).currency, 'JPY')
  refuses(() => created({ currency: 'JPY', ticket_price: 12.5 }), 'invalid_value', 'ticket_price')
})

test('a price is nothing, or as much as a payment has to be', () => {
  for (const [currency, smallest, less] of [
    ['EUR', 0.5, 0.49],
    ['GBP', 0.3, 0.29],
    ['HUF', 175, 174.99],
    ['JPY', 50, 49],
    ['KWD', 0.05, 0.04],
  ] as const) {
    assert.equal(created({ currency, ticket_price: smallest }).currency, currency)
    refuses(() => created({ currency, ticket_price: less }), 'invalid_value', 'ticket_price')
  }
  const cheap = { name: 'Dog', price: 0.2, capacity: 1 }
  refuses(() => tiered({ ticket_types: [cheap, { ...cheap, name: 'Cat' }] }), 'invalid_value', 'ticket_types/0/price') // prettier-ignore
  // As it was decided before there was such a rule.
  const [type] = created().ticketTypes
  const before = { ...created(), ticketTypes: [{ ...(type as TicketTypeTerms), priceCents: 10 }] }
  assert.equal(changed(before, { venue: 'Elsewhere' }).ticketTypes[0]?.priceCents, 10)
  refuses(() => changed(before, { currency: 'CHF' }), 'invalid_value', 'ticket_price')
})

test('times are ahead and in order', () => {
  const at = (time: string) => `2030-12-${time}:00Z`
  assert.equal(created({ on_sale_at: '2020-01-01T00:00:00Z' }).onSaleAt?.getUTCFullYear(), 2020)
  assert.equal(created({ sales_end_at: at('10T19:00') }).salesEndAt?.getUTCHours(), 19)
  assert.equal(created({ sales_end_at: at('10T20:00') }).salesEndAt, null)
  refuses(() => created({ event_date: '2029-12-31T23:59:59Z' }), 'invalid_value', 'event_date')
  refuses(() => created({ event_date: '2030-12-31T23:59:60Z' }), 'invalid_request', 'event_date')
  refuses(() => created({ on_sale_at: at('10T20:00') }), 'invalid_value', 'on_sale_at')
  refuses(() => created({ sales_end_at: at('10T20:01') }), 'invalid_value', 'sales_end_at')
  refuses(
    () => created({ on_sale_at: at('02T00:00'), sales_end_at: at('02T00:00') }),
    'invalid_value',
    'sales_end_at',
  )
  refuses(() => created({ sales_end_at: '2029-12-01T00:00:00Z' }), 'invalid_value', 'sales_end_at')
})

test('time zones, currencies and pictures are real ones', () => {
  assert.equal(created({ timezone: 'Europe/Zurich' }).timezone, 'Europe/Zurich')
  for (const timezone of ['Mars/Olympus', '+01:00', 'Europe/Zurich ']) {
    refuses(() => created({ timezone }), 'invalid_value', 'timezone')
  }
  refuses(() => created({ currency: 'XQQ' }), 'invalid_value', 'currency')
  for (const image_url of [
    'javascript:alert(1)',
    'ftp://a.example/b',
    'x',
    'https://u:p@a.example',
  ]) {
    refuses(() => created({ image_url }), 'invalid_value', 'image_url')
  }
})

test('ticket types add up', () => {
  const terms = tiered()
  assert.equal(terms.totalTickets, 500)
  assert.equal(tiered({ ticket_price: 30.5, total_tickets: 400 }).totalTickets, 400)
  refuses(() => tiered({ ticket_price: 50 }), 'invalid_value', 'ticket_price')
  refuses(() => tiered({ total_tickets: 501 }), 'invalid_value', 'total_tickets')
  refuses(() => tiered({ total_tickets: 299 }), 'invalid_value', 'ticket_types/0/capacity')
  refuses(() => tiered({ venue_capacity: 499 }), 'invalid_value', 'total_tickets')
  const twice = [
    { name: 'VIP', price: 1, capacity: 1 },
    { name: ' vip ', price: 1, capacity: 1 },
  ]
  refuses(() => tiered({ ticket_types: twice }), 'invalid_value', 'ticket_types/1/name')
  const many = [
    { name: 'A', price: 1, capacity: 600_000 },
    { name: 'B', price: 1, capacity: 400_001 },
  ]
  refuses(() => tiered({ ticket_types: many }), 'invalid_value', 'ticket_types')
})

test('a change keeps what it does not name', () => {
  const before = { ...tiered({ category: 'Concert' }), salesPaused: true }
  assert.deepEqual(changed(before, {}), before)
  assert.deepEqual(changed(before, { category: null }), { ...before, category: null })
})

test('with one ticket type the price and the total are the ticket type’s', () => {
  const terms = changed(created(), { ticket_price: 80, total_tickets: 600 })
  assert.deepEqual(terms.ticketTypes, [
    { id: undefined, name: 'General admission', priceCents: 8000, capacity: 600 },
  ])
  assert.equal(terms.totalTickets, 600)
})

test('with several ticket types the price is changed in them', () => {
  refuses(() => changed(tiered(), { ticket_price: 20 }), 'invalid_value', 'ticket_price')
})

test('ticket types are known by id or by name, and a shared total stays', () => {
  const shared = tiered({ total_tickets: 400 })
  const terms = changed(shared, {
    ticket_types: [
      { name: 'Standing', price: 30.5, capacity: 250 },
      { id: 1, name: 'Balcony', price: 60, capacity: 300 },
      { name: 'Seat', price: 20, capacity: 10 },
    ],
  })
  assert.deepEqual(
    terms.ticketTypes.map((type) => [type.id, type.name]),
    [
      [2, 'Standing'],
      [1, 'Balcony'],
      [undefined, 'Seat'],
    ],
  )
  assert.equal(terms.totalTickets, 400)
  assert.equal(
    changed(tiered(), { ticket_types: [{ id: 1, name: 'Seat', price: 50, capacity: 310 }] })
      .totalTickets,
    310,
  )
  const type = { name: 'X', price: 1, capacity: 1 }
  refuses(
    () => changed(shared, { ticket_types: [{ id: 9, ...type }] }),
    'invalid_value',
    'ticket_types/0/id',
  )
  refuses(
    () =>
      changed(shared, {
        ticket_types: [
          { id: 1, ...type },
          { id: 1, ...type, name: 'Y' },
        ],
      }),
    'invalid_value',
    'ticket_types/1/id',
  )
})

test('an event that is over can still be described, but not published', () => {
  const over = { ...created(), eventDate: new Date(NOW - 1) }
  assert.equal(changed(over, { description: 'It was great.' }).description, 'It was great.')
  refuses(
    () => changed({ ...over, status: 'draft' }, { status: 'published' }),
    'invalid_value',
    'event_date',
  )
})
