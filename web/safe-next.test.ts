import assert from 'node:assert/strict'
import { test } from 'node:test'
import { safeNext, signInPath } from './safe-next.ts'

test('a path of ours is kept with its query', () => {
  assert.equal(safeNext('/events/12'), '/events/12')
  assert.equal(safeNext('/?q=rock&city=Z%C3%BCrich#top'), '/?q=rock&city=Z%C3%BCrich#top')
})

test('nothing that leads elsewhere is followed', () => {
  const elsewhere = [
    ...['//evil.example', '/\\evil.example', '\\\\evil.example', '/\t/evil.example'],
    ...['/\n/evil.example', '/.//evil.example', '/x/..//evil.example', 'https://evil.example'],
    ...['javascript:alert(1)', 'evil.example', ' //evil.example', '', '/\u0000/evil.example'],
    ...['/%5cevil.example/../\\evil.example', `/${'x'.repeat(3_000)}`, '///evil.example'],
  ]
  for (const next of elsewhere) assert.equal(safeNext(next), '/', JSON.stringify(next))
  assert.equal(safeNext(undefined), '/')
})

test('what is kept stays on the host for a browser', () => {
  for (const next of ['/a/%2F%2Fevil', '/@evil.example', '/events/1?next=//evil.example', '/:80']) {
    const there = new URL(safeNext(next), 'https://shop.example')
    assert.equal(there.host, 'shop.example', next)
  }
})

test('signing in does not lead back to signing in', () => {
  for (const next of ['/sign-in', '/sign-in?next=/sign-in', '/sign-out', '/sign-up']) {
    assert.equal(safeNext(next), '/')
  }
})

test('the link to sign in carries the page it comes from', () => {
  assert.equal(signInPath('/events/1?a=b'), '/sign-in?next=%2Fevents%2F1%3Fa%3Db')
  assert.equal(signInPath('/'), '/sign-in')
})
