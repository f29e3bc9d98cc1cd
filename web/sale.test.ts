import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { EventListing } from './needs.ts'
import { isCountedDown, isLow, saleAfterRefusal, saleNote } from './sale.ts'

const listing: EventListing = {
  id: 1,
  name: 'Rock Night',
  venue: 'City Arena',
  city: null,
  category: null,
  eventDate: new Date('2030-06-01T18:30:00Z'),
  timezone: 'Europe/Zurich',
  ticketPriceCents: 7_500,
  currency: 'EUR',
  remaining: 500,
  totalTickets: 500,
  onSaleAt: null,
  sale: 'on_sale',
  picture: null,
}

test('few are left when it is a tenth, and never when all are', () => {
  assert.ok(
    !isLow({ remaining: 51, totalTickets: 500 }),
    '!isLow({ remaining: 51, totalTickets: 500 })',
  )
  assert.ok(
    isLow({ remaining: 50, totalTickets: 500 }),
    'isLow({ remaining: 50, totalTickets: 500 })',
  )
  assert.ok(
    !isLow({ remaining: 4_000, totalTickets: 50_000 }),
    '!isLow({ remaining: 4_000, totalTickets: 50_000 })',
  )
  assert.ok(
    isLow({ remaining: 10, totalTickets: 20 }),
    'isLow({ remaining: 10, totalTickets: 20 })',
  )
  assert.ok(
    !isLow({ remaining: 10, totalTickets: 10 }),
    '!isLow({ remaining: 10, totalTickets: 10 })',
  )
  assert.ok(
    !isLow({ remaining: 0, totalTickets: 500 }),
    '!isLow({ remaining: 0, totalTickets: 500 })',
  )
})

test('a card says only what matters', () => {
  assert.equal(saleNote(listing), undefined)
  assert.deepEqual(saleNote({ ...listing, remaining: 12 }), { tone: 'low', text: '12 left' })
  assert.equal(saleNote({ ...listing, remaining: 0, sale: 'sold_out' })?.text, 'Sold out')
  const onSaleAt = new Date('2030-05-01T08:00:00Z')
  assert.match(
    saleNote({ ...listing, sale: 'not_started', onSaleAt })?.text ?? '',
    /^On sale 1 May 2030$/,
  )
})

test('a sale is counted down to when it is no more than thirty days away', () => {
  const now = Date.parse('2030-05-01T08:00:00Z')
  const after = (ms: number) => ({ sale: 'not_started', onSaleAt: new Date(now + ms) }) as const
  const month = 30 * 86_400_000
  assert.equal(isCountedDown(after(month), now), true)
  assert.equal(isCountedDown(after(month + 1), now), false)
  assert.equal(isCountedDown(after(-1), now), true, 'it opens any moment')
  assert.equal(isCountedDown({ ...after(1), sale: 'on_sale' }, now), false)
  assert.equal(isCountedDown({ sale: 'not_started', onSaleAt: null }, now), false)
})

test('a refusal that leaves tickets does not call the event sold out', () => {
  assert.equal(saleAfterRefusal('sold_out', 0), 'sold_out')
  assert.equal(saleAfterRefusal('sold_out', 3), undefined)
  assert.equal(saleAfterRefusal('limit_exceeded', undefined), undefined)
})
