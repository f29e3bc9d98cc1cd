import assert from 'node:assert/strict'
import { test } from 'node:test'
import { preferredLanguage } from './language.ts'

test('the best of our languages is chosen, and English when none is wanted', () => {
  const cases: [string | undefined, string][] = [
    [undefined, 'en'],
    ['', 'en'],
    ['de', 'de'],
    ['de-AT,de;q=0.9,en;q=0.7', 'de'],
    ['DE-ch', 'de'],
    ['en-GB, de;q=0.9', 'en'],
    ['en;q=0.3, de;q=0.8', 'de'],
    ['fr, de;q=0.2', 'de'],
    ['fr, it', 'en'],
    ['de;q=0, fr', 'en'],
    ['de;q=nonsense', 'en'],
    ['*', 'en'],
    [`${'x,'.repeat(100_000)}de`, 'en'],
  ]
  for (const [header, language] of cases) assert.equal(preferredLanguage(header), language, header)
})
