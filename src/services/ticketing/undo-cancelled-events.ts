/**
 * Gives everybody of a cancelled event their money back, page by page. What is done stands in the
 * orders themselves, so a crash loses nothing, and what is done twice has no effect.
 */
import type { Logger } from 'pino'
import type { Database } from '../../platform/postgres.ts'
import { type Repetition, repeat } from '../../platform/repeat.ts'
import type { Stock } from './gate.ts'
import { findEventsToUndo, findLiveOrders } from './orders.sql.ts'
import { endWaitingPayments } from './payments.sql.ts'
import { refundTickets, releaseOrders } from './settlement.sql.ts'

const EVERY_MS = 1_000
/** Short transactions, so that payments which come in meanwhile are settled between them. */
const ORDERS_PER_PAGE = 200

interface UndoDeps {
  db: Database
  onStock: (eventId: number, stock: Stock) => void
  /** Called when refunds wait in the outbox. */
  onRefunds: () => void
}

/** `wake` says that an event was cancelled. */
export function startUndoing(deps: UndoDeps & { logger: Logger }): Repetition {
  return repeat({
    everyMs: EVERY_MS,
    async work() {
      for (const eventId of await findEventsToUndo(deps.db)) await undoEvent(deps, eventId)
    },
    onError: (error) => {
      deps.logger.warn({ err: error }, 'refunds of a cancelled event will be tried again')
    },
  })
}

async function undoEvent(deps: UndoDeps, eventId: number): Promise<void> {
  let afterOrderId = 0
  for (;;) {
    const page = { eventId, afterOrderId, limit: ORDERS_PER_PAGE }
    const orders = await findLiveOrders(deps.db, page)
    const last = orders.at(-1)
    if (last === undefined) return
    afterOrderId = last.orderId
    const idsOf = (status: string) =>
      orders.filter((order) => order.status === status).map((order) => order.orderId)

    // Those whose payment is in flight are voided by whoever watches over payments: at once where it
    // only waits for its buyer.
    const holds = idsOf('PENDING')
    if (holds.length > 0) {
      const { stock, busy } = await releaseOrders(deps.db, eventId, holds, 'event_cancelled')
      deps.onStock(eventId, stock)
      await endWaitingPayments(deps.db, busy)
    }
    const orderIds = idsOf('CONFIRMED')
    if (orderIds.length > 0) {
      const command = { eventId, orderIds, ticketIds: undefined, requestedBy: undefined }
      const { stock } = await refundTickets(deps.db, { ...command, reason: 'event_cancelled' })
      deps.onStock(eventId, stock)
      deps.onRefunds()
    }
  }
}
