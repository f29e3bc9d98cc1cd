import { publish } from '../../platform/outbox/publish.ts'
import type { Transaction } from '../../platform/postgres.ts'
import { saveChange, termsOf } from './change-event.ts'
import type { ChangeDeps } from './create-event.ts'
import type { Event } from './event.ts'
import { type EventCommand, withEventLocked } from './lock-event.ts'

/**
 * Cancels an event, at any time. From the commit on nothing of it is sold; ticketing then takes
 * every order back. Cancelling it again changes nothing, and is no conflict with the version that
 * the first time has made: whoever lost the answer may ask again (RFC 9110, 13.1.1).
 * @throws AppError `not_found`, `forbidden`, `precondition_failed`
 */
export async function cancelEvent(deps: ChangeDeps, command: EventCommand): Promise<Event> {
  const isCancelled = (event: Event) => event.status === 'cancelled'
  const cancel = async (tx: Transaction, event: Event, hasOrders: boolean) => {
    if (isCancelled(event)) return event
    const terms = { ...termsOf(event), status: 'cancelled' as const }
    if (hasOrders) await publish(tx, 'event.cancelled', { event_id: event.id })
    return await saveChange(tx, deps, { command, event, terms, action: 'event.cancelled' })
  }
  return await withEventLocked(deps, command, cancel, isCancelled)
}
