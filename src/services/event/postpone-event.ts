import type { PostponeEventBody } from '../../contracts/event.ts'
import { AppError } from '../../kernel/errors.ts'
import { invariant } from '../../kernel/invariant.ts'
import { publish } from '../../platform/outbox/publish.ts'
import { saveChange, termsOf } from './change-event.ts'
import type { ChangeDeps } from './create-event.ts'
import { checkTerms } from './check-terms.ts'
import { eventChange } from './event-facts.ts'
import { optionalTime, refuse, time } from './event-fields.ts'
import { type EventTerms, saleEndTerm } from './event-terms.ts'
import type { Event } from './event.ts'
import { type EventCommand, withEventLocked } from './lock-event.ts'

/** Thirty days for buyers to decide whether they can come to the new date. */
const REFUND_MS_DEFAULT = 30 * 86_400_000

/**
 * Moves an event to another date, also when tickets were sold. Until `refund_until` each buyer may
 * choose between keeping their tickets and taking their money back.
 * @throws AppError `not_found`, `forbidden`, `precondition_failed`, `event_cancelled`,
 * `invalid_request`, `invalid_value`
 */
export async function postponeEvent(
  deps: ChangeDeps,
  command: EventCommand & { body: PostponeEventBody },
): Promise<Event> {
  return await withEventLocked(deps, command, async (tx, event) => {
    if (event.status === 'cancelled') throw new AppError('event_cancelled')
    const terms = postponedTerms(termsOf(event), command.body, deps.clock())
    const changed = await saveChange(tx, deps, { command, event, terms, action: 'event.postponed' })
    const change = eventChange(event, changed)
    invariant(change !== undefined, 'a postponement changes the date')
    const refund_until = changed.refundUntil?.toISOString() ?? null
    await publish(tx, 'event.postponed', { event_id: event.id, change, refund_until })
    return changed
  })
}

/** An end of the sale that is not the start of the event stays, unless the body names another. */
function postponedTerms(before: EventTerms, body: PostponeEventBody, now: number): EventTerms {
  const eventDate = time('event_date', body.event_date)
  if (eventDate.getTime() === before.eventDate.getTime()) {
    refuse('event_date', 'is the date that the event has already.')
  }
  const refundUntil =
    optionalTime('refund_until', body.refund_until) ??
    new Date(Math.min(now + REFUND_MS_DEFAULT, eventDate.getTime()))
  const salesEndAt =
    body.sales_end_at === undefined ? before.salesEndAt : saleEndTerm(body.sales_end_at, eventDate)
  const terms = { ...before, eventDate, salesEndAt, refundUntil, postponedAt: new Date(now) }
  checkTerms(terms, before, now)
  if (refundUntil.getTime() <= now) {
    refuse('refund_until', 'is in the past; buyers need time to decide.')
  }
  if (refundUntil > eventDate) {
    refuse('refund_until', 'must not be after the event starts.')
  }
  return terms
}
