import { AppError } from '../../kernel/errors.ts'
import { publish } from '../../platform/outbox/publish.ts'
import type { ChangeDeps } from './create-event.ts'
import { auditedEvent } from './event-json.ts'
import { deleteEvent as deleteEventRow } from './events.sql.ts'
import { type EventCommand, withEventLocked } from './lock-event.ts'
import { deletePictureFiles } from './pictures.sql.ts'
import { haveSalesStarted } from './sale-started.ts'

/**
 * Deletes an event whose sale has not started.
 * @throws AppError `not_found`, `forbidden`, `precondition_failed`, `sales_started`
 */
export async function deleteEvent(deps: ChangeDeps, command: EventCommand): Promise<void> {
  await withEventLocked(deps, command, async (tx, event, hasOrders) => {
    if (haveSalesStarted(event, hasOrders, deps.clock())) {
      throw new AppError('sales_started', {
        detail:
          'Sales have started, so the event can no longer be deleted. Cancel it instead: whoever bought gets their money back.',
      })
    }
    await deletePictureFiles(tx, command.eventId)
    await deleteEventRow(tx, command.eventId)
    await publish(tx, 'event.changed', { event_id: command.eventId })
    await deps.audit(tx, {
      actorId: command.principal.userId,
      action: 'event.deleted',
      subjectType: 'event',
      subjectId: command.eventId,
      before: auditedEvent(event),
      requestId: command.requestId,
    })
  })
}
