import assert from 'node:assert/strict'
import { test } from 'node:test'
import { requireSameOrigin } from './same-origin.ts'

const taken = (headers: Record<string, string>, host = 'shop.example:3000') => {
  try {
    requireSameOrigin({ headers, host })
    return true
  } catch {
    return false
  }
}

test('a form of our own page is taken', () => {
  assert.ok(
    taken({ origin: 'http://shop.example:3000', 'sec-fetch-site': 'same-origin' }),
    "taken({ origin: 'http://shop.example:3000', 'sec-fetch-site': 'same-origin' })",
  )
  assert.ok(
    taken({ origin: 'https://shop.example' }, 'Shop.Example'),
    "taken({ origin: 'https://shop.example' }, 'Shop.Example')",
  )
  assert.ok(
    taken({ 'sec-fetch-site': 'same-origin' }),
    "taken({ 'sec-fetch-site': 'same-origin' })",
  )
})

test('a form of any other page is refused', () => {
  assert.ok(
    !taken({ origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }),
    "!taken({ origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' })",
  )
  assert.ok(
    !taken({ origin: 'https://evil.example' }),
    "!taken({ origin: 'https://evil.example' })",
  )
  assert.ok(
    !taken({ origin: 'http://shop.example:3001', 'sec-fetch-site': 'same-site' }),
    "!taken({ origin: 'http://shop.example:3001', 'sec-fetch-site': 'same-site' })",
  )
  assert.ok(!taken({ 'sec-fetch-site': 'same-site' }), "!taken({ 'sec-fetch-site': 'same-site' })")
  assert.ok(
    !taken({ origin: 'http://shop.example:3000', 'sec-fetch-site': 'cross-site' }),
    "!taken({ origin: 'http://shop.example:3000', 'sec-fetch-site': 'cross-site' })",
  )
  assert.ok(!taken({ origin: 'null' }), "!taken({ origin: 'null' })")
  assert.ok(
    !taken({ origin: 'http://shop.example:3000.evil.example' }),
    "!taken({ origin: 'http://shop.example:3000.evil.example' })",
  )
})

test('a form that does not say where it comes from is refused', () => {
  assert.ok(!taken({}), '!taken({})')
})
