/** Cards to try paying with, where the payment simulator takes the payments. */

export type CardName =
  'visa' | 'mastercard' | 'authentication' | 'declined' | 'insufficientFunds' | 'expired' | 'wrongCode' | 'bankFault' // prettier-ignore

export interface TestCard {
  /** As the simulator calls it. */
  method: string
  brand: 'Visa' | 'Mastercard'
  lastFour: string
  /** What will happen. */
  name: CardName
}

const visa = (method: string, lastFour: string, name: CardName): TestCard => ({
  ...{ method: `pm_card_${method}`, brand: 'Visa', lastFour, name },
})

export const TEST_CARDS: readonly TestCard[] = [
  visa('visa', '4242', 'visa'),
  { ...visa('mastercard', '4444', 'mastercard'), brand: 'Mastercard' },
  visa('authenticationRequired', '3184', 'authentication'),
  visa('chargeDeclined', '0002', 'declined'),
  visa('chargeDeclinedInsufficientFunds', '9995', 'insufficientFunds'),
  visa('chargeDeclinedExpiredCard', '0069', 'expired'),
  visa('chargeDeclinedIncorrectCvc', '0127', 'wrongCode'),
  visa('chargeDeclinedProcessingError', '0119', 'bankFault'),
]

export const isTestCard = (method: string): boolean =>
  TEST_CARDS.some((card) => card.method === method)
