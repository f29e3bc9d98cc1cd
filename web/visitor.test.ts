import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isAtThisMachine } from './visitor.ts'

const isLocal = (remoteAddress: string, headers: Record<string, string>) =>
  isAtThisMachine({ socket: { remoteAddress }, headers } as never)

test('a browser on this machine is at this machine', () => {
  assert.ok(
    isLocal('127.0.0.1', { host: 'localhost:3000' }),
    "isLocal('127.0.0.1', { host: 'localhost:3000' })",
  )
  assert.ok(isLocal('::1', { host: '[::1]:3000' }), "isLocal('::1', { host: '[::1]:3000' })")
  assert.ok(
    isLocal('::ffff:127.0.0.1', { host: '127.0.0.1' }),
    "isLocal('::ffff:127.0.0.1', { host: '127.0.0.1' })",
  )
})

test('whoever comes through a proxy, by another name or from elsewhere is not', () => {
  assert.ok(
    !isLocal('127.0.0.1', { host: 'localhost', 'x-forwarded-for': '203.0.113.9' }),
    "!isLocal('127.0.0.1', { host: 'localhost', 'x-forwarded-for': '203.0.113.9' })",
  )
  assert.ok(
    !isLocal('127.0.0.1', { host: 'localhost', forwarded: 'for=203.0.113.9' }),
    "!isLocal('127.0.0.1', { host: 'localhost', forwarded: 'for=203.0.113.9' })",
  )
  assert.ok(
    !isLocal('127.0.0.1', { host: 'evil.example' }),
    "!isLocal('127.0.0.1', { host: 'evil.example' })",
  )
  assert.ok(
    !isLocal('10.0.0.7', { host: 'localhost' }),
    "!isLocal('10.0.0.7', { host: 'localhost' })",
  )
  assert.ok(!isLocal('127.0.0.1', {}), "!isLocal('127.0.0.1', {})")
})
