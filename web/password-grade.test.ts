import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gradeOf } from './password-grade.ts'

test('a password is graded by its length, and one letter repeated is never good', () => {
  const grades = [
    '',
    'short',
    '1234567',
    '12345678',
    'a quiet evening',
    'a'.repeat(40),
    '🎸'.repeat(7),
  ]
  assert.deepEqual(grades.map(gradeOf), [
    ...['none', 'short', 'short', 'fair', 'good', 'fair', 'short'],
  ])
})
