/** When buyers may return tickets themselves. */
import type { EventDetails } from './needs.ts'

/** Whether the event was postponed and there is still time to choose. */
export function mayReturn<Event extends Pick<EventDetails, 'refundUntil' | 'sale'>>(
  event: Event,
  now = Date.now(),
): event is Event & { refundUntil: Date } {
  return (
    event.sale !== 'cancelled' && event.refundUntil !== null && event.refundUntil.getTime() > now
  )
}
