import type { Intent } from './books.ts'
import { confirmIntent } from './confirm-intent.ts'
import type { FormFields } from './form-body.ts'
import { createId, randomLetters } from './ids.ts'
import { type Outcome, type Scene, seconds, showIntent } from './outcome.ts'
import {
  amountOf,
  choiceOf,
  currencyOf,
  fieldsOf,
  metadataOf,
  refuseUnknown,
  returnUrlOf,
  textOf,
} from './parameters.ts'
import { conductOf } from './payment-methods.ts'
import { invalidRequest } from './refusal.ts'

const KNOWN = new Set(
  'amount currency payment_method payment_method_types automatic_payment_methods metadata confirm capture_method description receipt_email return_url statement_descriptor statement_descriptor_suffix'.split(' '), // prettier-ignore
)
const BOOLEANS = ['true', 'false'] as const

/** `POST /v1/payment_intents`. @throws Refusal for parameters that are wrong. */
export function createIntent(scene: Scene, form: FormFields): Outcome {
  refuseUnknown(form, KNOWN)
  const paymentMethod = textOf(form, 'payment_method')
  if (paymentMethod !== null) conductOf(paymentMethod)
  const isConfirmed = choiceOf(form, 'confirm', BOOLEANS) === 'true'
  const returnUrl = returnUrlOf(form)
  if (returnUrl !== null && !isConfirmed) {
    throw invalidRequest('return_url can only be sent together with confirm=true', { param: 'return_url' }) // prettier-ignore
  }
  const id = createId('pi')
  const currency = currencyOf(form)
  const intent: Intent = {
    id,
    amount: amountOf(form, currency),
    currency,
    metadata: metadataOf(form),
    status: paymentMethod === null ? 'requires_payment_method' : 'requires_confirmation',
    created: seconds(scene.now),
    client_secret: `${id}_secret_${randomLetters()}`,
    ...waysToPay(form),
    // Holding an amount and taking it later is not for tickets.
    capture_method: choiceOf(form, 'capture_method', ['automatic', 'automatic_async'] as const) ?? 'automatic_async', // prettier-ignore
    description: textOf(form, 'description'),
    receipt_email: textOf(form, 'receipt_email'),
    statement_descriptor: textOf(form, 'statement_descriptor'),
    statement_descriptor_suffix: textOf(form, 'statement_descriptor_suffix'),
    payment_method: paymentMethod,
    return_url: null,
    latest_charge: null,
    last_payment_error: null,
    canceled_at: null,
    cancellation_reason: null,
  }
  return isConfirmed
    ? confirmIntent(scene, intent, { paymentMethod: null, returnUrl })
    : showIntent({ intent })
}

/** Stripe takes the methods that are listed, or all of the account's. */
function waysToPay(form: FormFields): Pick<Intent, 'payment_method_types' | 'allow_redirects'> {
  const automatic = fieldsOf(form['automatic_payment_methods'] ?? {}, 'automatic_payment_methods')
  refuseUnknown(automatic, new Set(['enabled', 'allow_redirects']))
  const allowed = choiceOf(automatic, 'allow_redirects', ['always', 'never'] as const) ?? 'always'
  const listed = Object.values(fieldsOf(form['payment_method_types'] ?? {}, 'payment_method_types'))
  const isAutomatic = choiceOf(automatic, 'enabled', BOOLEANS) !== 'false'
  if (listed.length === 0 && isAutomatic) {
    return { payment_method_types: null, allow_redirects: allowed }
  }
  if (listed.some((type) => type !== 'card')) {
    throw invalidRequest('The payment simulator takes cards only.', { param: 'payment_method_types' }) // prettier-ignore
  }
  return { payment_method_types: ['card'], allow_redirects: allowed }
}
