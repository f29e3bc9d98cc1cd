import { publish } from '../../platform/outbox/publish.ts'
import { saveChange, termsOf } from './change-event.ts'
import type { ChangeDeps } from './create-event.ts'
import type { Event } from './event.ts'
import { type EventCommand, withEventLocked } from './lock-event.ts'

/**
 * Cancels an event, at any time. From the commit on nothing of it is sold; ticketing then takes
 * every order back. Cancelling it again changes nothing.
 * @throws AppError `not_found`, `forbidden`, `precondition_failed`
 */
export async function cancelEvent(deps: ChangeDeps, command: EventCommand): Promise<Event> {
  return await withEventLocked(deps, command, async (tx, event, hasOrders) => {
    if (event.status === 'cancelled') return event
    const terms = { ...termsOf(event), status: 'cancelled' as const }
    if (hasOrders) await publish(tx, 'event.cancelled', { event_id: event.id })
    return await saveChange(tx, deps, { command, event, terms, action: 'event.cancelled' })
  })
}
