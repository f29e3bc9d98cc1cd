import assert from 'node:assert/strict'
import { test } from 'node:test'
import { h } from 'preact'
import { renderToString } from 'preact-render-to-string'
import { TEST_CARDS } from '../test-cards.ts'
import { TestCards } from './test-cards.tsx'

/** What is marked, of the cards on a page. */
function markedOf(declined: string | undefined): string[] {
  const html = renderToString(h(TestCards, { language: 'en', fault: undefined, declined }))
  return [...html.matchAll(/<input[^>]*value="([^"]+)"[^>]* checked/g)].map(([, value = '']) => value) // prettier-ignore
}

test('one card is marked, and never the one that was declined', () => {
  const [first, second] = TEST_CARDS
  assert.deepEqual(markedOf(undefined), [first?.method])
  assert.deepEqual(markedOf(first?.method), [second?.method])
  for (const { method } of TEST_CARDS) {
    assert.equal(markedOf(method).length, 1)
    assert.notDeepEqual(markedOf(method), [method])
  }
})
