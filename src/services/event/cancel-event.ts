import { AppError } from '../../kernel/errors.ts'
import { saveChange, termsOf } from './change-event.ts'
import type { ChangeDeps } from './create-event.ts'
import type { Event } from './event.ts'
import { type EventCommand, WAY_WITH_ORDERS, withEventLocked } from './lock-event.ts'

/**
 * Cancels an event that nobody bought tickets for; cancelling it again changes nothing.
 * @throws AppError `not_found`, `forbidden`, `precondition_failed`, `sales_started`
 */
export async function cancelEvent(deps: ChangeDeps, command: EventCommand): Promise<Event> {
  return await withEventLocked(deps, command, async (tx, event, hasOrders) => {
    if (event.status === 'cancelled') return event
    if (hasOrders) {
      throw new AppError('sales_started', {
        detail: `Sales have started, so the event can no longer be cancelled. ${WAY_WITH_ORDERS}`,
      })
    }
    const terms = { ...termsOf(event), status: 'cancelled' as const }
    return await saveChange(tx, deps, { command, event, terms, action: 'event.cancelled' })
  })
}
