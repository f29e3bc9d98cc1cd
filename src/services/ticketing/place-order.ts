/**
 * Buying: through the gate, into a batch, and out with an answer that is durable. The same key
 * gives the same answer and one effect, however often and wherever it is sent.
 */
import { createHash } from 'node:crypto'
import { AppError, type ErrorCode } from '../../kernel/errors.ts'
import type { Batcher } from './batcher.ts'
import type { Purchase, Verdict } from './decide-batch.ts'
import type { Gate } from './gate.ts'
import type { Placement } from './purchase.sql.ts'

export interface PlaceOrderCommand {
  userId: number
  eventId: number
  ticketTypeId: number | undefined
  quantity: number
  idempotencyKey: string | undefined
}

/** An order as it was placed: what is answered, now and at every retry. */
export interface PlacedOrder {
  orderId: number
  status: 'PENDING' | 'CONFIRMED'
  eventId: number
  quantity: number
  totalPriceCents: number
  createdAt: Date
  ticketCodes: string[]
  /** True when an earlier request under the same key placed it. */
  isReplay: boolean
}

export interface PlaceOrderDeps {
  gate: Gate
  purchases: Batcher<Purchase, Verdict>
  /** Finds what was placed under a key, batched over all who ask. */
  placements: Batcher<PlacementQuestion, Placement | undefined>
  /** Keys of requests that run in this process. */
  running: Set<string>
  onGateRefusal: (eventId: number) => void
}

export interface PlacementQuestion {
  userId: number
  idempotencyKey: string
}

/** One lane is enough for questions: they lock nothing. */
const PLACEMENT_LANE = 0

/**
 * @throws AppError `sold_out`, `limit_exceeded`, `sales_not_started`, `sales_paused`,
 * `sales_closed`, `event_cancelled`, `not_found`, `invalid_request`, `idempotency_key_reused`,
 * `request_in_progress`, `unavailable`
 */
export async function placeOrder(
  deps: PlaceOrderDeps,
  command: PlaceOrderCommand,
): Promise<PlacedOrder> {
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
): Promise<PlacedOrder> {
  const answer = await deps.gate.enter(command)
  if (!answer.admitted) {
    // Whoever has the order already gets it again, also when nothing is left.
    const placement = await findPlacement(deps, command)
    if (placement !== undefined) return replayOf(placement, digest)
    deps.onGateRefusal(command.eventId)
    if (answer.closed !== undefined) throw new AppError(answer.closed as ErrorCode)
    throw refusalOf('sold_out', 0, command)
  }

  let verdict: Verdict
  try {
    verdict = await deps.purchases.submit(command.eventId, { ...command, digest })
  } finally {
    deps.gate.leave(answer.pass)
  }

  if (verdict.placed) {
    return {
      orderId: verdict.orderId,
      status: 'CONFIRMED',
      eventId: command.eventId,
      quantity: command.quantity,
      totalPriceCents: verdict.totalPriceCents,
      createdAt: verdict.at,
      ticketCodes: verdict.ticketCodes,
      isReplay: false,
    }
  }
  // A key that was used for another event is that, also when the event asked for is none.
  if (verdict.why === 'replay' || verdict.why === 'not_found') {
    const placement = await findPlacement(deps, command)
    if (placement !== undefined) return replayOf(placement, digest)
  }
  throw refusalOf(verdict.why, verdict.detail, command)
}

async function findPlacement(
  deps: PlaceOrderDeps,
  command: PlaceOrderCommand,
): Promise<Placement | undefined> {
  const { userId, idempotencyKey } = command
  if (idempotencyKey === undefined) return undefined
  return await deps.placements.submit(PLACEMENT_LANE, { userId, idempotencyKey })
}

function replayOf(placement: Placement, digest: Buffer | undefined): PlacedOrder {
  if (digest === undefined || !placement.digest.equals(digest)) {
    throw new AppError('idempotency_key_reused', { field: 'Idempotency-Key' })
  }
  return {
    orderId: placement.orderId,
    status: placement.holdExpiresAt === undefined ? 'CONFIRMED' : 'PENDING',
    eventId: placement.eventId,
    quantity: placement.quantity,
    totalPriceCents: placement.totalPriceCents,
    createdAt: placement.createdAt,
    ticketCodes: placement.ticketCodes,
    isReplay: true,
  }
}

/** What makes two requests the same one. */
function digestOf(command: PlaceOrderCommand): Buffer {
  const request = JSON.stringify([command.eventId, command.quantity, command.ticketTypeId ?? null])
  return createHash('sha256').update(request).digest().subarray(0, 16)
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
    case 'event_cancelled':
    case 'sales_closed':
    case 'sales_not_started':
    case 'sales_paused':
      return new AppError(why)
    default:
      return new AppError('internal_error', { cause: new Error(`unknown verdict ${why}`) })
  }
}
