import assert from 'node:assert/strict'
import { test } from 'node:test'
import { daysAhead } from './days-ahead.ts'

test('the weekend is the next one, and on it the one that is on', () => {
  const weekendOn = (day: string) => {
    const { from, to } = daysAhead(Date.parse(`${day}T12:00:00Z`)).weekend
    return [from, to]
  }
  assert.deepEqual(weekendOn('2030-06-03'), ['2030-06-07', '2030-06-09'], 'Monday')
  assert.deepEqual(weekendOn('2030-06-07'), ['2030-06-07', '2030-06-09'], 'Friday')
  assert.deepEqual(weekendOn('2030-06-08'), ['2030-06-08', '2030-06-09'], 'Saturday')
  assert.deepEqual(weekendOn('2030-06-09'), ['2030-06-09', '2030-06-09'], 'Sunday')
})

test('today is one day, and a month is thirty more', () => {
  const { today, month } = daysAhead(Date.parse('2030-02-10T23:59:00Z'))
  assert.deepEqual(today, { from: '2030-02-10', to: '2030-02-10' })
  assert.deepEqual(month, { from: '2030-02-10', to: '2030-03-12' })
})
