/** Stripe's test payment methods, as far as the simulator has them. */
import { invalidRequest } from './refusal.ts'

/** What happens to who pays with it. */
export type Conduct =
  | { does: 'pay' }
  | { does: 'decline'; code: string; declineCode?: string; message: string }
  | { does: 'ask_buyer' }
  /** It pays, and a refund to it turns into this after a while. */
  | { does: 'refund_late'; begins: 'succeeded' | 'pending'; turnsInto: 'succeeded' | 'failed' }

interface TestCard {
  brand: 'visa' | 'mastercard'
  last4: string
  conduct: Conduct
}

const declined = (declineCode: string, message = 'Your card was declined.'): Conduct => ({
  does: 'decline',
  code: 'card_declined',
  declineCode,
  message,
})
const visa = (last4: string, conduct: Conduct): TestCard => ({ brand: 'visa', last4, conduct })

const PAYS: Conduct = { does: 'pay' }

const CARDS: Record<string, TestCard> = {
  pm_card_visa: visa('4242', PAYS),
  pm_card_mastercard: { brand: 'mastercard', last4: '4444', conduct: PAYS },
  ...decliningCards(),
  pm_card_authenticationRequired: visa('3184', { does: 'ask_buyer' }),
  pm_card_threeDSecure2Required: visa('3220', { does: 'ask_buyer' }),
  pm_card_threeDSecureRequired: visa('3063', { does: 'ask_buyer' }),
  pm_card_refundFail: visa('5126', {
    does: 'refund_late',
    begins: 'succeeded',
    turnsInto: 'failed',
  }),
  pm_card_pendingRefund: visa('7726', {
    does: 'refund_late',
    begins: 'pending',
    turnsInto: 'succeeded',
  }),
}

/** Stripe has each under two names, with and without the brand. */
function decliningCards(): Record<string, TestCard> {
  const endings: [ending: string, last4: string, conduct: Conduct][] = [
    ['', '0002', declined('generic_decline')],
    ['InsufficientFunds', '9995', declined('insufficient_funds', 'Your card has insufficient funds.')], // prettier-ignore
    ['LostCard', '9987', declined('lost_card')],
    ['StolenCard', '9979', declined('stolen_card')],
    ['ExpiredCard', '0069', { does: 'decline', code: 'expired_card', message: 'Your card has expired.' }], // prettier-ignore
    ['IncorrectCvc', '0127', { does: 'decline', code: 'incorrect_cvc', message: "Your card's security code is incorrect." }], // prettier-ignore
    ['ProcessingError', '0119', { does: 'decline', code: 'processing_error', message: 'An error occurred while processing your card. Try again in a little bit.' }], // prettier-ignore
  ]
  return Object.fromEntries(
    endings.flatMap(([ending, last4, conduct]) => [
      [`pm_card_chargeDeclined${ending}`, visa(last4, conduct)],
      [`pm_card_visa_chargeDeclined${ending}`, visa(last4, conduct)],
    ]),
  )
}

/** @throws Refusal for a method that there is not. */
export function conductOf(paymentMethod: string): Conduct {
  const card = Object.hasOwn(CARDS, paymentMethod) ? CARDS[paymentMethod] : undefined
  if (card === undefined) {
    throw invalidRequest(`No such PaymentMethod: '${paymentMethod}'`, {
      code: 'resource_missing',
      param: 'payment_method',
    })
  }
  return card.conduct
}

/** The card as it stands in answers. */
export function cardJson(paymentMethod: string): object {
  const { brand, last4 } = CARDS[paymentMethod] ?? { brand: 'visa', last4: '4242' }
  return { brand, country: 'US', exp_month: 12, exp_year: 2040, funding: 'credit', last4 }
}
