/** How an attempt to pay ends: captured or declined. */
import type { Charge, Intent } from './books.ts'
import { createId } from './ids.ts'
import { type Outcome, type Scene, newEvent, seconds } from './outcome.ts'
import type { StripeErrorFields } from './refusal.ts'

/** @param intent With its payment method, and not paid yet. */
export function capture({ now }: Scene, intent: Intent): Outcome['change'] {
  const charge = newCharge(intent, now, 'succeeded')
  return {
    intent: {
      ...intent,
      status: 'succeeded',
      latest_charge: charge.id,
      last_payment_error: null,
    },
    charge,
    events: [newEvent('payment_intent.succeeded', 'intent')],
  }
}

/** The intent can be tried again with another method. @param error Why; the charge is added. */
export function declineCharge({ now }: Scene, intent: Intent, error: StripeErrorFields): Outcome {
  const charge: Charge = {
    ...newCharge(intent, now, 'failed'),
    failure_code: error.code ?? null,
    failure_message: error.message,
  }
  const told = { ...error, charge: charge.id, payment_method: charge.payment_method }
  return {
    status: 402,
    change: {
      intent: {
        ...intent,
        status: 'requires_payment_method',
        payment_method: null,
        latest_charge: charge.id,
        last_payment_error: told,
      },
      charge,
      events: [newEvent('payment_intent.payment_failed', 'intent')],
    },
    shows: 'intent',
    error: told,
  }
}

function newCharge(intent: Intent, now: number, status: Charge['status']): Charge {
  return {
    id: createId('ch'),
    payment_intent: intent.id,
    amount: intent.amount,
    amount_refunded: 0,
    currency: intent.currency,
    metadata: intent.metadata,
    created: seconds(now),
    status,
    payment_method: intent.payment_method ?? '',
    failure_code: null,
    failure_message: null,
  }
}
