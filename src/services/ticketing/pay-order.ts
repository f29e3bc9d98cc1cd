/** Paying for a hold. Paying for what is paid already is told so, and moves no money. */
import { AppError } from '../../kernel/errors.ts'
import { type AnswerDeps, type AnsweredOrder, cancelled, declined } from './answer-order.ts'
import type { Batcher } from './batcher.ts'
import { type Collected, collectPayment } from './collect-payment.ts'
import { type Order, findOrder } from './orders.sql.ts'
import type { StartVerdict } from './settlement.sql.ts'

export interface PayOrderCommand {
  userId: number
  orderId: number
  paymentMethod: string
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
 * `order_not_pending`, `payment_in_progress`, `unavailable`
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
      if (started !== undefined) return confirmed(orderId, started, collected.ticketCodes)
      return answered(await orderOf(deps, orderId), collected)
    case 'settled':
    case 'action':
    case 'open':
      return answered(await orderOf(deps, orderId), collected)
  }
}

const confirmed = (orderId: number, started: Started, ticketCodes: string[]): AnsweredOrder => ({
  orderId,
  status: 'CONFIRMED',
  eventId: started.eventId,
  quantity: started.quantity,
  totalPriceCents: started.amountCents,
  createdAt: started.createdAt,
  ticketCodes,
  isReplay: false,
})

async function orderOf(deps: PayOrderDeps, orderId: number): Promise<Order> {
  const order = await findOrder(deps.db, orderId)
  if (order === undefined) throw new AppError('not_found')
  return order
}

function answered(order: Order, collected: Collected): AnsweredOrder {
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
    nextAction: isPending && collected.kind === 'action' ? collected.nextAction : undefined,
    isAccepted: isPending && collected.kind !== 'action',
    isReplay: false,
  }
}
