import assert from 'node:assert/strict'
import { test } from 'node:test'
import { networkOf } from './network.ts'

test('an IPv4 address counts for itself, however it is written', () => {
  assert.equal(networkOf('203.0.113.9'), '203.0.113.9')
  assert.equal(networkOf('::ffff:203.0.113.9'), '203.0.113.9')
  assert.equal(networkOf('::FFFF:203.0.113.9'), '203.0.113.9')
})

test('all addresses of an IPv6 subscriber count as one', () => {
  const addresses = [
    '2001:db8:0:1::1',
    '2001:db8:0:1::ffff',
    '2001:0db8:0000:0001:a:b:c:d',
    '2001:db8:0:1:ffff:ffff:ffff:ffff',
    '2001:db8::1:0:0:203.0.113.9',
    '2001:DB8:0:1::1%eth0',
  ]
  for (const address of addresses) assert.equal(networkOf(address), '2001:db8:0:1::/64', address)
})

test('subscribers are told apart', () => {
  const networks = [
    '2001:db8:0:1::1',
    '2001:db8:0:2::1',
    '2001:db8::1',
    '::1',
    'fe80::1%lo',
    'ff::',
  ]
  assert.equal(new Set(networks.map(networkOf)).size, 6)
  assert.equal(networkOf('::1'), '0:0:0:0::/64')
  assert.equal(networkOf('::203.0.113.9'), '0:0:0:0::/64')
})

test('what is no address counts for itself', () => {
  for (const text of ['', 'unknown', '/run/shop.sock']) assert.equal(networkOf(text), text)
  assert.equal(networkOf(undefined), '')
})
