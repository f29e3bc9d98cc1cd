import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AppError } from '../../kernel/errors.ts'
import type { EventTerms } from './event-terms.ts'
import { haveSalesStarted, requireNothingTaken } from './sale-started.ts'

const NOW = Date.parse('2030-01-01T00:00:00Z')
const days = (count: number) => new Date(NOW + count * 86_400_000)

const EVENT: EventTerms = {
  name: 'Rock Night',
  description: '',
  venue: 'City Arena',
  eventDate: days(30),
  totalTickets: 400,
  category: null,
  city: 'Zürich',
  imageUrl: null,
  timezone: 'UTC',
  currency: 'EUR',
  maxPerUser: 8,
  onSaleAt: days(-1),
  salesEndAt: days(20),
  venueCapacity: 1_000,
  status: 'published',
  salesPaused: false,
  holdSeconds: 600,
  postponedAt: null,
  refundUntil: null,
  ticketTypes: [
    { id: 1, name: 'Seat', priceCents: 5000, capacity: 300 },
    { id: 2, name: 'Standing', priceCents: 3000, capacity: 200 },
  ],
}
const [SEAT, STANDING] = EVENT.ticketTypes as [
  EventTerms['ticketTypes'][number],
  EventTerms['ticketTypes'][number],
]

test('sales have started with the first order, or when a published sale opened', () => {
  assert.equal(haveSalesStarted(EVENT, false, NOW), true)
  assert.equal(haveSalesStarted({ ...EVENT, onSaleAt: days(0) }, false, NOW), true)
  assert.equal(haveSalesStarted({ ...EVENT, onSaleAt: days(1) }, false, NOW), false)
  assert.equal(haveSalesStarted({ ...EVENT, onSaleAt: null }, false, NOW), false)
  assert.equal(haveSalesStarted({ ...EVENT, onSaleAt: days(1) }, true, NOW), true)
  assert.equal(haveSalesStarted({ ...EVENT, status: 'draft' }, false, NOW), false)
  assert.equal(haveSalesStarted({ ...EVENT, status: 'cancelled' }, false, NOW), false)
})

const FINE: Partial<EventTerms>[] = [
  { description: 'New', imageUrl: 'https://a.example/b.png', category: 'Concert' },
  { salesPaused: true },
  { salesEndAt: days(21) },
  { salesEndAt: null },
  { maxPerUser: 9 },
  { totalTickets: 500 },
  { venueCapacity: null },
  { ticketTypes: [SEAT, { ...STANDING, priceCents: 1 }] },
  { ticketTypes: [STANDING, { ...SEAT, capacity: 301 }, { ...SEAT, id: undefined, name: 'VIP' }] },
]

const TAKES: [field: string, change: Partial<EventTerms>][] = [
  ['name', { name: 'Rock night' }],
  ['venue', { venue: 'Town Hall' }],
  ['city', { city: null }],
  ['currency', { currency: 'CHF' }],
  ['timezone', { timezone: 'Europe/Zurich' }],
  ['event_date', { eventDate: days(31) }],
  ['on_sale_at', { onSaleAt: days(1) }],
  ['on_sale_at', { onSaleAt: null }],
  ['status', { status: 'draft' }],
  ['sales_end_at', { salesEndAt: days(19) }],
  ['max_per_user', { maxPerUser: 7 }],
  ['total_tickets', { totalTickets: 399 }],
  ['ticket_types', { ticketTypes: [SEAT] }],
  ['ticket_types', { ticketTypes: [SEAT, { ...STANDING, id: undefined }] }],
  ['ticket_types/1/name', { ticketTypes: [SEAT, { ...STANDING, name: 'Pit' }] }],
  ['ticket_types/0/capacity', { ticketTypes: [{ ...SEAT, capacity: 299 }, STANDING] }],
]

test('after that only what takes nothing from a buyer may change', () => {
  for (const change of FINE) requireNothingTaken(EVENT, { ...EVENT, ...change })
  for (const [field, change] of TAKES) {
    assert.throws(
      () => requireNothingTaken(EVENT, { ...EVENT, ...change }),
      (error) =>
        error instanceof AppError &&
        error.code === 'sales_started' &&
        error.details.field === field,
      field,
    )
  }
})
