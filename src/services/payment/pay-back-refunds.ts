/**
 * Pays refunds back at the provider. A refund is decided in the transaction that takes the tickets;
 * from then on it is owed, and is asked for under the same key until the provider has answered,
 * however long that takes. A key does not always help: a failure is kept under it too, and one day it
 * is forgotten. So whoever asks again looks first whether it was carried out. What the bank turned down
 * stays owed until an admin has it tried again (retry-refund.ts).
 */
import type { Logger } from 'pino'
import type { PaymentProvider } from '../../platform/payments.ts'
import { publish } from '../../platform/outbox/publish.ts'
import type { Database } from '../../platform/postgres.ts'
import { type Repetition, repeat } from '../../platform/repeat.ts'
import {
  type DueRefund,
  type RefundVerdict,
  claimRefunds,
  finishRefund,
  noteRefundFault,
} from './refunds.sql.ts'

export interface PayBackDeps {
  db: Database
  provider: PaymentProvider
  /** The payment intent of an order. */
  findIntent: (orderId: number) => Promise<string | undefined>
  /** Called when a message waits in the outbox. */
  onPublished: () => void
  logger: Logger
}

const EVERY_MS = 1_000
const REFUNDS_PER_ROUND = 100
/** At the provider at the same time, beside those who pay. */
const AT_ONCE = 10

/** `wake` says that refunds were decided. */
export function startPayingBack(deps: PayBackDeps): Repetition {
  return repeat({
    everyMs: EVERY_MS,
    async work() {
      const refunds = await claimRefunds(deps.db, REFUNDS_PER_ROUND)
      const queue = [...refunds]
      const work = async () => {
        for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
          await payBack(deps, next)
        }
      }
      await Promise.all(Array.from({ length: AT_ONCE }, work))
      return refunds.length === REFUNDS_PER_ROUND ? { pauseMs: 0 } : undefined
    },
    onError: (error) => {
      deps.logger.warn({ err: error }, 'refunds will be tried again')
    },
  })
}

async function payBack(deps: PayBackDeps, refund: DueRefund): Promise<void> {
  const { refundId, attempt, orderId, amountCents, currency } = refund
  try {
    const intentId = await deps.findIntent(orderId)
    if (intentId === undefined) throw new Error(`order ${orderId} has no payment to give back`)
    const about = { refundId, attempt, intentId }
    const known = refund.isRepeated ? await deps.provider.findRefund(about) : undefined
    const told = known ?? (await deps.provider.refund({ ...about, amountCents, currency }))
    // The provider sends a message when it knows.
    if (told.status === 'pending') return
    const { refundRef, status } = told
    await recordRefund(deps, { refundId, attempt, refundRef, status })
  } catch (error) {
    deps.logger.warn({ err: error, refund: refundId, order: orderId }, 'refund will be tried again')
    await noteRefundFault(deps.db, refundId, String(error))
  }
}

/** Keeps what the provider said about a refund, and tells the buyer when the money is on its way. */
export async function recordRefund(
  deps: Pick<PayBackDeps, 'db' | 'onPublished'>,
  told: RefundVerdict,
): Promise<void> {
  const published = await deps.db.transaction(async (tx) => {
    const refund = await finishRefund(tx, told)
    if (refund?.status !== 'succeeded') return false
    const { eventId, refundId } = refund
    await publish(tx, 'refunds.succeeded', { event_id: eventId, refund_ids: [refundId] })
    return true
  })
  if (published) deps.onPublished()
}
