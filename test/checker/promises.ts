/** What buyers were told is theirs. */
import type { Evidence } from './evidence.ts'
import type { Call } from './ledger.ts'
import { seenOrderIn } from './seen-order.ts'

/** An order that was shown to its buyer as CONFIRMED. */
export interface Promised {
  orderId: number
  userId: number
  eventId: number
  quantity: number
  totalCents: number
  /** Those that were good at that moment. */
  ticketCodes: string[]
  /** When it was told, milliseconds since 1970. */
  at: number
}

export const placedIn = (calls: readonly Call[]) =>
  calls.flatMap((call) => (call.outcome.kind === 'placed' ? [{ call, placed: call.outcome }] : []))

/** Every time that one was, by the answer to the order, to its payment, or to a look at it. */
export function promisesIn({
  calls,
  deeds,
  readings,
  books,
}: Pick<Evidence, 'calls' | 'deeds' | 'readings' | 'books'>): Promised[] {
  const owners = new Map(books.orders.map((order) => [order.id, order.userId]))
  const seen = [
    ...placedIn(calls).map(({ call, placed }) => ({
      order: seenOrderIn(placed.text),
      userId: call.purchase.userId,
      at: call.completedAt ?? call.invokedAt,
    })),
    ...deeds
      .filter(({ kind }) => kind === 'pay')
      .map((deed) => ({
        order: deed.order,
        userId: deed.userId,
        at: deed.completedAt ?? deed.invokedAt,
      })),
    ...readings.map((reading) => ({
      order: reading.order,
      userId: owners.get(reading.orderId) ?? 0,
      at: reading.answeredAt,
    })),
  ]
  return seen.flatMap(({ order, userId, at }) =>
    order?.status === 'CONFIRMED' ? [{ ...order, userId, at }] : [],
  )
}
