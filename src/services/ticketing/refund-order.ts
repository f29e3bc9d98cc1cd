/** Taking tickets back and deciding their refund; the provider pays it back afterwards. */
import { createHash } from 'node:crypto'
import { AppError } from '../../kernel/errors.ts'
import type { Audit } from '../../platform/audit.ts'
import type { Principal } from '../../platform/http/access.ts'
import type { Database } from '../../platform/postgres.ts'
import type { Stock } from './gate.ts'
import { type RefundableOrder, findRefundableOrder } from './orders.sql.ts'
import {
  type RefundRequest,
  type RefundRequestId,
  findRefundRequest,
  keepRefundRequest,
} from './refund-requests.sql.ts'
import { type RefundReason, refundTickets } from './settlement.sql.ts'

export interface RefundOrderCommand {
  orderId: number
  by: Principal
  /** Undefined is all of them. */
  ticketCodes: readonly string[] | undefined
  requestId: string
  idempotencyKey?: string | undefined
}

/** What was taken back. */
export interface RefundedOrder {
  /** None for tickets that cost nothing. */
  refundIds: number[]
  ticketCount: number
  /** True when an earlier request under the same key took them. */
  isReplay: boolean
}

export interface RefundOrderDeps {
  db: Database
  audit: Audit
  onStock: (eventId: number, stock: Stock) => void
  onRefunds: () => void
}

/**
 * @returns The refunds that were decided; under a key that was used before, those of that time.
 * @throws AppError `not_found`, `forbidden`, `invalid_value`, `nothing_to_refund`,
 * `idempotency_key_reused`
 */
export async function refundOrder(
  deps: RefundOrderDeps,
  command: RefundOrderCommand,
): Promise<RefundedOrder> {
  const { orderId, idempotencyKey } = command
  if (idempotencyKey === undefined) return await takeBack(deps, command, undefined)

  const key = { orderId, userId: command.by.userId, idempotencyKey }
  const digest = digestOf(command)
  const before = await findRefundRequest(deps.db, key)
  if (before !== undefined) return replay(before, digest)
  try {
    return await takeBack(deps, command, { ...key, digest })
  } catch (error) {
    // The same request may have been first, at the same time.
    const meanwhile = await findRefundRequest(deps.db, key)
    if (meanwhile !== undefined) return replay(meanwhile, digest)
    throw error
  }
}

async function takeBack(
  deps: RefundOrderDeps,
  command: RefundOrderCommand,
  key: (RefundRequestId & { digest: Buffer }) | undefined,
): Promise<RefundedOrder> {
  const order = await findRefundableOrder(deps.db, command.orderId)
  if (order === undefined) throw new AppError('not_found')
  const reason = reasonFor(order, command.by)
  const ticketIds = command.ticketCodes?.map((code, place) => ticketIdOf(order, code, place))

  const taken = await deps.db.transaction(async (tx) => {
    const { eventId, orderId } = order
    const { userId } = command.by
    const taking = { eventId, orderIds: [orderId], ticketIds, reason, requestedBy: userId }
    const result = await refundTickets(tx, taking)
    // Somebody was first, or the order never had tickets.
    if (result.ticketCount === 0) throw new AppError('nothing_to_refund')
    if (key !== undefined && !(await keepRefundRequest(tx, key, { ...result, ...key }))) {
      throw new AppError('idempotency_key_reused')
    }
    await deps.audit(tx, {
      actorId: userId,
      action: 'order.refunded',
      subjectType: 'order',
      subjectId: orderId,
      after: { tickets: result.ticketCount, refunds: result.refundIds, reason },
      requestId: command.requestId,
    })
    return result
  })
  deps.onStock(order.eventId, taken.stock)
  deps.onRefunds()
  return { refundIds: taken.refundIds, ticketCount: taken.ticketCount, isReplay: false }
}

function replay(request: RefundRequest, digest: Buffer): RefundedOrder {
  if (!request.digest.equals(digest)) throw new AppError('idempotency_key_reused')
  return { refundIds: request.refundIds, ticketCount: request.ticketCount, isReplay: true }
}

/** The same codes in another order are the same request. */
const digestOf = ({ ticketCodes }: RefundOrderCommand): Buffer =>
  createHash('sha256')
    .update(ticketCodes === undefined ? 'all' : [...ticketCodes].sort().join())
    .digest()

/** Who may: the event's organizer, an admin, and the buyer while the event is postponed. */
function reasonFor(order: RefundableOrder, by: Principal): RefundReason {
  if (by.userType === 'admin' || by.userId === order.organizerId) return 'requested'
  // Somebody else's order and none at all look the same.
  if (by.userId !== order.userId) throw new AppError('not_found')
  if (order.mayBuyerRefund) return 'event_postponed'
  throw new AppError('forbidden', {
    detail: 'Tickets are taken back by the organizer; buyers may return them after a postponement.',
  })
}

function ticketIdOf(order: RefundableOrder, code: string, place: number): number {
  const ticket = order.tickets.find((each) => each.ticketCode === code)
  if (ticket === undefined) {
    throw new AppError('invalid_value', {
      field: `tickets/${place}`,
      detail: `${code} is not a ticket of this order.`,
    })
  }
  if (ticket.isVoid) {
    throw new AppError('nothing_to_refund', { detail: `${code} was taken back before.` })
  }
  return ticket.id
}
