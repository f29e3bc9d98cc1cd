import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eventTag, matchesVersion } from './event-tag.ts'

test('a tag changes with the bytes and matches by its version alone', () => {
  const before = eventTag(3, Buffer.from('500 left'))
  const after = eventTag(3, Buffer.from('499 left'))
  assert.match(before, /^"3-[\w-]{22}"$/)
  assert.notEqual(before, after)
  for (const header of [before, after, `W/${before}`, '"3"', '*', `"1-x", ${before}`]) {
    assert.equal(matchesVersion(header, 3), true, header)
  }
})

test('another version matches no tag, and neither does what is no tag', () => {
  for (const header of ['"4-x"', '"33"', '3', '""', '"x"', '', '"3', `"${'3'.repeat(400)}"`]) {
    assert.equal(matchesVersion(header, 3), false, header)
  }
})
