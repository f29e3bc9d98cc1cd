import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { NOTE_SECONDS, createSealedNotes } from './sealed-notes.ts'

const key = randomBytes(32)
const START_MS = Date.UTC(2026, 0, 1)

test('a note is open to who has the key, for ten minutes', () => {
  let now = START_MS
  const notes = createSealedNotes<{ state: string }>(key, 'attempt', () => now)
  const note = notes.seal({ state: 'secret' })
  assert.equal(notes.open(note)?.state, 'secret')
  now += NOTE_SECONDS * 1000 - 1
  assert.equal(notes.open(note)?.state, 'secret')
  now += 1
  assert.equal(notes.open(note), undefined)
})

test('a note of another kind or key is none, nor is one that was changed or cut off', () => {
  const notes = createSealedNotes<{ state: string }>(key, 'attempt', () => START_MS)
  const note = notes.seal({ state: 'secret' })
  const others = [
    createSealedNotes(key, 'pending', () => START_MS),
    createSealedNotes(randomBytes(32), 'attempt', () => START_MS),
  ]
  for (const other of others) assert.equal(other.open(note), undefined)
  const bytes = Buffer.from(note, 'base64url')
  for (let place = 0; place < bytes.length; place += 1) {
    const changed = Buffer.from(bytes)
    changed[place] = (changed[place] ?? 0) ^ 1
    assert.equal(notes.open(changed.toString('base64url')), undefined, `byte ${place}`)
    const short = bytes.subarray(0, place).toString('base64url')
    assert.equal(notes.open(short), undefined, `cut off at ${place}`)
  }
})
