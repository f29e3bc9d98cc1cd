/**
 * Paying for a hold. Paying for what is paid already is told so, and moves no money. A key belongs to
 * one attempt: asked for again under it, the attempt is not made again, and is told as it ended.
 */
import { AppError } from '../../kernel/errors.ts'
import {
  type AnswerDeps,
  type AnsweredOrder,
  cancelled,
  confirmed,
  declined,
} from './answer-order.ts'
import type { Batcher } from './batcher.ts'
import { type Collected, collectPayment } from './collect-payment.ts'
import { type Order, findOrder } from './orders.sql.ts'
import { findPlacementOf } from './placements.sql.ts'
import type { StartVerdict } from './settlement.sql.ts'

export interface PayOrderCommand {
  userId: number
  orderId: number
  paymentMethod: string
  /** Of this order's payments. */
  idempotencyKey?: string | undefined
}

export interface PayOrderDeps extends AnswerDeps {
  /** Starts payments, batched over all who pay. */
  starts: Batcher<PayOrderCommand, StartVerdict>
}

type Started = Extract<StartVerdict, { verdict: 'start' | 'free' }>

/** One lane: what they lock is their own order. */
const START_LANE = 0

/**
 * @throws AppError `not_found`, `payment_declined`, `hold_expired`, `event_cancelled`,
 * `order_not_pending`, `payment_in_progress`, `idempotency_key_reused`, `unavailable`
 */
export async function payOrder(
  deps: PayOrderDeps,
  command: PayOrderCommand,
): Promise<AnsweredOrder> {
  const started = await deps.starts.submit(START_LANE, command)
  switch (started.verdict) {
    case 'start':
    case 'free':
      return await answer(deps, command, await collect(deps, command, started), started)
    case 'confirmed':
      return await answer(deps, command, { kind: 'settled' })
    case 'replay':
    case 'replay_granted':
      return { ...(await tellAgain(deps, command, started.verdict)), isReplay: true }
    case 'replay_declined':
      throw declined(started.reason)
    case 'key_reused':
      throw new AppError('idempotency_key_reused')
    case 'in_progress':
      throw new AppError('payment_in_progress', { retryAfterSeconds: 1 })
    case 'expired':
    case 'event_cancelled':
      throw cancelled(started.verdict)
    case 'not_pending':
      throw cancelled(started.reason ?? '')
    case 'not_found':
      throw new AppError('not_found')
  }
}

/** What the attempt of this key has come to; that of one which is in flight is not known yet. */
async function tellAgain(
  deps: PayOrderDeps,
  { orderId }: PayOrderCommand,
  verdict: 'replay' | 'replay_granted',
): Promise<AnsweredOrder> {
  if (verdict === 'replay_granted') {
    const placement = await findPlacementOf(deps.db, orderId)
    if (placement === undefined) throw new AppError('not_found')
    return confirmed(placement, placement.ticketCodes)
  }
  return answered(await orderOf(deps, orderId))
}

async function collect(
  deps: PayOrderDeps,
  command: PayOrderCommand,
  started: Started,
): Promise<Collected> {
  const { orderId, userId, paymentMethod } = command
  const payment = { ...started, orderId, userId, paymentMethod }
  if (started.verdict === 'start') return await collectPayment(deps, payment)
  const { attempt } = started
  const nothing = { outcome: 'free', attempt, intentId: undefined } as const
  return await collectPayment({ ...deps, charge: async () => await Promise.resolve(nothing) }, payment) // prettier-ignore
}

async function answer(
  deps: PayOrderDeps,
  { orderId }: PayOrderCommand,
  collected: Collected,
  started?: Started,
): Promise<AnsweredOrder> {
  switch (collected.kind) {
    case 'declined':
      throw declined(collected.declineCode)
    case 'released':
    case 'returned':
      throw cancelled(collected.reason)
    case 'confirmed':
      if (started !== undefined) {
        const order = { ...started, orderId, totalPriceCents: started.amountCents }
        return confirmed(order, collected.ticketCodes)
      }
      return answered(await orderOf(deps, orderId))
    case 'settled':
    case 'action':
    case 'open':
      return answered(await orderOf(deps, orderId))
  }
}

async function orderOf(deps: PayOrderDeps, orderId: number): Promise<Order> {
  const order = await findOrder(deps.db, orderId)
  if (order === undefined) throw new AppError('not_found')
  return order
}

/** As it stands now. What its buyer has to do is there while it waits for that. */
function answered(order: Order): AnsweredOrder {
  if (order.status === 'CANCELLED') throw cancelled(order.reason ?? '')
  const isPending = order.status === 'PENDING'
  return {
    orderId: order.orderId,
    status: order.status,
    eventId: order.eventId,
    quantity: order.quantity,
    totalPriceCents: order.totalPriceCents,
    createdAt: order.createdAt,
    ticketCodes: order.ticketCodes,
    expiresAt: isPending ? order.expiresAt : undefined,
    nextAction: order.nextAction,
    isAccepted: isPending && order.nextAction === undefined,
    isReplay: false,
  }
}
