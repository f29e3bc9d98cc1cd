import assert from 'node:assert/strict'
import { test } from 'node:test'
import { timeLeft } from './countdown.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

test('a wait is told in two units, of which the small one may be left out', () => {
  for (const [ms, written] of [
    [2 * DAY + 3 * HOUR + 59 * MINUTE, '2 days 3 hours'],
    [DAY, '1 day'],
    [DAY + MINUTE, '1 day'],
    [3 * HOUR + 5 * MINUTE, '3 hours 5 minutes'],
    [5 * MINUTE + 9_000, '5 minutes 9 seconds'],
    [MINUTE, '1 minute'],
    [MINUTE - 1, '1 minute'],
    [8_001, '9 seconds'],
    [1, '1 second'],
    [0, '0 seconds'],
    [-5_000, '0 seconds'],
  ] as const) {
    assert.equal(timeLeft(ms, 'en'), written, String(ms))
  }
  assert.equal(timeLeft(DAY + HOUR, 'de'), '1 Tag 1 Stunde')
})
