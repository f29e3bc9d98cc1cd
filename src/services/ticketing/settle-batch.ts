/**
 * Sends one batch of settlements of an event to the database. A settlement may be told again without
 * harm, so whatever is lost on the way is simply sent once more.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { AppError } from '../../kernel/errors.ts'
import type { Database } from '../../platform/postgres.ts'
import { isSerializationConflict } from '../../platform/postgres.ts'
import type { Outcome as BatchOutcome } from './batcher.ts'
import type { Stock } from './gate.ts'
import type { IdBlocks } from './id-blocks.ts'
import {
  type NumberedSettlement,
  type Settlement,
  type SettleResult,
  settleOrders,
} from './settlement.sql.ts'
import { createTicketCode } from './ticket-code.ts'

/** What became of an order when it was settled. */
export interface Settled {
  result: SettleResult
  /** Why it is CANCELLED, when it is. */
  reason: string
  /** Of an order that was granted now. */
  ticketCodes: string[]
  /** Its buyer was told before that nobody knows yet: by another process, under the same key. */
  wasAnswered: boolean
}

export interface SettleDeps {
  db: Database
  ticketIds: IdBlocks
  onSettled: (eventId: number, stock: Stock, granted: number) => void
}

/** How long a settlement is tried before it is left to the recovery. */
const TRY_MS_MAX = 4_000

/** @throws AppError `unavailable` when the database stays away. */
export async function settleBatch(
  deps: SettleDeps,
  eventId: number,
  settlements: Settlement[],
): Promise<BatchOutcome<Settled>[]> {
  const batch = await numbered(deps, settlements)
  const deadline = performance.now() + TRY_MS_MAX
  for (let attempt = 1; ; attempt += 1) {
    try {
      const { stock, results, reasons, answered } = await settleOrders(deps.db, eventId, batch)
      deps.onSettled(eventId, stock, results.filter((result) => result === 'granted').length)
      return batch.map((each, place) => {
        const result = results[place] ?? 'unchanged'
        const ticketCodes = result === 'granted' ? each.ticketCodes : []
        const wasAnswered = answered[place] ?? false
        return { answer: { result, reason: reasons[place] ?? '', ticketCodes, wasAnswered } }
      })
    } catch (error) {
      const mayPass = error instanceof AppError || isSerializationConflict(error)
      if (!mayPass || performance.now() > deadline) throw error
      await sleep(Math.min(20 * attempt, 500))
    }
  }
}

/** Chooses ids and codes for what may become tickets; those that are not used are gaps. */
async function numbered(
  deps: SettleDeps,
  settlements: Settlement[],
): Promise<NumberedSettlement[]> {
  const ticketsOf = (each: Settlement) =>
    each.outcome === 'captured' || each.outcome === 'free' ? each.quantity : 0
  const ids = await deps.ticketIds.take(settlements.reduce((sum, each) => sum + ticketsOf(each), 0))
  const now = Date.now()
  let next = 0
  return settlements.map((each) => {
    const ticketIds = ids.slice(next, next + ticketsOf(each))
    next += ticketIds.length
    return { ...each, ticketIds, ticketCodes: ticketIds.map(() => createTicketCode(now)) }
  })
}
