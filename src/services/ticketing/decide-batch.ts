/**
 * Sends one batch of purchases to the database and finds out what became of each, whatever
 * happens on the way: a conflict is tried again, a lost answer is looked up by the order ids, and
 * a request that poisons its batch is found by sending each alone.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { AppError } from '../../kernel/errors.ts'
import {
  type Database,
  isRefusedByDatabase,
  isSerializationConflict,
  violatedConstraint,
  wasNeverSent,
} from '../../platform/postgres.ts'
import type { Outcome } from './batcher.ts'
import type { Stock } from './gate.ts'
import type { IdBlocks } from './id-blocks.ts'
import {
  type BatchRefusal,
  type BatchResult,
  type NumberedPurchase,
  existingOrders,
  placeOrders,
} from './purchase.sql.ts'
import { createTicketCode } from './ticket-code.ts'

/** One buyer's wish, checked against the schema and nothing else. */
export interface Purchase {
  userId: number
  eventId: number
  ticketTypeId: number | undefined
  quantity: number
  /** To be paid later. */
  isHold: boolean
  /** How it is paid at once, if it costs anything; undefined when none was named. */
  paymentMethod: string | undefined
  idempotencyKey: string | undefined
  digest: Buffer | undefined
}

/** A purchase that took place, or why not. */
export type Verdict = Placed | { placed: false; why: string; detail: number | undefined }

export interface Placed {
  placed: true
  orderId: number
  /** None while it is not paid. */
  ticketCodes: string[]
  totalPriceCents: number
  currency: string
  at: Date
  /** Until when it is held for payment; undefined when there is nothing to pay. */
  expiresAt: Date | undefined
}

/** What is told of a batch once it is durable. */
export interface DecidedBatch {
  eventId: number
  stock: Stock | undefined
  placed: number
  refused: number
  ms: number
}

export interface DecideDeps {
  /** Connections that only purchases use, so that nothing else can hold them up. */
  db: Database
  orderIds: IdBlocks
  ticketIds: IdBlocks
  onDecided: (decided: DecidedBatch) => void
}

const CONFLICT_TRIES_MAX = 4
/** How long a lost answer is looked for before the client is told to ask again. */
const UNKNOWN_OUTCOME_MS = 4_000

export async function decideBatch(
  deps: DecideDeps,
  eventId: number,
  purchases: Purchase[],
): Promise<Outcome<Verdict>[]> {
  const batch = await numbered(deps, purchases)
  try {
    return await decide(deps, eventId, batch)
  } catch (error) {
    // Only what the database itself refused is known to have had no effect.
    if (!isRefusedByDatabase(error) || batch.length === 1) return batch.map(() => ({ error }))
    // Some request is one the database cannot take at all; the others must not fall with it.
    const outcomes: Outcome<Verdict>[] = []
    for (const purchase of batch) {
      outcomes.push(...(await decide(deps, eventId, [purchase]).catch((alone: unknown) => [{ error: alone }]))) // prettier-ignore
    }
    return outcomes
  }
}

/** Chooses the ids: with them the outcome can be found after a lost answer. */
async function numbered(deps: DecideDeps, purchases: Purchase[]): Promise<NumberedPurchase[]> {
  // A hold gets its tickets when it is paid; what is paid at once may turn out to cost nothing.
  const ticketsOf = (purchase: Purchase) => (purchase.isHold ? 0 : purchase.quantity)
  const tickets = purchases.reduce((sum, purchase) => sum + ticketsOf(purchase), 0)
  const [orderIds, ticketIds] = await Promise.all([
    deps.orderIds.take(purchases.length),
    deps.ticketIds.take(tickets),
  ])
  const now = Date.now()
  let next = 0
  return purchases.map((purchase, place) => {
    const ids = ticketIds.slice(next, next + ticketsOf(purchase))
    next += ids.length
    return {
      ...purchase,
      orderId: orderIds[place] as number,
      ticketIds: ids,
      ticketCodes: ids.map(() => createTicketCode(now)),
    }
  })
}

