import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  briefDate,
  count,
  localTime,
  longDay,
  moment,
  price,
  shortDate,
  timeWithOffset,
} from './format.ts'

const summer = new Date('2030-06-01T18:30:00Z')
const winter = new Date('2030-12-31T23:30:00Z')

test('a time is that of the venue, with its offset', () => {
  assert.equal(longDay(summer, 'Europe/Zurich'), 'Saturday 1 June 2030')
  assert.equal(timeWithOffset(summer, 'Europe/Zurich'), '20:30 (UTC+2)')
  assert.equal(timeWithOffset(summer, 'Asia/Kolkata'), '00:00 (UTC+5:30)')
  assert.equal(timeWithOffset(summer, 'America/New_York'), '14:30 (UTC-4)')
  assert.equal(timeWithOffset(summer, 'UTC'), '18:30 (UTC)')
})

test('midnight at the venue belongs to the venue’s day', () => {
  assert.equal(longDay(winter, 'Europe/Zurich'), 'Wednesday 1 January 2031')
  assert.equal(localTime(winter, 'Europe/Zurich').time, '00:30')
})

test('a short date leaves the year out when it is near', () => {
  const near = Date.parse('2030-03-01T00:00:00Z')
  const far = Date.parse('2028-03-01T00:00:00Z')
  assert.equal(shortDate(summer, 'UTC', 'en', near), 'Sat 1 Jun, 18:30')
  assert.equal(shortDate(summer, 'UTC', 'en', far), 'Sat 1 Jun 2030, 18:30')
  assert.equal(moment(summer, 'Europe/Zurich', 'en', near), 'Sat 1 Jun, 20:30 (UTC+2)')
})

test('a brief date has its time when it is near, and its year when it is not', () => {
  const date = new Date('2030-06-01T18:30:00Z')
  const near = Date.parse('2030-05-01T00:00:00Z')
  const before = Date.parse('2028-05-01T00:00:00Z')
  assert.equal(briefDate(date, 'Europe/Zurich', 'en', near), '1 Jun, 20:30')
  assert.equal(briefDate(date, 'Europe/Zurich', 'en', before), '1 Jun 2030')
  assert.equal(briefDate(date, 'Europe/Zurich', 'de', near), '1. Jun, 20:30')
})

test('German has its own order, points and words', () => {
  const near = Date.parse('2030-03-01T00:00:00Z')
  assert.equal(longDay(summer, 'Europe/Zurich', 'de'), 'Samstag, 1. Juni 2030')
  assert.equal(moment(summer, 'Europe/Zurich', 'de', near), 'Sa 1. Jun, 20:30 (UTC+2)')
  assert.equal(price(123_450, 'EUR', 'de'), '1.234,50\u00a0€')
  assert.equal(count(12_345, 'Ticket', 'Tickets', 'de'), '12.345 Tickets')
})

test('money has its currency, and nothing is free', () => {
  assert.equal(price(7_500, 'EUR'), '€75.00')
  assert.equal(price(123_450, 'USD'), '$1,234.50')
  assert.equal(price(100_000, 'JPY'), '¥1,000')
  assert.equal(price(0, 'EUR'), 'Free')
})

test('one is one', () => {
  assert.equal(count(1, 'ticket'), '1 ticket')
  assert.equal(count(12_345, 'ticket'), '12,345 tickets')
})
