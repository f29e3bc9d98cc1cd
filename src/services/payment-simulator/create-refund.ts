import { formatMoney } from '../../kernel/money.ts'
import type { Charge, Refund } from './books.ts'
import type { FormFields } from './form-body.ts'
import { createId } from './ids.ts'
import { type Outcome, type Scene, newEvent, seconds } from './outcome.ts'
import { choiceOf, integerOf, metadataOf, missing, refuseUnknown, textOf } from './parameters.ts'
import { conductOf } from './payment-methods.ts'
import { invalidRequest } from './refusal.ts'
import type { StripeErrorFields } from './refusal.ts'

/** "Some time later", as Stripe has it. */
const TURNS_AFTER_MS = 1_000

const KNOWN = new Set(['payment_intent', 'charge', 'amount', 'metadata', 'reason'])
const REASONS = ['duplicate', 'fraudulent', 'requested_by_customer'] as const

/** `POST /v1/refunds`: a part, or all that is left. Never more than was captured. */
export function createRefund(scene: Scene, form: FormFields): Outcome {
  refuseUnknown(form, KNOWN)
  const asked = integerOf(form, 'amount')
  const metadata = metadataOf(form)
  const reason = choiceOf(form, 'reason', REASONS) ?? null
  const charge = chargeToRefund(scene, form)
  const left = charge.amount - charge.amount_refunded
  if (left === 0) {
    return refused({
      type: 'invalid_request_error',
      code: 'charge_already_refunded',
      message: `Charge ${charge.id} has already been refunded.`,
      charge: charge.id,
    })
  }
  const amount = asked ?? left
  if (amount > left) {
    const money = (minor: number) => formatMoney(minor, charge.currency.toUpperCase())
    return refused({
      type: 'invalid_request_error',
      message: `Refund amount (${money(amount)}) is greater than unrefunded amount on charge (${money(left)})`,
      param: 'amount',
    })
  }
  const conduct = conductOf(charge.payment_method)
  const isLate = conduct.does === 'refund_late'
  const refund: Refund = {
    id: createId('re'),
    payment_intent: charge.payment_intent,
    charge: charge.id,
    amount,
    currency: charge.currency,
    metadata,
    created: seconds(scene.now),
    status: isLate ? conduct.begins : 'succeeded',
    reason,
    failure_reason: null,
    turns: isLate ? { at: scene.now + TURNS_AFTER_MS, into: conduct.turnsInto } : null,
  }
  return {
    status: 200,
    change: {
      refund,
      charge: { ...charge, amount_refunded: charge.amount_refunded + amount },
      events: [newEvent('charge.refunded', 'charge')],
    },
    shows: 'refund',
  }
}

const refused = (error: StripeErrorFields): Outcome => ({
  status: 400,
  change: {},
  shows: undefined,
  error,
})

function chargeToRefund({ books }: Scene, form: FormFields): Charge {
  const intentId = textOf(form, 'payment_intent')
  const chargeId = textOf(form, 'charge')
  if (intentId !== null && chargeId !== null) {
    throw invalidRequest('Send one of payment_intent and charge.', { param: 'charge' })
  }
  if (intentId === null && chargeId === null) throw missing('payment_intent')
  const intent = intentId === null ? undefined : books.intents.get(intentId)
  if (intentId !== null && intent === undefined) {
    throw invalidRequest(`No such payment_intent: '${intentId}'`, { code: 'resource_missing', param: 'payment_intent' }) // prettier-ignore
  }
  const charge = books.charges.get(chargeId ?? intent?.latest_charge ?? '')
  if (chargeId !== null && charge === undefined) {
    throw invalidRequest(`No such charge: '${chargeId}'`, { code: 'resource_missing', param: 'charge' }) // prettier-ignore
  }
  if (charge?.status === 'succeeded') return charge
  throw intent === undefined
    ? invalidRequest(`Charge ${chargeId ?? ''} was declined and cannot be refunded.`, { param: 'charge' }) // prettier-ignore
    : invalidRequest(`This PaymentIntent (${intent.id}) does not have a successful charge to refund.`, { param: 'payment_intent' }) // prettier-ignore
}
