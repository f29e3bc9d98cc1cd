import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Books, type Change } from './books.ts'

const DAY_MS = 24 * 3_600_000

const answered = (key: string, at: number): Change => ({
  at,
  request: `req_${key}`,
  answer: { key, fingerprint: 'same', status: 200 },
})

test('an answer is kept under its key for a day, and forgotten after it', () => {
  const books = new Books()
  books.apply(answered('first', 0))
  books.apply(answered('second', 1))
  books.apply(answered('a day later', DAY_MS))
  assert.equal(books.answerOf('first')?.request, 'req_first')
  books.apply(answered('more than a day later', DAY_MS + 1))
  assert.equal(books.answerOf('first'), undefined)
  assert.equal(books.answerOf('second')?.request, 'req_second')
})
