import type { Intent } from './books.ts'
import { type Outcome, type Scene, newEvent, showIntent, unexpectedState } from './outcome.ts'
import { capture } from './settle-charge.ts'

/** The buyer has shown that the card is theirs, or has not. */
export function finishAuthentication(
  scene: Scene,
  intent: Intent,
  result: 'complete' | 'fail',
): Outcome {
  if (intent.status !== 'requires_action') {
    return unexpectedState(intent, `Nothing is to be shown: the payment is ${intent.status}.`)
  }
  if (result === 'complete') return showIntent(capture(scene, intent))
  return showIntent({
    intent: {
      ...intent,
      status: 'requires_payment_method',
      payment_method: null,
      last_payment_error: {
        type: 'invalid_request_error',
        code: 'payment_intent_authentication_failure',
        message:
          'The provided PaymentMethod has failed authentication. You can provide a new PaymentMethod to attempt to fulfill this PaymentIntent again.',
        ...(intent.payment_method === null ? {} : { payment_method: intent.payment_method }),
      },
    },
    events: [newEvent('payment_intent.payment_failed', 'intent')],
  })
}
