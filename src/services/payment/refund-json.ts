import type { Static } from 'typebox'
import type { Refund as RefundSchema } from '../../contracts/payment.ts'
import { decimalFromCents } from '../../kernel/money.ts'
import type { Refund } from './refunds.sql.ts'

export const refundJson = (refund: Refund): Static<typeof RefundSchema> => ({
  refund_id: refund.refundId,
  order_id: refund.orderId,
  amount: decimalFromCents(refund.amountCents),
  currency: refund.currency,
  reason: refund.reason as Static<typeof RefundSchema>['reason'],
  status: refund.status,
  created_at: refund.createdAt.toISOString(),
  ...(refund.finishedAt === undefined ? {} : { finished_at: refund.finishedAt.toISOString() }),
})
