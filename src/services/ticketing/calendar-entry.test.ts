import assert from 'node:assert/strict'
import { test } from 'node:test'
import { calendarEntry } from './calendar-entry.ts'
import type { PrintedEvent } from './printed-order.ts'

const EVENT: PrintedEvent = {
  id: 5,
  name: 'Rock Night',
  venue: 'City Arena',
  city: 'Vienna',
  category: null,
  startsAt: new Date('2030-06-01T18:00:00Z'),
  timezone: 'Europe/Vienna',
  currency: 'EUR',
  isCancelled: false,
  version: 3,
  changedAt: new Date('2030-01-02T03:04:05.678Z'),
}
const entryOf = (event: Partial<typeof EVENT> & { city?: string | null }) =>
  calendarEntry({
    orderId: 7,
    tickets: 2,
    event: { ...EVENT, ...event },
  }).toString()
/** The lines as a calendar reads them, put together again. */
const linesOf = (text: string) => text.replaceAll('\r\n ', '').split('\r\n')

test('an entry has the time that the clock at the venue shows, and the zone by its name', () => {
  const lines = linesOf(entryOf({}))
  for (const line of [
    'DTSTART;TZID=Europe/Vienna:20300601T200000',
    'TZID:Europe/Vienna',
    'TZOFFSETTO:+0200',
    'SUMMARY:Rock Night',
    'LOCATION:City Arena\\, Vienna',
    'UID:order-7@boxoffice.example',
    'DTSTAMP:20300102T030405Z',
    'STATUS:CONFIRMED',
  ]) {
    assert.ok(lines.includes(line), line)
  }
})

test('zones with half hours, behind UTC and of UTC itself are told', () => {
  for (const [timezone, start, offset] of [
    ['Asia/Kolkata', '20300601T233000', '+0530'],
    ['America/New_York', '20300601T140000', '-0400'],
    ['UTC', '20300601T180000', '+0000'],
  ] as const) {
    const lines = linesOf(entryOf({ timezone }))
    assert.ok(lines.includes(`DTSTART;TZID=${timezone}:${start}`), timezone)
    assert.ok(lines.includes(`TZOFFSETTO:${offset}`), timezone)
  }
})

test('a postponed event is a later version of the same entry', () => {
  const later = { version: 4, startsAt: new Date('2030-12-01T19:00:00Z') }
  const [before, after] = [linesOf(entryOf({})), linesOf(entryOf(later))]
  const uid = before.find((line) => line.startsWith('UID:')) ?? ''
  assert.ok(after.includes(uid), 'the same entry')
  assert.ok(before.includes('SEQUENCE:3') && after.includes('SEQUENCE:4'), 'a later version')
  assert.ok(after.includes('DTSTART;TZID=Europe/Vienna:20301201T200000'), 'in winter time')
})

test('a cancelled event says so', () => {
  assert.ok(linesOf(entryOf({ isCancelled: true })).includes('STATUS:CANCELLED'), 'cancelled')
})

test('what people typed stays text, and no line is too long', () => {
  const name = `One; two, three \\ four\r\nBEGIN:VALARM ${'東京'.repeat(60)}`
  const text = entryOf({ name, city: null })
  const summary = linesOf(text).find((line) => line.startsWith('SUMMARY:'))
  assert.equal(summary, `SUMMARY:One\\; two\\, three \\\\ four\\nBEGIN:VALARM ${'東京'.repeat(60)}`)
  for (const line of text.split('\r\n')) assert.ok(Buffer.byteLength(line) <= 75, line)
  assert.ok(text.endsWith('END:VCALENDAR\r\n'), 'the last line ends')
})
