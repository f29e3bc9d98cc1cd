import assert from 'node:assert/strict'
import { test } from 'node:test'
import { activeFilters, isEverything, readSearch, searchPath } from './search.ts'

test('an empty search is everything', () => {
  const { typed, query, faults } = readSearch({})
  assert.ok(isEverything(typed), 'isEverything(typed)')
  assert.deepEqual(query, { limit: 25 })
  assert.deepEqual(faults, [])
})

test('what fits is asked for', () => {
  const { query, faults } = readSearch({
    ...{ q: ' rock ', city: 'Zürich', from: '2030-06-01', max_price: '25,50' },
    ...{ available: 'yes', sort: '-price', unknown: 'x' },
  })
  assert.deepEqual(query, {
    ...{ limit: 24, q: 'rock', city: 'Zürich', from: '2030-06-01', max_price: 25.5 },
    ...{ available: true, sort: '-price' },
  })
  assert.deepEqual(faults, [])
})

test('what does not fit is named, kept as typed and left out', () => {
  const { typed, query, faults } = readSearch({ from: '2030-02-31', min_price: 'cheap', q: 'rock' })
  assert.deepEqual(
    faults.map((fault) => fault.field),
    ['from', 'min_price'],
  )
  assert.equal(typed.min_price, 'cheap')
  assert.deepEqual(query, { limit: 24, q: 'rock' })
})

test('what nobody would type is cut off, and repeated by no link', () => {
  const { typed, query } = readSearch({ q: 'ü'.repeat(9_000), category: '🎸'.repeat(9_000) })
  assert.equal(typed.q, 'ü'.repeat(200))
  assert.equal(query.category, '🎸'.repeat(200))
  assert.ok(searchPath(typed, {}).length < 5_000, `${searchPath(typed, {}).length}`)
  const cursor = 'c'.repeat(1_000)
  assert.equal(readSearch({ cursor }).query.cursor, cursor, 'but for what is ours')
})

test('the best match needs words to match', () => {
  assert.equal(readSearch({ sort: 'relevance' }).query.sort, undefined)
  assert.equal(readSearch({ sort: 'relevance', q: 'rock' }).query.sort, 'relevance')
  assert.equal(readSearch({ sort: 'nonsense' }).query.sort, undefined)
})

test('another filter begins at the first page again', () => {
  const { typed } = readSearch({ q: 'rock & roll', cursor: 'abc', category: 'Concert' })
  assert.equal(searchPath(typed, { category: '' }), '/?q=rock+%26+roll')
  assert.equal(
    searchPath(typed, { cursor: 'def' }),
    '/?q=rock+%26+roll&category=Concert&cursor=def',
  )
  assert.equal(searchPath(typed, { category: '', q: '' }), '/')
})

test('each filter can be taken away by itself', () => {
  const { typed } = readSearch({ q: 'rock', available: 'yes' })
  assert.deepEqual(activeFilters(typed), [
    { fields: { q: '' }, label: '“rock”' },
    { fields: { available: '' }, label: 'Tickets available' },
  ])
})
