/**
 * Gives expired holds back, in the time of the database. Any number of these may run: the database
 * releases each hold once, and none whose payment is in flight.
 */
import type { Logger } from 'pino'
import type { Database } from '../../platform/postgres.ts'
import { type Repetition, repeat } from '../../platform/repeat.ts'
import type { Stock } from './gate.ts'
import { findExpiredHolds, releaseOrders } from './settlement.sql.ts'

const EVERY_MS = 1_000
const HOLDS_PER_ROUND = 1_000

export function startExpiry(options: {
  db: Database
  logger: Logger
  onStock: (eventId: number, stock: Stock) => void
}): Repetition {
  const { db, logger, onStock } = options
  return repeat({
    everyMs: EVERY_MS,
    async work() {
      let found = 0
      for (const { eventId, orderIds } of await findExpiredHolds(db, HOLDS_PER_ROUND)) {
        const { stock } = await releaseOrders(db, eventId, orderIds, 'expired')
        onStock(eventId, stock)
        found += orderIds.length
      }
      return found === HOLDS_PER_ROUND ? { pauseMs: 0 } : undefined
    },
    onError: (error) => {
      logger.warn({ err: error }, 'holds will be looked through again')
    },
  })
}
