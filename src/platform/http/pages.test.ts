import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AppError } from '../../kernel/errors.ts'
import { cursorCodec, cutPage, nextLink } from './pages.ts'

const codec = cursorCodec('text', 'time', 'integer')

const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')

test('a cursor gives back the key it was made from', () => {
  const key: [string, string, number] = ['date', '2030-06-01 19:30:00.123456+00', 42]
  assert.deepEqual(codec.decode(codec.encode(key)), key)
})

test('a cursor that was not made here is refused with its field', () => {
  const wrong = [
    'not base64 at all!',
    'eyJ',
    encoded('text'),
    encoded(null),
    encoded({ length: 3 }),
    encoded(['date', '2030-06-01T19:30:00Z']),
    encoded(['date', '2030-06-01T19:30:00Z', 42, 1]),
    encoded(['date', '2030-06-01T19:30:00Z', '42']),
    encoded(['date', '2030-06-01T19:30:00Z', 1e300]),
    encoded(['date', 'infinity', 42]),
    encoded(['date', '2030-13-41T19:30:00Z', 42]),
    encoded(['a\0b', '2030-06-01T19:30:00Z', 42]),
    encoded(['x'.repeat(501), '2030-06-01T19:30:00Z', 42]),
  ]
  for (const cursor of wrong) {
    assert.throws(
      () => codec.decode(cursor),
      (error) =>
        error instanceof AppError &&
        error.code === 'invalid_request' &&
        error.details.field === 'cursor',
      cursor,
    )
  }
})

test('a page has a next one only when a row is left over', () => {
  const cursorOf = (last: number) => `after ${last}`
  assert.deepEqual(cutPage([1, 2, 3], 2, cursorOf), { items: [1, 2], nextCursor: 'after 2' })
  assert.deepEqual(cutPage([1, 2], 2, cursorOf), { items: [1, 2], nextCursor: undefined })
  assert.deepEqual(cutPage([], 2, cursorOf), { items: [], nextCursor: undefined })
})

test('the next link keeps the filters and replaces the cursor', () => {
  assert.equal(
    nextLink({ url: '/api/v1/events?q=a%26b&cursor=old&limit=2' }, 'new'),
    '</api/v1/events?q=a%26b&cursor=new&limit=2>; rel="next"',
  )
  assert.equal(
    nextLink({ url: '/api/v1/events' }, 'new'),
    '</api/v1/events?cursor=new>; rel="next"',
  )
  assert.equal(nextLink({ url: '/a>b?x=%3E' }, 'new'), '</a%3Eb?x=%3E&cursor=new>; rel="next"')
})
