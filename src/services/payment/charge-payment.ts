/** Carries a payment out at the provider. Asking again about the same attempt does nothing twice. */
import type { PaymentOutcome, StartedPayment } from '../../contracts/payment-under-way.ts'
import {
  PaymentRefusedError,
  type PaymentProvider,
  type PaymentState,
} from '../../platform/payments.ts'

/** @returns Undefined when the provider does not know yet. @throws What the provider's client does. */
export async function chargePayment(
  provider: PaymentProvider,
  payment: StartedPayment,
): Promise<PaymentOutcome | undefined> {
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
  payment: StartedPayment,
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
): PaymentOutcome | undefined {
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
