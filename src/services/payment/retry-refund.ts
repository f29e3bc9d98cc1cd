/** A refund that the bank turned down is owed still; an admin has it tried again. */
import { AppError } from '../../kernel/errors.ts'
import type { Audit } from '../../platform/audit.ts'
import type { Database } from '../../platform/postgres.ts'
import { type Refund, reopenRefund } from './refunds.sql.ts'

export interface RetryRefundCommand {
  refundId: number
  /** The admin. */
  actorId: number
  requestId: string
}

/**
 * @returns The refund, requested anew: to the provider it is another one, of the same amount.
 * @throws AppError `not_found` when there is no such refund that failed.
 */
export async function retryRefund(
  deps: { db: Database; audit: Audit; wakeRefunds: () => void },
  { refundId, actorId, requestId }: RetryRefundCommand,
): Promise<Refund> {
  const reopened = await deps.db.transaction(async (tx) => {
    const refund = await reopenRefund(tx, refundId)
    if (refund === undefined) throw new AppError('not_found')
    await deps.audit(tx, {
      ...{ actorId, action: 'refund.retried', subjectType: 'refund', subjectId: refundId },
      after: { attempt: refund.attempt },
      requestId,
    })
    return refund
  })
  deps.wakeRefunds()
  return reopened
}
