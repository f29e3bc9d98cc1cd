/** Carries a payment out at the provider. Asking again about the same attempt does nothing twice. */
import {
  PaymentRefusedError,
  type PaymentProvider,
  type PaymentState,
} from '../../platform/payments.ts'

/** A payment that is in flight. */
export interface Payment {
  orderId: number
  eventId: number
  amountCents: number
  currency: string
  attempt: number
  paymentMethod: string
  /** Undefined when the provider was not asked for an intent yet, or we do not know which it is. */
  intentId: string | undefined
}

/** What became of it, in the words of settlement. */
export interface Outcome {
  outcome: 'captured' | 'declined' | 'requires_action' | 'voided'
  attempt: number
  /** Undefined when the provider refused to have one. */
  intentId: string | undefined
  declineCode?: string
  nextAction?: { type: string; url?: string; client_secret?: string }
  reason?: 'expired' | 'given_back' | 'event_cancelled'
}

/** @returns Undefined when the provider does not know yet. @throws What the provider's client does. */
export async function chargePayment(
  provider: PaymentProvider,
  payment: Payment,
): Promise<Outcome | undefined> {
  const { orderId, attempt, paymentMethod } = payment
  const intentId = await intentOf(provider, payment)
  if (intentId instanceof PaymentRefusedError) {
    return { outcome: 'declined', attempt, intentId: undefined, declineCode: intentId.code }
  }
  const state = await provider.confirm({ intentId, orderId, attempt, paymentMethod })
  return outcomeOf(state, attempt, intentId)
}

/** The one intent of an order; asking for it again finds it again. */
export async function intentOf(
  provider: PaymentProvider,
  payment: Payment,
): Promise<string | PaymentRefusedError> {
  if (payment.intentId !== undefined) return payment.intentId
  try {
    return (await provider.createIntent(payment)).intentId
  } catch (error) {
    if (error instanceof PaymentRefusedError) return error
    throw error
  }
}

/** @returns Undefined for a state that settles nothing. */
export function outcomeOf(
  state: PaymentState,
  attempt: number,
  intentId: string,
): Outcome | undefined {
  switch (state.status) {
    case 'captured':
      return { outcome: 'captured', attempt, intentId }
    case 'declined':
      return { outcome: 'declined', attempt, intentId, declineCode: state.code }
    case 'requires_action':
      return { outcome: 'requires_action', attempt, intentId, nextAction: state.nextAction }
    case 'voided':
      return { outcome: 'voided', attempt, intentId }
    case 'processing':
    case 'unconfirmed':
      return undefined
  }
}
