/** When buyers may return tickets themselves, and what an order that ended has to say. */
import type { EventDetails, Order } from './needs.ts'

/** Whether the event was postponed and there is still time to choose. */
export function mayReturn<Event extends Pick<EventDetails, 'refundUntil' | 'sale'>>(
  event: Event,
  now = Date.now(),
): event is Event & { refundUntil: Date } {
  return (
    event.sale !== 'cancelled' && event.refundUntil !== null && event.refundUntil.getTime() > now
  )
}

/** Why there are no tickets, in a sentence. */
export function whyCancelled({ reason, totalPriceCents }: Order): string {
  const isPaid = totalPriceCents > 0
  switch (reason) {
    case 'expired':
      return 'The time to pay was over, so the tickets went back on sale.'
    case 'given_back':
      return 'The tickets were given back before they were paid.'
    case 'payment_declined':
      return 'The payment was declined, so nothing was bought and nothing is charged.'
    case 'event_cancelled':
      return isPaid
        ? 'The event is cancelled. What was paid goes back to where it came from.'
        : 'The event is cancelled.'
    case 'refunded':
      return isPaid
        ? 'The tickets were taken back, and so is the money.'
        : 'The tickets were taken back.'
    case 'not_available':
      return 'The payment came when the tickets were gone already, so it goes back.'
    default:
      return 'This order has no tickets any more.'
  }
}
