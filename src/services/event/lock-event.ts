/** The start of every change to an event: may this caller, on this version, and no sale meanwhile. */
import { AppError } from '../../kernel/errors.ts'
import type { Principal } from '../../platform/http/access.ts'
import type { Database, Transaction } from '../../platform/postgres.ts'
import type { Stock } from './stock.ts'
import { type Event, requireOwner } from './event.ts'
import { matchesVersion } from './event-tag.ts'
import { findEvent } from './events.sql.ts'

export interface EventCommand {
  principal: Principal
  eventId: number
  /** The If-Match header. */
  ifMatch: string | undefined
  /** For the audit log. */
  requestId: string
}

/**
 * Runs `body` in a transaction in which no purchase of this event runs.
 * @param isDone Tells that the event is already as the caller wants it, so that it is no conflict that
 * it has another version than the caller knows.
 * @throws AppError `not_found`, `forbidden`, `precondition_failed`, and what `body` throws.
 */
export async function withEventLocked<Result>(
  deps: { db: Database; stock: Stock },
  command: EventCommand,
  body: (tx: Transaction, event: Event, hasOrders: boolean) => Promise<Result>,
  isDone: (event: Event) => boolean = () => false,
): Promise<Result> {
  // Asked first, so that a stranger cannot hold up a sale by taking its lock.
  requireOwner(await requireEvent(deps.db, command.eventId), command.principal)

  return await deps.db.transaction(async (tx) => {
    await deps.stock.lock(tx, command.eventId)
    const event = await requireEvent(tx, command.eventId)
    requireOwner(event, command.principal)
    const isKnown = command.ifMatch === undefined || matchesVersion(command.ifMatch, event.version)
    if (!isKnown && !isDone(event)) {
      throw new AppError('precondition_failed', {
        field: 'If-Match',
        detail: `The event was changed meanwhile: it is at version ${event.version}. Read it again.`,
      })
    }
    return await body(tx, event, await deps.stock.hasOrders(tx, command.eventId))
  })
}

/** @throws AppError `not_found` */
export async function requireEvent(db: Database | Transaction, eventId: number): Promise<Event> {
  const event = await findEvent(db, eventId)
  if (event === undefined) throw new AppError('not_found')
  return event
}
