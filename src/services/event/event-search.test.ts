import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AppError } from '../../kernel/errors.ts'
import { type EventQuery, searchOf } from './event-search.ts'

const textOf = (q: string) => searchOf({ q }).search.text
const keyOf = (query: EventQuery) => searchOf(query).key

function refuses(query: EventQuery, field: string): void {
  assert.throws(
    () => searchOf(query),
    (error) =>
      error instanceof AppError &&
      error.code === 'invalid_request' &&
      error.details.field === field,
    JSON.stringify(query),
  )
}

test('queries that mean the same have the same key', () => {
  assert.equal(keyOf({}), '')
  assert.equal(keyOf({ q: ' ', city: '', limit: 20, sort: 'date', available: false }), '')
  assert.equal(keyOf({ q: '  Rock   NIGHT ', sort: 'relevance' }), keyOf({ q: 'rock night' }))
  assert.equal(keyOf({ city: 'ZÜRICH' }), keyOf({ city: 'zu\u0308rich' }))
})

test('a key is a query that means the same', () => {
  const query = {
    q: 'rock & roll',
    category: 'a=b',
    city: 'zürich',
    from: '2030-01-01',
    to: '2030-02-01T00:00:00Z',
    min_price: 1.5,
    max_price: 20,
    available: true,
    organizer: 7,
    sort: '-price',
    limit: 5,
    cursor: '~x',
  } as const
  const again = Object.fromEntries(new URLSearchParams(keyOf(query)))
  assert.deepEqual(
    again,
    Object.fromEntries(Object.entries(query).map(([name, value]) => [name, String(value)])),
  )
})

test('the last word may be unfinished unless the search says more', () => {
  assert.deepEqual(textOf('rock nig'), {
    finished: 'rock',
    unfinished: 'nig',
    misspellable: ['rock', 'nig'],
  })
  assert.deepEqual(textOf('"rock night" -jazz'), {
    finished: '"rock night" -jazz',
    unfinished: '',
    misspellable: [],
  })
  assert.equal(textOf('rock or jazz')?.finished, 'rock or jazz')
  assert.equal(textOf('hip-hop')?.finished, 'hip')
  assert.equal(textOf('AC/DC')?.unfinished, 'dc')
})

test('what is no word matches nothing and breaks nothing', () => {
  for (const q of ['%', '_', "'", '\\', ';--', '!&|()<>:*', '🎸']) {
    assert.deepEqual(textOf(q), { finished: '', unfinished: '', misspellable: [] }, q)
  }
  refuses({ q: 'a\0b' }, 'q')
  refuses({ city: 'a\u0007' }, 'city')
})

test('a day counts in full, a time to the millisecond', () => {
  const { from, until } = searchOf({ from: '2030-06-01', to: '2030-06-01' }).search
  assert.deepEqual(from, new Date('2030-06-01T00:00:00Z'))
  assert.deepEqual(until, new Date('2030-06-02T00:00:00Z'))
  assert.deepEqual(
    searchOf({ to: '2030-06-01T10:00:00+02:00' }).search.until,
    new Date('2030-06-01T08:00:00.001Z'),
  )
  for (const from of [
    'tomorrow',
    '2030-02-31',
    '2030-13-01',
    '2030-06-01T10:00',
    '20300601',
    '0',
  ]) {
    refuses({ from }, 'from')
    refuses({ to: from }, 'to')
  }
})

test('relevance needs words', () => {
  assert.equal(searchOf({ q: 'rock' }).search.sort, 'relevance')
  assert.equal(searchOf({ q: 'rock', sort: 'date' }).search.sort, 'date')
  refuses({ sort: 'relevance' }, 'sort')
})
