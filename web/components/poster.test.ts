import assert from 'node:assert/strict'
import { test } from 'node:test'
import { h } from 'preact'
import { renderToString } from 'preact-render-to-string'
import { Poster } from './poster.tsx'

const CATEGORIES = [
  ...['Concert', 'Club night', 'Festival', 'Theatre', 'Sport', 'Comedy', 'Conference', 'Film'],
  ...['Family', 'Jazz', 'Something else', null],
]
const BYTES_MAX = 2_500

const poster = (id: number, category: string | null): string =>
  renderToString(h(Poster, { subject: { id, category }, shape: 'card' }))

test('an event always has the same poster, and another one another', () => {
  assert.equal(poster(1, 'Concert'), poster(1, 'Concert'))
  const all = new Set(Array.from({ length: 12 }, (_, id) => poster(id + 1, 'Concert')))
  assert.equal(all.size, 12)
})

test('a poster is small, and keeps to the content security policy', () => {
  for (const [index, category] of CATEGORIES.entries()) {
    const svg = poster(index + 1, category)
    assert.ok(svg.length <= BYTES_MAX, `${category ?? 'none'}: ${svg.length} bytes`)
    assert.doesNotMatch(svg, /style=|<style|href|NaN|undefined/)
  }
})
