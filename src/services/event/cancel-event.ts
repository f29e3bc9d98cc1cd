import { AppError } from '../../kernel/errors.ts'
import { saveChange, termsOf } from './change-event.ts'
import type { ChangeDeps } from './create-event.ts'
import type { Event } from './event.ts'
import { type EventCommand, withEventLocked } from './lock-event.ts'

/**
 * Cancels an event that nobody bought tickets for; cancelling it again changes nothing.
 * @throws AppError `not_found`, `forbidden`, `precondition_failed`, `sales_started`
 */
export async function cancelEvent(deps: ChangeDeps, command: EventCommand): Promise<Event> {
  return await withEventLocked(deps, command, async (tx, event, hasOrders) => {
    if (event.status === 'cancelled') return event
    if (hasOrders) {
      throw new AppError('sales_started', {
        detail:
          'Tickets were ordered for this event, and refunds are not built yet. Pause the sale instead.',
      })
    }
    const terms = { ...termsOf(event), status: 'cancelled' as const }
    return await saveChange(tx, deps, { command, event, terms, action: 'event.cancelled' })
  })
}
