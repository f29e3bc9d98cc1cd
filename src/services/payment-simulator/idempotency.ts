/** The same request under the same key is done once and answered as the first time. */
import { createHash } from 'node:crypto'
import type { Books, StoredAnswer } from './books.ts'
import { keyInUse, keyOfOtherRequest, keyTooLong } from './refusal.ts'

const KEY_MAX = 255

export interface KeyedRequest {
  key: string
  fingerprint: string
}

export class IdempotencyKeys {
  readonly #books: Books
  readonly #running = new Set<string>()

  constructor(books: Books) {
    this.#books = books
  }

  /**
   * @returns What was answered before; undefined when it has to be done now, and then `end` has to
   * follow.
   * @throws Refusal for a key that is being worked on, or that was another request's.
   */
  begin({ key, fingerprint }: KeyedRequest): StoredAnswer | undefined {
    if (key.length > KEY_MAX) throw keyTooLong()
    if (this.#running.has(key)) throw keyInUse()
    const before = this.#books.answerOf(key)
    if (before !== undefined && before.fingerprint !== fingerprint) throw keyOfOtherRequest(key)
    if (before === undefined) this.#running.add(key)
    return before
  }

  /** It is answered, or was refused before anything was done. */
  end({ key }: KeyedRequest): void {
    this.#running.delete(key)
  }
}

/** Of path and parameters, in whatever order these came. */
export function fingerprintOf(path: string, body: string): string {
  const sorted = body.split('&').sort().join('&')
  return createHash('sha256').update(`${path}\n${sorted}`).digest('base64url')
}