async function decide(
  deps: DecideDeps,
  eventId: number,
  batch: NumberedPurchase[],
): Promise<Outcome<Verdict>[]> {
  const startedAt = performance.now()
  for (let attempt = 1; ; attempt += 1) {
    try {
      const result = await placeOrders(deps.db, eventId, batch)
      tell(deps, eventId, batch.length, result, performance.now() - startedAt)
      return verdicts(batch, result).map((answer) => ({ answer }))
    } catch (error) {
      if (!isRaceLost(error)) {
        if (!(error instanceof AppError) || wasNeverSent(error)) throw error
        return await decideAfterLoss(deps, eventId, batch, error)
      }
      if (attempt === CONFLICT_TRIES_MAX) throw error
      // Rolled back as a whole, so the same ids can be used again.
      await sleep(Math.random() * 5 * attempt)
    }
  }
}

/** Lost to another process: a deadlock, or the same key used for another event at the same time. */
const isRaceLost = (error: unknown): boolean =>
  isSerializationConflict(error) || violatedConstraint(error) === 'orders_idempotency'

/**
 * The connection broke while the batch was on its way. Either it committed as a whole or it did
 * not: the order ids tell. What is not there is sent again under the same ids, so that even a
 * first attempt that is somehow still alive could not take effect beside it.
 */
async function decideAfterLoss(
  deps: DecideDeps,
  eventId: number,
  batch: NumberedPurchase[],
  loss: AppError,
): Promise<Outcome<Verdict>[]> {
  const deadline = performance.now() + UNKNOWN_OUTCOME_MS
  for (let attempt = 1; performance.now() < deadline; attempt += 1) {
    await sleep(Math.min(50 * attempt, 500))
    try {
      const ids = batch.map((purchase) => purchase.orderId)
      const existing = await deps.db.transaction(async (tx) => await existingOrders(tx, eventId, ids)) // prettier-ignore
      const missing = batch.filter((purchase) => !existing.has(purchase.orderId))
      const resent = missing.length === 0 ? undefined : await placeOrders(deps.db, eventId, missing)
      const late = resent === undefined ? [] : verdicts(missing, resent)
      if (resent !== undefined) tell(deps, eventId, missing.length, resent, 0)
      return batch.map((purchase) => {
        const order = existing.get(purchase.orderId)
        if (order === undefined) return { answer: late.shift() as Verdict }
        const { totalPriceCents, currency, createdAt, expiresAt } = order
        const { orderId } = purchase
        const ticketCodes = expiresAt === undefined ? purchase.ticketCodes : []
        const at = createdAt
        return {
          answer: { placed: true, orderId, ticketCodes, totalPriceCents, currency, at, expiresAt },
        }
      })
    } catch (error) {
      if (violatedConstraint(error) === 'orders_pkey') continue
      if (!(error instanceof AppError) && !isRaceLost(error)) throw error
    }
  }
  const error = new AppError('unavailable', {
    detail:
      'The database went away before it answered, so the order may or may not exist. Look at your orders, or send the same request with the same Idempotency-Key.',
    retryAfterSeconds: 2,
    cause: loss,
  })
  return batch.map(() => ({ error }))
}

function tell(deps: DecideDeps, eventId: number, size: number, result: BatchResult, ms: number) {
  const refused = result.refusals.length
  deps.onDecided({ eventId, stock: result.stock, placed: size - refused, refused, ms })
}

function verdicts(batch: NumberedPurchase[], result: BatchResult): Verdict[] {
  const refused = new Map<number, BatchRefusal>(result.refusals.map((each) => [each.place, each]))
  const onlyPrice = result.priceCents.size === 1 ? [...result.priceCents.values()][0] : undefined
  return batch.map((purchase, place) => {
    const refusal = refused.get(place)
    if (refusal !== undefined) return { placed: false, why: refusal.why, detail: refusal.detail }
    const priceCents = onlyPrice ?? result.priceCents.get(purchase.ticketTypeId ?? 0) ?? 0
    const isPending = purchase.isHold || priceCents > 0
    return {
      placed: true,
      orderId: purchase.orderId,
      ticketCodes: isPending ? [] : purchase.ticketCodes,
      totalPriceCents: priceCents * purchase.quantity,
      currency: result.currency,
      at: result.placedAt,
      expiresAt: isPending ? result.expiresAt : undefined,
    }
  })
}
