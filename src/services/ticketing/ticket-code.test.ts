import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createTicketCode } from './ticket-code.ts'

test('a code is TCK- and letters and digits, within 64 characters', () => {
  assert.match(createTicketCode(Date.now()), /^TCK-[0-9A-Z]{35}$/)
})

test('codes made later sort behind codes made earlier, byte by byte', () => {
  const times = [0, 1, 31, 32, 1_700_000_000_000, 1_700_000_000_001, 4_000_000_000_000]
  const codes = times.map((time) => createTicketCode(time))
  assert.deepEqual([...codes].sort(), codes)
})

test('codes of one moment share nothing but their prefix', () => {
  const codes = Array.from({ length: 10_000 }, () => createTicketCode(5))
  assert.equal(new Set(codes).size, codes.length)
  // Each of 32 characters turns up about equally often in each of the 25 full random places.
  for (const place of [13, 25, 37]) {
    const counts = new Map<string, number>()
    for (const code of codes) {
      const character = code.charAt(place)
      counts.set(character, (counts.get(character) ?? 0) + 1)
    }
    assert.equal(counts.size, 32)
    for (const count of counts.values()) assert.ok(count > 150 && count < 500, `${count} of 10,000`)
  }
})
