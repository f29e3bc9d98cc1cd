import type { PaymentOutcome, StartedPayment } from '../../contracts/payment-under-way.ts'
import { AppError } from '../../kernel/errors.ts'
import { PaymentRefusedError, type PaymentProvider } from '../../platform/payments.ts'
import { intentOf, outcomeOf } from './charge-payment.ts'

/**
 * Makes sure at the provider that nothing more is captured, before the stock goes to somebody else.
 * @returns What is the case afterwards: voided, or captured when it was too late.
 * @throws AppError `unavailable` when the provider cannot say.
 */
export async function voidPayment(
  provider: PaymentProvider,
  payment: StartedPayment,
  reason: NonNullable<PaymentOutcome['reason']>,
): Promise<PaymentOutcome> {
  const intentId = await intentOf(provider, payment)
  // Without an intent there is nothing that could capture.
  if (intentId instanceof PaymentRefusedError) {
    return { outcome: 'voided', attempt: payment.attempt, intentId: undefined, reason }
  }
  const outcome = outcomeOf(await provider.cancel(intentId), payment.attempt, intentId)
  if (outcome?.outcome === 'captured') return outcome
  if (outcome?.outcome === 'voided') return { ...outcome, reason }
  throw new AppError('unavailable', {
    detail: 'The payment provider could not end this payment yet. Try again shortly.',
    retryAfterSeconds: 5,
  })
}
