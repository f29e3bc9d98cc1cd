import type { Intent } from './books.ts'
import type { FormFields } from './form-body.ts'
import {
  type Outcome,
  type Scene,
  newEvent,
  seconds,
  showIntent,
  unexpectedState,
} from './outcome.ts'
import { choiceOf, refuseUnknown } from './parameters.ts'

const KNOWN = new Set(['cancellation_reason'])
const REASONS = ['duplicate', 'fraudulent', 'requested_by_customer', 'abandoned'] as const

/** `POST /v1/payment_intents/:id/cancel`. After this it can never be paid. */
export function cancelIntent({ now }: Scene, intent: Intent, form: FormFields): Outcome {
  refuseUnknown(form, KNOWN)
  const reason = choiceOf(form, 'cancellation_reason', REASONS) ?? null
  if (intent.status === 'succeeded' || intent.status === 'canceled') {
    return unexpectedState(
      intent,
      `You cannot cancel this PaymentIntent because it has a status of ${intent.status}. Only a PaymentIntent with one of the following statuses may be canceled: requires_payment_method, requires_confirmation, requires_action.`,
    )
  }
  return showIntent({
    intent: {
      ...intent,
      status: 'canceled',
      canceled_at: seconds(now),
      cancellation_reason: reason,
    },
    events: [newEvent('payment_intent.canceled', 'intent')],
  })
}
