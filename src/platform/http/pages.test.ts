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

const REAL_TIMES = [
  '0001-01-01 00:00:00+15:59',
  '2028-02-29 23:59:59.9+00',
  '2030-06-01 19:30:00.123456+05:30',
  '2030-06-01T19:30:00-1200',
  '9999-12-31T23:59:59.999999-15:59',
]
/** What `Date` makes something of, or the look of it allows, but PostgreSQL refuses. */
const UNREAL_TIMES = [
  '2030-13-41T19:30:00Z',
  '2030-02-31T00:00:00Z',
  '2029-02-29T00:00:00Z',
  '2030-00-10T00:00:00Z',
  '2030-04-31T00:00:00Z',
  '0000-01-01T00:00:00Z',
  '2030-06-01T24:00:00Z',
  '2030-06-01T19:60:00Z',
  '2030-06-01T19:30:61Z',
  '2030-06-01T19:30:00+16',
  '2030-06-01T19:30:00-16:00',
  '2030-06-01T19:30:00+18',
  '2030-06-01T19:30:00+23:59',
  '2030-06-01T19:30:00+05:60',
  '2030-06-01T19:30:00',
]

test('a cursor has every time that PostgreSQL writes', () => {
  for (const time of REAL_TIMES) {
    assert.deepEqual(codec.decode(encoded(['date', time, 42])), ['date', time, 42])
  }
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
    ...UNREAL_TIMES.map((time) => encoded(['date', time, 42])),
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
  assert.equal(nextLink({ url: '/a?q=who?&limit=2' }, 'new'), '</a?q=who%3F&limit=2&cursor=new>; rel="next"') // prettier-ignore
  assert.equal(nextLink({ url: '/a>b?x=%3E' }, 'new'), '</a%3Eb?x=%3E&cursor=new>; rel="next"')
})
