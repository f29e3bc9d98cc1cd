/** The simulator's things as Stripe's API shows them. */
import type { Charge, Intent, Refund, SimulatorEvent } from './books.ts'
import { cardJson } from './payment-methods.ts'
import type { StripeErrorFields } from './refusal.ts'

/** Of the installed `stripe` client, whose objects these are. */
export const API_VERSION = '2026-10-28.endive'

/** Where the page is on which a person shows that the card is theirs. */
export type AuthenticationUrl = (intent: Intent) => string

export function intentJson(intent: Intent, urlOf: AuthenticationUrl): object {
  const { last_payment_error: failure, status, payment_method_types: types } = intent
  return {
    id: intent.id,
    object: 'payment_intent',
    allowed_payment_method_types: null,
    amount: intent.amount,
    amount_capturable: 0,
    amount_details: { tip: {} },
    amount_received: status === 'succeeded' ? intent.amount : 0,
    application: null,
    application_fee_amount: null,
    automatic_payment_methods:
      types === null ? { allow_redirects: intent.allow_redirects, enabled: true } : null,
    canceled_at: intent.canceled_at,
    cancellation_reason: intent.cancellation_reason,
    capture_method: intent.capture_method,
    client_secret: intent.client_secret,
    confirmation_method: 'automatic',
    created: intent.created,
    currency: intent.currency,
    customer: null,
    customer_account: null,
    description: intent.description,
    excluded_payment_method_types: null,
    last_payment_error: failure === null ? null : errorJson(failure),
    latest_charge: intent.latest_charge,
    livemode: false,
    managed_payments: null,
    metadata: intent.metadata,
    next_action:
      status === 'requires_action'
        ? {
            redirect_to_url: { return_url: intent.return_url, url: urlOf(intent) },
            type: 'redirect_to_url',
          }
        : null,
    on_behalf_of: null,
    payment_method: intent.payment_method,
    payment_method_configuration_details: null,
    payment_method_options: { card: { request_three_d_secure: 'automatic' } },
    payment_method_types: types ?? ['card'],
    payment_record: null,
    processing: null,
    receipt_email: intent.receipt_email,
    review: null,
    setup_future_usage: null,
    shipping: null,
    source: null,
    statement_descriptor: intent.statement_descriptor,
    statement_descriptor_suffix: intent.statement_descriptor_suffix,
    status,
    transfer_data: null,
    transfer_group: null,
  }
}

export function chargeJson(charge: Charge): object {
  const paid = charge.status === 'succeeded'
  return {
    id: charge.id,
    object: 'charge',
    amount: charge.amount,
    amount_captured: paid ? charge.amount : 0,
    amount_refunded: charge.amount_refunded,
    balance_transaction: null,
    captured: paid,
    created: charge.created,
    currency: charge.currency,
    customer: null,
    description: null,
    disputed: false,
    failure_code: charge.failure_code,
    failure_message: charge.failure_message,
    livemode: false,
    metadata: charge.metadata,
    paid,
    payment_intent: charge.payment_intent,
    payment_method: charge.payment_method,
    payment_method_details: { card: cardJson(charge.payment_method), type: 'card' },
    receipt_url: null,
    refunded: paid && charge.amount_refunded === charge.amount,
    status: charge.status,
  }
}

export function refundJson(refund: Refund): object {
  return {
    id: refund.id,
    object: 'refund',
    amount: refund.amount,
    balance_transaction: null,
    charge: refund.charge,
    created: refund.created,
    currency: refund.currency,
    customer: null,
    customer_account: null,
    destination_details: { card: { type: 'refund' }, type: 'card' },
    ...(refund.failure_reason === null ? {} : { failure_reason: refund.failure_reason }),
    metadata: refund.metadata,
    payment_intent: refund.payment_intent,
    payment_method: null,
    ...(refund.status === 'pending' ? { pending_reason: 'processing' } : {}),
    reason: refund.reason,
    receipt_number: null,
    source_transfer_reversal: null,
    status: refund.status,
    transfer_reversal: null,
  }
}

/** `error` of an answer, or what an intent remembers of it. */
export function errorJson(fields: StripeErrorFields): object {
  const { payment_method: method, code } = fields
  return {
    ...fields,
    ...(code === undefined
      ? {}
      : { doc_url: `https://stripe.com/docs/error-codes/${code.replaceAll('_', '-')}` }),
    ...(method === undefined
      ? {}
      : { payment_method: { id: method, object: 'payment_method', type: 'card', card: cardJson(method), livemode: false, metadata: {} } }), // prettier-ignore
  }
}

export function eventJson(event: SimulatorEvent, urlOf: AuthenticationUrl): object {
  return {
    id: event.id,
    object: 'event',
    api_version: API_VERSION,
    created: event.created,
    data: { object: objectJson(event.object, urlOf) },
    livemode: false,
    pending_webhooks: 1,
    request: { id: event.request, idempotency_key: event.idempotency_key },
    type: event.type,
  }
}

function objectJson(object: Intent | Charge | Refund, urlOf: AuthenticationUrl): object {
  if ('client_secret' in object) return intentJson(object, urlOf)
  return 'turns' in object ? refundJson(object) : chargeJson(object)
}
