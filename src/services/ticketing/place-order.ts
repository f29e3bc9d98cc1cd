/**
 * Buying: through the gate, into a batch, and out with an answer that is durable. The same key
 * gives the same answer and one effect, however often and wherever it is sent.
 */
import { hash } from 'node:crypto'
import { AppError, type ErrorCode } from '../../kernel/errors.ts'
import {
  type AnsweredOrder,
  type AnswerDeps,
  answerOneShot,
  answerPlacement,
} from './answer-order.ts'
import type { Batcher } from './batcher.ts'
import { collectPayment } from './collect-payment.ts'
import type { Placed, Purchase, Verdict } from './decide-batch.ts'
import type { Gate } from './gate.ts'
import type { Placement } from './placements.sql.ts'

export interface PlaceOrderCommand {
  userId: number
  eventId: number
  ticketTypeId: number | undefined
  quantity: number
  /** Held for the buyer, to be paid later. */
  isHold: boolean
  /** How it is paid at once, when it is no hold. */
  paymentMethod: string | undefined
  idempotencyKey: string | undefined
}

export interface PlaceOrderDeps extends AnswerDeps {
  gate: Gate
  purchases: Batcher<Purchase, Verdict>
  /** Finds what was placed under a key, batched over all who ask. */
  placements: Batcher<PlacementQuestion, Placement | undefined>
  /** Keys of requests that run in this process. */
  running: Set<string>
  onGateRefusal: (eventId: number) => void
  /** How an order is paid that names no way to; undefined where there is none. */
  defaultPaymentMethod: string | undefined
}

export interface PlacementQuestion {
  userId: number
  idempotencyKey: string
}

/** One lane is enough for questions: they lock nothing. */
const PLACEMENT_LANE = 0

/**
 * Places an order: a hold stays PENDING until it is paid, what costs nothing is CONFIRMED at once,
 * and everything else is paid before it is answered.
 * @throws AppError `sold_out`, `limit_exceeded`, `sales_not_started`, `sales_paused`,
 * `sales_closed`, `event_cancelled`, `not_found`, `invalid_request`, `payment_declined`,
 * `idempotency_key_reused`, `request_in_progress`, `unavailable`
 */
export async function placeOrder(
  deps: PlaceOrderDeps,
  command: PlaceOrderCommand,
): Promise<AnsweredOrder> {
  const { idempotencyKey } = command
  if (idempotencyKey === undefined) return await decideOrder(deps, command, undefined)

  const running = `${command.userId} ${idempotencyKey}`
  if (deps.running.has(running)) throw new AppError('request_in_progress', { retryAfterSeconds: 1 })
  deps.running.add(running)
  try {
    return await decideOrder(deps, command, digestOf(command))
  } finally {
    deps.running.delete(running)
  }
}

async function decideOrder(
  deps: PlaceOrderDeps,
  command: PlaceOrderCommand,
  digest: Buffer | undefined,
): Promise<AnsweredOrder> {
  const answer = await deps.gate.enter(command)
  if (!answer.admitted) {
    // Whoever has the order already gets it again, also when nothing is left.
    const placement = await findPlacement(deps, command)
    if (placement !== undefined) return await replay(deps, command, placement, digest)
    deps.onGateRefusal(command.eventId)
    if (answer.closed !== undefined) throw new AppError(answer.closed as ErrorCode)
    throw refusalOf('sold_out', 0, command)
  }

  let verdict: Verdict
  try {
    verdict = await deps.purchases.submit(command.eventId, {
      ...command,
      paymentMethod: methodOf(deps, command),
      digest,
    })
  } finally {
    deps.gate.leave(answer.pass)
  }

  if (verdict.placed) return await answerPlaced(deps, command, verdict)
  // A key that was used for another event is that, also when the event asked for is none.
  if (verdict.why === 'replay' || verdict.why === 'not_found') {
    const placement = await findPlacement(deps, command)
    if (placement !== undefined) return await replay(deps, command, placement, digest)
  }
  throw refusalOf(verdict.why, verdict.detail, command)
}

/** How it would be paid at once. */
const methodOf = (deps: PlaceOrderDeps, command: PlaceOrderCommand): string | undefined =>
  command.isHold ? undefined : (command.paymentMethod ?? deps.defaultPaymentMethod)

