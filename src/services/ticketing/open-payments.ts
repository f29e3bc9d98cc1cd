/** What ticketing tells the payment service about orders, and does when it knows more. */
import type { OpenPayment, PaymentOutcome } from '../../contracts/payment-under-way.ts'
import type { Database } from '../../platform/postgres.ts'
import type { Batcher } from './batcher.ts'
import { findRefundableOrder } from './orders.sql.ts'
import {
  checkPaymentSoon,
  claimOpenPayments,
  findCancelledEvent,
  findPayment,
  findUnsettledPayments,
} from './payments.sql.ts'
import type { Settled } from './settle-batch.ts'
import type { Settlement } from './settlement.sql.ts'

export function createOpenPayments(deps: {
  db: Database
  settlements: Batcher<Settlement, Settled>
}) {
  const { db, settlements } = deps
  return {
    claimOpenPayments: async (limit: number) => await claimOpenPayments(db, limit),
    findUnsettled: async (orderIds: readonly number[]) => await findUnsettledPayments(db, orderIds),
    findIntent: async (orderId: number) => (await findPayment(db, { orderId }))?.intentId,
    checkSoon: async (orderId: number) => {
      await checkPaymentSoon(db, orderId)
    },
    settle: async (payment: OpenPayment, outcome: PaymentOutcome) => {
      await settlements.submit(payment.eventId, { ...payment, ...outcome })
    },
    ownersOfOrder: async (orderId: number) => await findRefundableOrder(db, orderId),
    organizerOfCancelled: async (eventId: number) => await findCancelledEvent(db, eventId),
  }
}
