/** How far somebody is with paying, from the order alone: it is the same in every tab and on every device. */
import type { EventDetails, Order } from './needs.ts'

export type CheckoutState =
  /** Tickets are in hand. */
  | 'paid'
  /** Nothing was tried yet. */
  | 'to_pay'
  /** The last try was declined, and the hold is kept. */
  | 'declined'
  /** The bank wants to ask the buyer something. */
  | 'at_bank'
  /** Nobody knows yet what the bank says. */
  | 'processing'
  /** It cannot be paid any more; `reasonOf` says why. */
  | 'ended'

export function checkoutState(
  order: Pick<Order, 'status' | 'expiresAt' | 'payment'>,
  event: Pick<EventDetails, 'sale'>,
  now = Date.now(),
): CheckoutState {
  if (order.status === 'CONFIRMED') return 'paid'
  if (order.status === 'CANCELLED') return 'ended'
  // What the bank has not answered may still be paid, also when the time is over.
  if (order.payment?.status === 'processing') return 'processing'
  if (event.sale === 'cancelled') return 'ended'
  const isAtBank = order.payment?.status === 'requires_action'
  const isOver = order.expiresAt !== undefined && order.expiresAt.getTime() <= now
  // Who is at their bank may have paid this very moment: nobody knows before it was asked.
  if (isOver) return isAtBank ? 'processing' : 'ended'
  if (isAtBank) return 'at_bank'
  return order.payment?.status === 'declined' ? 'declined' : 'to_pay'
}

/** What ends an order with nothing charged, unless a payment came afterwards. */
const BEFORE_PAYMENT = ['expired', 'given_back', 'payment_declined']

/** Why an order has ended, or is about to; `not_available` when its payment came too late. */
export function reasonOf(
  { status, reason = '', payment }: Pick<Order, 'status' | 'reason' | 'payment'>,
  event: Pick<EventDetails, 'sale'>,
): string {
  if (status !== 'CANCELLED') return event.sale === 'cancelled' ? 'event_cancelled' : 'expired'
  const isPaidBack = payment?.status === 'returned'
  return isPaidBack && BEFORE_PAYMENT.includes(reason) ? 'not_available' : reason
}
