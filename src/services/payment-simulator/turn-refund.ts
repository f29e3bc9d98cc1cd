import type { Refund } from './books.ts'
import { type Outcome, type Scene, newEvent } from './outcome.ts'

/** What becomes of a refund that is late. @returns Undefined when it is as it will be. */
export function turnRefund({ books }: Scene, refund: Refund): Outcome['change'] | undefined {
  const charge = books.charges.get(refund.charge)
  if (refund.turns === null || charge === undefined) return undefined
  const updated = newEvent('refund.updated', 'refund')
  if (refund.turns.into === 'succeeded') {
    return { refund: { ...refund, status: 'succeeded', turns: null }, events: [updated] }
  }
  return {
    refund: {
      ...refund,
      status: 'failed',
      failure_reason: 'expired_or_canceled_card',
      turns: null,
    },
    // The money is where it was.
    charge: { ...charge, amount_refunded: charge.amount_refunded - refund.amount },
    events: [updated, newEvent('refund.failed', 'refund')],
  }
}
