import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { MAX_PRICE_CENTS, centsFromDecimal, centsFromNumeric, numericFromCents } from './money.ts'

const cents = fc.integer({ min: 0, max: MAX_PRICE_CENTS })

test('every amount of cents survives the way to JSON and back', () => {
  fc.assert(
    fc.property(cents, (amount) => {
      assert.equal(centsFromDecimal(JSON.parse(JSON.stringify(amount / 100)) as number), amount)
    }),
  )
})

test('every amount of cents survives the way to PostgreSQL and back', () => {
  fc.assert(
    fc.property(cents, (amount) => {
      assert.equal(centsFromNumeric(numericFromCents(amount)), amount)
    }),
  )
})

test('more than two decimals are no amount of money', () => {
  for (const amount of [0.001, 75.005, 999_999.994, 1e-8]) {
    assert.equal(centsFromDecimal(amount), undefined, String(amount))
  }
  assert.equal(centsFromDecimal(75), 7_500)
  assert.equal(centsFromDecimal(0.29), 29)
  assert.equal(centsFromDecimal(0.1 + 0.2), 30)
})
