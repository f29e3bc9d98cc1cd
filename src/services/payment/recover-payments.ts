/**
 * Settles what a crash, a slow provider or a silent buyer left open, by asking the provider. Any
 * number of these may run: each payment is handed to one of them at a time, and settling twice has
 * no effect.
 */
import type { Logger } from 'pino'
import type { OpenPayment, PaymentOutcome } from '../../contracts/payment-under-way.ts'
import { PaymentRefusedError, type PaymentProvider } from '../../platform/payments.ts'
import { type Repetition, repeat } from '../../platform/repeat.ts'
import { chargePayment, intentOf, outcomeOf } from './charge-payment.ts'
import { voidPayment } from './void-payment.ts'

export interface RecoveryDeps {
  provider: PaymentProvider
  /** Payments that are to be asked after now, each handed to one caller for some seconds. */
  claimOpenPayments: (limit: number) => Promise<OpenPayment[]>
  settle: (payment: OpenPayment, outcome: PaymentOutcome) => Promise<void>
  logger: Logger
}

const EVERY_MS = 1_000
const PAYMENTS_PER_ROUND = 100
/** At the provider at the same time: enough to catch up, few enough to leave room for buyers. */
const AT_ONCE = 10

export function startRecovery(deps: RecoveryDeps): Repetition {
  return repeat({
    everyMs: EVERY_MS,
    async work() {
      const payments = await deps.claimOpenPayments(PAYMENTS_PER_ROUND)
      const queue = [...payments]
      const work = async () => {
        for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
          await recover(deps, next)
        }
      }
      await Promise.all(Array.from({ length: AT_ONCE }, work))
      return payments.length === PAYMENTS_PER_ROUND ? { pauseMs: 0 } : undefined
    },
    onError: (error) => {
      deps.logger.warn({ err: error }, 'open payments will be looked at again')
    },
  })
}

async function recover(deps: RecoveryDeps, payment: OpenPayment): Promise<void> {
  try {
    const outcome = await findOutcome(deps.provider, payment)
    if (outcome !== undefined) await deps.settle(payment, outcome)
  } catch (error) {
    // One that the provider cannot answer for must not hold up the others.
    deps.logger.warn({ err: error, order: payment.orderId }, 'payment stays open')
  }
}

async function findOutcome(
  provider: PaymentProvider,
  payment: OpenPayment,
): Promise<PaymentOutcome | undefined> {
  const intentId = await intentOf(provider, payment)
  if (intentId instanceof PaymentRefusedError) return await chargePayment(provider, payment)
  const known = { ...payment, intentId }
  const state = await provider.retrieve(intentId)
  switch (state.status) {
    case 'captured':
    case 'voided': {
      const outcome = outcomeOf(state, payment.attempt, intentId)
      return outcome && { ...outcome, reason: payment.overReason }
    }
    case 'declined':
    case 'requires_action':
    case 'unconfirmed':
      // What the buyer is sent to do, or has failed to do, is this attempt's.
      if (payment.isWaiting && !(payment.isOver && state.status === 'requires_action')) {
        return outcomeOf(state, payment.attempt, intentId)
      }
      // Whoever started it may have died before it asked the provider, and what is told may be of an
      // attempt before. Asked under the key of this attempt, the provider says what is true of it.
      if (payment.isOver) return await voidPayment(provider, known, payment.overReason)
      return await chargePayment(provider, known)
    case 'processing':
      return undefined
  }
}