async function answerPlaced(
  deps: PlaceOrderDeps,
  command: PlaceOrderCommand,
  placed: Placed,
): Promise<AnsweredOrder> {
  const { orderId, totalPriceCents, currency, expiresAt } = placed
  const { eventId, quantity, userId } = command
  const order = { orderId, eventId, quantity, totalPriceCents, createdAt: placed.at, expiresAt }
  if (expiresAt === undefined) {
    return { ...order, status: 'CONFIRMED', ticketCodes: placed.ticketCodes, isReplay: false }
  }
  if (command.isHold) return { ...order, status: 'PENDING', ticketCodes: [], isReplay: false }

  const collected = await collectPayment(deps, {
    ...{ orderId, userId, eventId, quantity, amountCents: totalPriceCents, currency },
    ...{ attempt: 1, paymentMethod: methodOf(deps, command) ?? '', intentId: undefined },
  })
  return await answerOneShot(deps, order, collected)
}

async function findPlacement(
  deps: PlaceOrderDeps,
  command: PlaceOrderCommand,
): Promise<Placement | undefined> {
  const { userId, idempotencyKey } = command
  if (idempotencyKey === undefined) return undefined
  return await deps.placements.submit(PLACEMENT_LANE, { userId, idempotencyKey })
}

async function replay(
  deps: PlaceOrderDeps,
  command: PlaceOrderCommand,
  placement: Placement,
  digest: Buffer | undefined,
): Promise<AnsweredOrder> {
  if (digest === undefined || !placement.digest.equals(digest)) {
    throw new AppError('idempotency_key_reused', { field: 'Idempotency-Key' })
  }
  return { ...(await answerPlacement(deps, command.userId, placement)), isReplay: true }
}

/** What makes two requests the same one. */
function digestOf(command: PlaceOrderCommand): Buffer {
  const { eventId, quantity, ticketTypeId = null, isHold, paymentMethod = null } = command
  const request = JSON.stringify([eventId, quantity, ticketTypeId, isHold, paymentMethod])
  // Node makes text of it in half the time that it needs for a buffer.
  return Buffer.from(hash('sha256', request), 'hex').subarray(0, 16)
}

/** The database's reason as an answer, see `place_orders`. */
function refusalOf(why: string, detail: number | undefined, command: PlaceOrderCommand): AppError {
  switch (why) {
    case 'sold_out': {
      const remaining = Math.max(detail ?? 0, 0)
      return new AppError('sold_out', {
        detail:
          remaining === 0
            ? 'Sold out: no tickets are left.'
            : `Only ${remaining} ${remaining === 1 ? 'ticket is' : 'tickets are'} left; ask for no more than that.`,
        extra: { remaining },
      })
    }
    case 'limit':
      return new AppError('limit_exceeded', {
        field: 'quantity',
        detail:
          detail === 0
            ? 'You have as many tickets for this event as one buyer may have.'
            : `You may have ${detail ?? 0} more for this event, not ${command.quantity}.`,
        extra: { allowed: detail ?? 0 },
      })
    case 'key_reused':
      return new AppError('idempotency_key_reused', { field: 'Idempotency-Key' })
    case 'not_found':
      return new AppError('not_found', {
        field: 'event_id',
        detail: `There is no event ${command.eventId}.`,
      })
    case 'type_required':
      return new AppError('invalid_request', {
        field: 'ticket_type_id',
        detail: `ticket_type_id is missing: this event has ${detail ?? 0} ticket types; name one.`,
      })
    case 'type_unknown':
      return new AppError('invalid_request', {
        field: 'ticket_type_id',
        detail: `ticket_type_id ${command.ticketTypeId ?? ''} is not a ticket type of this event.`,
      })
    case 'method_required':
      return new AppError('invalid_request', {
        field: 'payment_method',
        detail:
          'payment_method is missing: name how this order is paid, or ask for hold: true and pay it later.',
      })
    case 'account_deleted':
      return new AppError('unauthenticated')
    case 'event_cancelled':
    case 'sales_closed':
    case 'sales_not_started':
    case 'sales_paused':
      return new AppError(why)
    default:
      return new AppError('internal_error', { cause: new Error(`unknown verdict ${why}`) })
  }
}
