import type { Books, Change, Intent } from './books.ts'
import { createId } from './ids.ts'
import type { StripeErrorFields } from './refusal.ts'

/** What a request does, and what it is answered. */
export interface Outcome {
  status: number
  /** The rest of the change is added by whoever commits it. */
  change: Pick<Change, 'intent' | 'charge' | 'refund' | 'events'>
  /** What the answer shows; with an error, the intent inside of it. */
  shows: 'intent' | 'refund' | undefined
  error?: StripeErrorFields
}

/** What a use case stands on. Times are milliseconds since 1970. */
export interface Scene {
  books: Books
  now: number
}

export const seconds = (ms: number): number => Math.floor(ms / 1_000)

export const showIntent = (change: Outcome['change']): Outcome => ({
  status: 200,
  change,
  shows: 'intent',
})

export const newEvent = (type: string, of: 'intent' | 'charge' | 'refund') => ({
  id: createId('evt'),
  type,
  of,
})

/** The intent is not in a state for this. It is kept under the key, for the work had begun. */
export function unexpectedState(intent: Intent, message: string): Outcome {
  return {
    status: 400,
    change: { intent },
    shows: 'intent',
    error: { type: 'invalid_request_error', code: 'payment_intent_unexpected_state', message },
  }
}
