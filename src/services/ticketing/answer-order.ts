/**
 * What the buyer of an order is told. An order that is paid at once has one answer, and whoever asks
 * again under the same key gets the same: from how it ended, unless something else was said first.
 */
import { AppError } from '../../kernel/errors.ts'
import type { NextAction } from '../../contracts/payment-under-way.ts'
import type { Database } from '../../platform/postgres.ts'
import { type CollectDeps, type Collected, collectPayment } from './collect-payment.ts'
import { findPayment } from './payments.sql.ts'
import {
  type FirstAnswer,
  type Placement,
  findPlacementOf,
  recordFirstAnswer,
} from './placements.sql.ts'

/** An order as its buyer is told of it. */
export interface AnsweredOrder {
  orderId: number
  status: 'PENDING' | 'CONFIRMED'
  eventId: number
  quantity: number
  totalPriceCents: number
  createdAt: Date
  ticketCodes: string[]
  /** Of an order that waits for its payment. */
  expiresAt?: Date | undefined
  /** What the buyer has to do before the payment goes on. */
  nextAction?: NextAction | undefined
  /** True when there is no verdict yet: 202. */
  isAccepted?: boolean
  /** True when an earlier request under the same key placed it. */
  isReplay: boolean
}

export interface AnswerDeps extends CollectDeps {
  db: Database
}

type OrderFacts = Pick<
  AnsweredOrder,
  'orderId' | 'eventId' | 'quantity' | 'totalPriceCents' | 'createdAt' | 'expiresAt'
>

/**
 * The answer to an order that was to be paid at once.
 * @throws AppError `payment_declined`, `hold_expired`, `event_cancelled`
 */
export async function answerOneShot(
  deps: AnswerDeps,
  order: OrderFacts,
  collected: Collected,
): Promise<AnsweredOrder> {
  switch (collected.kind) {
    case 'confirmed':
      return confirmed(order, collected.ticketCodes)
    case 'declined':
      throw declined(collected.declineCode)
    case 'released':
    case 'returned':
      throw cancelled(collected.reason)
    case 'action':
      return await answerFirst(deps, order, { status: 201, next_action: collected.nextAction })
    case 'open':
      return await answerFirst(deps, order, { status: 202 })
    case 'settled':
      return await answerAgain(deps, order)
  }
}

/**
 * The answer to a request whose order was placed before, under the same key.
 * @throws AppError as the first request did
 */
export async function answerPlacement(
  deps: AnswerDeps,
  userId: number,
  placement: Placement,
): Promise<AnsweredOrder> {
  const { firstAnswer, expiresAt } = placement
  if (expiresAt === undefined) return confirmed(placement, placement.ticketCodes)
  if (placement.isHold) {
    return { ...factsOf(placement), status: 'PENDING', ticketCodes: [], isReplay: false }
  }
  if (firstAnswer !== undefined) return pending(placement, firstAnswer)
  if (placement.isConfirmed) return confirmed(placement, placement.ticketCodes)
  if (placement.status === 'CANCELLED') throw endOf(placement)

  // The first request was never answered. Asking for the same attempt again does nothing twice.
  const payment = await findPayment(deps.db, { orderId: placement.orderId })
  const collected: Collected =
    payment?.isInFlight === true
      ? await collectPayment(deps, { ...payment, userId })
      : { kind: 'settled' }
  return await answerOneShot(deps, placement, collected)
}

/** Says what is the case now, unless it was settled meanwhile. */
async function answerFirst(
  deps: AnswerDeps,
  order: OrderFacts,
  answer: FirstAnswer,
): Promise<AnsweredOrder> {
  if (await recordFirstAnswer(deps.db, order.orderId, answer)) return pending(order, answer)
  return await answerAgain(deps, order)
}

/** Somebody else has settled or answered it: the webhook, the recovery, a second request. */
async function answerAgain(deps: AnswerDeps, order: OrderFacts): Promise<AnsweredOrder> {
  const placement = await findPlacementOf(deps.db, order.orderId)
  if (placement?.firstAnswer !== undefined) return pending(order, placement.firstAnswer)
  if (placement?.isConfirmed === true) return confirmed(order, placement.ticketCodes)
  if (placement?.status === 'CANCELLED') throw endOf(placement)
  // Still nobody knows: the outcome was about an earlier attempt.
  throw new AppError('payment_in_progress', { retryAfterSeconds: 1 })
}

const factsOf = (order: OrderFacts): OrderFacts => ({
  orderId: order.orderId,
  eventId: order.eventId,
  quantity: order.quantity,
  totalPriceCents: order.totalPriceCents,
  createdAt: order.createdAt,
  expiresAt: order.expiresAt,
})

/** With its tickets. */
export const confirmed = (order: OrderFacts, ticketCodes: string[]): AnsweredOrder => ({
  ...factsOf(order),
  expiresAt: undefined,
  status: 'CONFIRMED',
  ticketCodes,
  isReplay: false,
})

const pending = (order: OrderFacts, answer: FirstAnswer): AnsweredOrder => ({
  ...factsOf(order),
  status: 'PENDING',
  ticketCodes: [],
  nextAction: answer.next_action,
  isAccepted: answer.status === 202,
  isReplay: false,
})

const endOf = (placement: Placement): AppError =>
  placement.reason === 'payment_declined'
    ? declined(placement.declineCode)
    : cancelled(placement.reason ?? '')

/** Why the provider refused, as it says it. */
export function declined(declineCode: string | undefined): AppError {
  const code = declineCode ?? 'generic_decline'
  return new AppError('payment_declined', {
    detail: DECLINES[code] ?? 'The payment was declined. Try another payment method.',
    extra: { decline_code: code },
  })
}

const DECLINES: Record<string, string> = {
  insufficient_funds: 'The card has insufficient funds. Try another payment method.',
  expired_card: 'The card has expired. Try another one.',
  authentication_required: 'The payment was not authenticated. Try again.',
  incorrect_cvc: 'The security code of the card is wrong.',
}

/** Why an order that is CANCELLED cannot be had any more. */
export function cancelled(reason: string): AppError {
  switch (reason) {
    case 'event_cancelled':
      return new AppError('event_cancelled')
    case 'expired':
      return new AppError('hold_expired')
    case 'payment_declined':
      return declined(undefined)
    default:
      return new AppError('order_not_pending', {
        detail: 'This order was given back or refunded. Place a new one.',
      })
  }
}
