/**
 * Keyset pages: a list is ordered by a key that ends in something unique, and the cursor is the
 * key of the last item shown. Nothing is skipped or shown twice when rows come and go meanwhile.
 */
import type { FastifyRequest } from 'fastify'
import { AppError } from '../../kernel/errors.ts'

/** `time` is text that PostgreSQL reads as a timestamptz, so that no microsecond is lost. */
export type KeyPart = 'integer' | 'text' | 'time'

type KeyOf<Shape extends readonly KeyPart[]> = {
  -readonly [Index in keyof Shape]: Shape[Index] extends 'integer' ? number : string
}

/** Turns the keys of one ordering into cursors and back. */
export interface CursorCodec<Key> {
  encode: (key: Key) => string
  /** @throws AppError `invalid_request` for what `encode` did not make. */
  decode: (cursor: string) => Key
}

/** One page, and the cursor of the next one when there is more. */
export interface Page<Item> {
  items: Item[]
  nextCursor: string | undefined
}

const TEXT_LENGTH_MAX = 500
const BASE64URL = /^[A-Za-z0-9_-]+$/
/** What PostgreSQL writes and reads; 16 hours and more from UTC it refuses. */
const TIME =
  /^(?!0000)(\d{4}-\d\d-\d\d)[T ]([01]\d|2[0-3])(:[0-5]\d){2}(\.\d{1,6})?(Z|[+-](0\d|1[0-5])(:?[0-5]\d)?)$/

/**
 * @param shape What the parts of the key are, e.g. `cursorCodec('time', 'integer')`. A list with
 * several orderings puts the name of the ordering first, as a `text`, and compares it.
 */
export function cursorCodec<const Shape extends readonly KeyPart[]>(
  ...shape: Shape
): CursorCodec<KeyOf<Shape>> {
  return {
    encode: (key) => Buffer.from(JSON.stringify(key)).toString('base64url'),
    decode: (cursor) => {
      const key = BASE64URL.test(cursor) ? parsed(cursor) : undefined
      if (
        !Array.isArray(key) ||
        key.length !== shape.length ||
        !shape.every((part, index) => fits(part, key[index]))
      ) {
        throw new AppError('invalid_request', {
          field: 'cursor',
          detail: 'cursor must be taken from the Link header of the page before.',
        })
      }
      return key as KeyOf<Shape>
    },
  }
}

/**
 * Cuts a page from rows that were asked for with `limit + 1`: the one too many tells that there is
 * a next page.
 */
export function cutPage<Row>(
  rows: readonly Row[],
  limit: number,
  cursorOf: (last: Row) => string,
): Page<Row> {
  const items = rows.slice(0, limit)
  const last = items.at(-1)
  const hasMore = rows.length > limit && last !== undefined
  return { items, nextCursor: hasMore ? cursorOf(last) : undefined }
}

/** The Link header (RFC 8288) of the page after this request's: same list, same filters. */
export function nextLink(request: Pick<FastifyRequest, 'url'>, cursor: string): string {
  const mark = request.url.indexOf('?')
  const path = mark === -1 ? request.url : request.url.slice(0, mark)
  const params = new URLSearchParams(mark === -1 ? '' : request.url.slice(mark + 1))
  params.set('cursor', cursor)
  // Characters that would end the reference early.
  const safePath = path.replace(/[<>"\s]/g, encodeURIComponent)
  return `<${safePath}?${params.toString()}>; rel="next"`
}

function parsed(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'))
  } catch {
    return undefined
  }
}

function fits(part: KeyPart, value: unknown): boolean {
  switch (part) {
    case 'integer':
      return Number.isSafeInteger(value)
    case 'text':
      return typeof value === 'string' && value.length <= TEXT_LENGTH_MAX && !value.includes('\0')
    case 'time':
      return typeof value === 'string' && isRealDay(TIME.exec(value)?.[1])
  }
}

/** `Date` takes 31 February for 3 March, PostgreSQL for a mistake. */
function isRealDay(text: string | undefined): boolean {
  const day = new Date(`${text ?? ''}T00:00:00Z`)
  return !Number.isNaN(day.getTime()) && day.toISOString().slice(0, 10) === text
}
