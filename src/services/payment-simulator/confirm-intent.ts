import type { Intent } from './books.ts'
import type { FormFields } from './form-body.ts'
import { type Outcome, type Scene, newEvent, showIntent, unexpectedState } from './outcome.ts'
import { refuseUnknown, returnUrlOf, textOf } from './parameters.ts'
import { conductOf } from './payment-methods.ts'
import { invalidRequest } from './refusal.ts'
import { capture, declineCharge } from './settle-charge.ts'

const KNOWN = new Set(['payment_method', 'return_url'])

export interface Confirmation {
  /** Null for the one that the intent has. */
  paymentMethod: string | null
  returnUrl: string | null
}

/** `POST /v1/payment_intents/:id/confirm`. @throws Refusal for parameters that are wrong. */
export function confirmIntentByForm(scene: Scene, intent: Intent, form: FormFields): Outcome {
  refuseUnknown(form, KNOWN)
  const confirmation = {
    paymentMethod: textOf(form, 'payment_method'),
    returnUrl: returnUrlOf(form),
  }
  return confirmIntent(scene, intent, confirmation)
}

/** Takes the money, or asks the buyer, or declines. An intent is paid at most once. */
export function confirmIntent(
  scene: Scene,
  intent: Intent,
  { paymentMethod, returnUrl }: Confirmation,
): Outcome {
  const method = paymentMethod ?? intent.payment_method
  const conduct = method === null ? undefined : conductOf(method)
  if (intent.status === 'succeeded') {
    return unexpectedState(
      intent,
      'You cannot confirm this PaymentIntent because it has already succeeded after being previously confirmed.',
    )
  }
  if (intent.status === 'canceled') {
    return unexpectedState(
      intent,
      'You cannot confirm this PaymentIntent because it has a status of canceled. Only a PaymentIntent with one of the following statuses may be confirmed: requires_payment_method, requires_confirmation, requires_action.',
    )
  }
  if (method === null || conduct === undefined) {
    return unexpectedState(
      intent,
      "You cannot confirm this PaymentIntent because it's missing a payment method. Send one with the confirmation.",
    )
  }
  requireReturnUrl(intent, returnUrl)
  const confirmed = { ...intent, payment_method: method, return_url: returnUrl }
  switch (conduct.does) {
    case 'pay':
    case 'refund_late':
      return showIntent(capture(scene, confirmed))
    case 'ask_buyer': {
      const asking: Intent = { ...confirmed, status: 'requires_action', last_payment_error: null }
      const events = [newEvent('payment_intent.requires_action', 'intent')]
      return showIntent({ intent: asking, events })
    }
    case 'decline': {
      const { code, declineCode, message } = conduct
      return declineCharge(scene, confirmed, {
        type: 'card_error',
        code,
        ...(declineCode === undefined ? {} : { decline_code: declineCode }),
        message,
      })
    }
  }
}

/** With methods that may lead to another page, Stripe wants to know where to lead back to. */
function requireReturnUrl(intent: Intent, returnUrl: string | null): void {
  const mayRedirect = intent.payment_method_types === null && intent.allow_redirects === 'always'
  if (!mayRedirect || returnUrl !== null) return
  throw invalidRequest(
    'This PaymentIntent takes every payment method of the account, and some lead the buyer to another page, so you must provide a `return_url`. To do without, create it with `payment_method_types[]=card`, or with `automatic_payment_methods[enabled]=true` and `automatic_payment_methods[allow_redirects]=never`.',
  )
}
