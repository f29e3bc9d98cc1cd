/** What the provider knows about a payment, in our words. */
import type Stripe from 'stripe'
import type { NextAction } from '../contracts/payment-under-way.ts'

export type PaymentState =
  | { status: 'captured' }
  /** This try failed; another method may be tried. */
  | { status: 'declined'; code: string }
  | { status: 'requires_action'; nextAction: NextAction }
  /** The provider does not know yet. */
  | { status: 'processing' }
  /** Nothing was tried. */
  | { status: 'unconfirmed' }
  /** Nothing can be captured any more. */
  | { status: 'voided' }

export function stateOf(intent: Stripe.PaymentIntent): PaymentState {
  switch (intent.status) {
    case 'succeeded':
      return { status: 'captured' }
    case 'canceled':
      return { status: 'voided' }
    case 'requires_action':
      return { status: 'requires_action', nextAction: nextActionOf(intent) }
    case 'processing':
      return { status: 'processing' }
    case 'requires_capture':
    case 'requires_confirmation':
    case 'requires_payment_method':
    default: {
      const failure = intent.last_payment_error
      if (failure === null) return { status: 'unconfirmed' }
      return { status: 'declined', code: failure.decline_code ?? failure.code ?? 'generic_decline' }
    }
  }
}

function nextActionOf(intent: Stripe.PaymentIntent): NextAction {
  const url = intent.next_action?.redirect_to_url?.url
  return {
    type: intent.next_action?.type ?? 'use_stripe_sdk',
    ...(typeof url === 'string' ? { url } : {}),
    ...(intent.client_secret === null ? {} : { client_secret: intent.client_secret }),
  }
}

export interface RefundState {
  /** Its name at the provider. */
  refundRef: string
  status: 'succeeded' | 'pending' | 'failed'
}

export function refundStateOf({ id, status }: Stripe.Refund): RefundState {
  if (status === 'succeeded') return { refundRef: id, status }
  const isFailed = status === 'failed' || status === 'canceled'
  return { refundRef: id, status: isFailed ? 'failed' : 'pending' }
}
