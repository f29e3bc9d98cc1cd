import assert from 'node:assert/strict'
import { test } from 'node:test'
import { senderOf } from './sender.ts'

test('a sender is our own page, somebody elsewhere, or does not say', () => {
  const host = 'shop.example:3000'
  assert.equal(senderOf({}, host), 'silent')
  assert.equal(senderOf({ 'sec-fetch-site': 'none' }, host), 'own')
  assert.equal(senderOf({ origin: 'http://shop.example:3000' }, 'Shop.Example:3000'), 'own')
  assert.equal(senderOf({ origin: 'http://shop.example' }, host), 'elsewhere')
  assert.equal(senderOf({ origin: 'null' }, host), 'elsewhere')
  assert.equal(senderOf({ 'sec-fetch-site': 'same-site' }, host), 'elsewhere')
  assert.equal(senderOf({ 'sec-fetch-site': ['same-origin', 'none'] }, host), 'elsewhere')
})
