import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { createKnownDevices } from './known-devices.ts'

test('a device is known to the user it was issued for, by who has the secret', () => {
  const secret = randomBytes(32)
  const devices = createKnownDevices(secret)
  const cookie = devices.issue(7)
  const [id] = cookie.split('.')
  assert.equal(devices.idOf(cookie, 7), id)
  assert.equal(createKnownDevices(secret).idOf(cookie, 7), id)
  assert.equal(devices.idOf(cookie, 8), undefined)
  assert.equal(createKnownDevices(randomBytes(32)).idOf(cookie, 7), undefined)
  for (const wrong of ['', '.', id ?? '', `${id}.`, `x${cookie}`, `${cookie}AA`]) {
    assert.equal(devices.idOf(wrong, 7), undefined, wrong)
  }
})
