import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createSessionCookies } from './session-cookie.ts'
import { isAtThisMachine, visitorFinder } from './visitor.ts'

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

test('what failed for a request is not tried again for the page that says so', async () => {
  let asked = 0
  const accounts = {
    findPageSession: async () => {
      asked += 1
      return await Promise.reject(new Error('nobody answers'))
    },
  }
  const deps = { accounts, mailbox: undefined, ticketing: {}, origin: undefined }
  const find = visitorFinder(deps as never, createSessionCookies(false))
  const requestOf = () => ({ cookies: { session: 'of-somebody' }, headers: {} }) as never
  const request = requestOf()
  for (let time = 1; time <= 2; time += 1) await assert.rejects(find(request), /nobody answers/)
  assert.equal(asked, 1)
  await assert.rejects(find(requestOf()), /nobody answers/)
  assert.equal(asked, 2, 'another request is another question')
})
