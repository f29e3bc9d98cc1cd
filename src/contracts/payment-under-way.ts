/** What ticketing and the payment service tell each other about payments that are under way. */

/** A payment that was started in the database. */
export interface StartedPayment {
  orderId: number
  userId: number
  eventId: number
  quantity: number
  amountCents: number
  currency: string
  attempt: number
  paymentMethod: string
  /** Undefined when the provider was not asked for an intent yet, or we do not know which it is. */
  intentId: string | undefined
}

/** One that is not settled, as it stands. */
export interface OpenPayment extends StartedPayment {
  /** The provider has said what the buyer has to do first. */
  isWaiting: boolean
  /** Nobody may pay it any more: what is in flight has to be voided. */
  isOver: boolean
  /** Why it is over. */
  overReason: 'expired' | 'event_cancelled'
}

/** What a buyer has to do before a payment goes on. */
export interface NextAction {
  type: string
  url?: string
  client_secret?: string
}

/** What became of a payment, in the words of settlement. */
export interface PaymentOutcome {
  outcome: 'captured' | 'free' | 'declined' | 'requires_action' | 'voided'
  /** The attempt that it is about. */
  attempt: number
  /** Undefined when the provider refused to have one. */
  intentId: string | undefined
  declineCode?: string | undefined
  nextAction?: NextAction | undefined
  /** Why it was voided: what the order is CANCELLED for. */
  reason?: 'expired' | 'given_back' | 'event_cancelled' | undefined
}

/**
 * Carries a payment out at the provider. Asking again about the same attempt does nothing twice.
 * @returns Undefined when nobody knows yet what became of it.
 */
export type Charge = (payment: StartedPayment) => Promise<PaymentOutcome | undefined>

/**
 * Makes sure at the provider that nothing more is captured.
 * @returns What is the case afterwards: voided, or captured when it was too late.
 */
export type VoidPayment = (
  payment: StartedPayment,
  reason: NonNullable<PaymentOutcome['reason']>,
) => Promise<PaymentOutcome>
