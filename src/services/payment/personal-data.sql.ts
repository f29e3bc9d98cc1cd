/** What the payment service has about a person: the money of their orders. */
import type { PersonalData } from '../../platform/personal-data.ts'
import type { Queryable } from '../../platform/postgres.ts'

export const paymentPersonalData = (db: Queryable): PersonalData => ({
  collect: async (userId) => ({
    refunds: await db.query(
      `select r.id as refund_id, r.order_id, r.event_id, r.amount, r.currency, r.reason, r.status,
              r.requested_by = $1 as is_requested_by_you, r.provider_ref, r.created_at, r.finished_at
         from refunds r join order_buyers b on b.order_id = r.order_id
        where b.user_id = $1 order by r.id`,
      [userId],
    ),
    refunds_requested_for_others: await db.query(
      `select r.id as refund_id, r.order_id, r.event_id, r.amount, r.currency, r.created_at
         from refunds r join order_buyers b on b.order_id = r.order_id
        where r.requested_by = $1 and b.user_id <> $1 order by r.id`,
      [userId],
    ),
    ledger: await db.query(
      `select l.at, l.event_id, l.order_id, l.refund_id, l.debit, l.credit, l.amount, l.currency
         from ledger l join order_buyers b on b.order_id = l.order_id
        where b.user_id = $1 order by l.id`,
      [userId],
    ),
  }),
})
