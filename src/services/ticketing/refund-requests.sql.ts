/** What was answered to refunds that were asked for under a key. */
import type { Queryable, Transaction } from '../../platform/postgres.ts'

/** Whose request it is: keys of one order and one person. */
export interface RefundRequestId {
  orderId: number
  userId: number
  idempotencyKey: string
}

export interface RefundRequest {
  refundIds: number[]
  ticketCount: number
  /** Of what was asked for. */
  digest: Buffer
}

/** @returns Undefined when nothing was taken back under this key. */
export async function findRefundRequest(
  db: Queryable,
  id: RefundRequestId,
): Promise<RefundRequest | undefined> {
  const [row] = await db.query<{
    request_digest: Buffer
    tickets_taken_back: number
    refund_ids: string[]
  }>(
    `select request_digest, tickets_taken_back, refund_ids from refund_requests
      where order_id = $1 and requested_by = $2 and idempotency_key = $3`,
    [id.orderId, id.userId, id.idempotencyKey],
  )
  return (
    row && {
      refundIds: row.refund_ids.map(Number),
      ticketCount: row.tickets_taken_back,
      digest: row.request_digest,
    }
  )
}

/**
 * Keeps an answer with its effect. Call it under the lock of the order.
 * @returns False when the key was used before.
 */
export async function keepRefundRequest(
  tx: Transaction,
  id: RefundRequestId,
  request: RefundRequest,
): Promise<boolean> {
  const kept = await tx.query(
    `insert into refund_requests (order_id, requested_by, idempotency_key, request_digest,
                                  tickets_taken_back, refund_ids)
       values ($1, $2, $3, $4, $5, $6) on conflict do nothing returning 1`,
    [
      ...[id.orderId, id.userId, id.idempotencyKey],
      ...[request.digest, request.ticketCount, request.refundIds],
    ],
  )
  return kept.length > 0
}
