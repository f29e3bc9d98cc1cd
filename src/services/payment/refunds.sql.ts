/** Refunds and the ledger. */
import { centsFromNumeric, numericFromCents } from '../../kernel/money.ts'
import type { Queryable, Transaction } from '../../platform/postgres.ts'

export type RefundStatus = 'requested' | 'succeeded' | 'failed'

export interface Refund {
  refundId: number
  orderId: number
  eventId: number
  amountCents: number
  currency: string
  reason: string
  status: RefundStatus
  createdAt: Date
  finishedAt: Date | undefined
}

interface RefundRow {
  id: number
  order_id: number
  event_id: number
  amount: string
  currency: string
  reason: string
  status: RefundStatus
  created_at: Date
  finished_at: Date | null
}

const COLUMNS = 'id, order_id, event_id, amount, currency, reason, status, created_at, finished_at'

const refundOf = (row: RefundRow): Refund => ({
  refundId: row.id,
  orderId: row.order_id,
  eventId: row.event_id,
  amountCents: centsFromNumeric(row.amount),
  currency: row.currency,
  reason: row.reason,
  status: row.status,
  createdAt: row.created_at,
  finishedAt: row.finished_at ?? undefined,
})

export interface DueRefund extends Refund {
  /** Each is a refund of its own to the provider. */
  attempt: number
  /** Whether the provider was perhaps asked before. */
  isRepeated: boolean
}

/** Refunds that the provider is to be asked for now, each handed to one caller for some seconds. */
export async function claimRefunds(db: Queryable, limit: number): Promise<DueRefund[]> {
  const rows = await db.query<RefundRow & { attempt: number; tries: number }>(
    `update refunds set tries = tries + 1,
            run_at = clock_timestamp() + make_interval(secs => least(600, 15 * power(2, tries)))
      where id in (select id from refunds where status = 'requested' and run_at <= clock_timestamp()
                    order by run_at limit $1 for update skip locked)
      returning ${COLUMNS}, attempt, tries`,
    [limit],
  )
  return rows.map((row) => ({
    ...refundOf(row),
    attempt: row.attempt,
    isRepeated: row.tries > 1,
  }))
}

export async function noteRefundFault(
  db: Queryable,
  refundId: number,
  reason: string,
): Promise<void> {
  await db.query('update refunds set last_error = $2 where id = $1', [
    refundId,
    reason.slice(0, 1_000),
  ])
}

/** What became of an attempt. */
export interface RefundVerdict {
  refundId: number
  attempt: number
  refundRef: string
  status: 'succeeded' | 'failed'
}

/**
 * Keeps what became of a refund, and books it. What was told before changes nothing, nor what is told
 * of an attempt that was followed by another; one that failed after it had succeeded is owed again.
 * @returns The refund if this changed it.
 */
export async function finishRefund(
  tx: Transaction,
  told: RefundVerdict,
): Promise<Refund | undefined> {
  const [before] = await tx.query<RefundRow>(
    `select ${COLUMNS} from refunds where id = $1 and attempt = $2 for update`,
    [told.refundId, told.attempt],
  )
  if (before === undefined || before.status === told.status) return undefined
  // The last word of the provider is that it failed: nothing told earlier may come after it.
  if (before.status === 'failed') return undefined
  const [row] = await tx.query<RefundRow>(
    `update refunds set status = $2, provider_ref = $3, finished_at = clock_timestamp(), last_error = null
      where id = $1 returning ${COLUMNS}`,
    [told.refundId, told.status, told.refundRef],
  )
  if (row === undefined) return undefined
  const refund = refundOf(row)
  if (told.status === 'succeeded') await book(tx, refund, ['refunds_due', 'provider'])
  else if (before.status === 'succeeded') await book(tx, refund, ['provider', 'refunds_due'])
  return refund
}

async function book(
  tx: Transaction,
  refund: Refund,
  [debit, credit]: [debit: string, credit: string],
): Promise<void> {
  await tx.query(
    `insert into ledger (event_id, order_id, refund_id, debit, credit, amount, currency)
       values ($1, $2, $3, $4, $5, $6, $7)`,
    [
      refund.eventId,
      refund.orderId,
      refund.refundId,
      debit,
      credit,
      numericFromCents(refund.amountCents),
      refund.currency,
    ],
  )
}

export async function findRefund(db: Queryable, refundId: number): Promise<Refund | undefined> {
  const [row] = await db.query<RefundRow>(`select ${COLUMNS} from refunds where id = $1`, [
    refundId,
  ])
  return row && refundOf(row)
}

/** The refunds of an order, the first one first. */
export async function findRefundsOf(db: Queryable, orderId: number): Promise<Refund[]> {
  const rows = await db.query<RefundRow>(
    `select ${COLUMNS} from refunds where order_id = $1 order by id`,
    [orderId],
  )
  return rows.map(refundOf)
}

/** Those that the bank turned down: owed still, the oldest first, from after `page.after`. */
export async function findFailedRefunds(
  db: Queryable,
  page: { limit: number; after: number | undefined },
): Promise<Refund[]> {
  const rows = await db.query<RefundRow>(
    `select ${COLUMNS} from refunds
      where status = 'failed' and ($1::bigint is null or id > $1) order by id limit $2`,
    [page.after ?? null, page.limit],
  )
  return rows.map(refundOf)
}

export async function countFailedRefunds(db: Queryable): Promise<number> {
  const [row] = await db.query<{ failed: number }>(
    `select count(*) as failed from refunds where status = 'failed'`,
  )
  return row?.failed ?? 0
}

/** Makes one that failed due again, as its next attempt. @returns Undefined when it has not failed. */
export async function reopenRefund(
  tx: Transaction,
  refundId: number,
): Promise<DueRefund | undefined> {
  const [row] = await tx.query<RefundRow & { attempt: number }>(
    `update refunds set status = 'requested', attempt = attempt + 1, tries = 0,
            run_at = clock_timestamp(), finished_at = null
      where id = $1 and status = 'failed' returning ${COLUMNS}, attempt`,
    [refundId],
  )
  return row && { ...refundOf(row), attempt: row.attempt, isRepeated: false }
}

/** How far a cancelled event has given everything back. */
export interface CancellationProgress {
  /** Tickets and holds that are still to be taken back. */
  ticketsLeft: number
  requested: number
  succeeded: number
  failed: number
  /** What went back, and what is still owed. */
  refundedCents: number
  dueCents: number
}

export async function findCancellationProgress(
  db: Queryable,
  eventId: number,
): Promise<CancellationProgress> {
  const [row] = await db.query<{
    tickets_left: number
    requested: number
    succeeded: number
    failed: number
    refunded: string
    due: string
  }>(
    `select coalesce((select s.held + s.sold from event_stock s where s.event_id = $1), 0) as tickets_left,
            count(*) filter (where status = 'requested') as requested,
            count(*) filter (where status = 'succeeded') as succeeded,
            count(*) filter (where status = 'failed') as failed,
            coalesce(sum(amount) filter (where status = 'succeeded'), 0) as refunded,
            coalesce(sum(amount) filter (where status <> 'succeeded'), 0) as due
       from refunds where event_id = $1`,
    [eventId],
  )
  return {
    ticketsLeft: row?.tickets_left ?? 0,
    requested: row?.requested ?? 0,
    succeeded: row?.succeeded ?? 0,
    failed: row?.failed ?? 0,
    refundedCents: centsFromNumeric(row?.refunded ?? '0'),
    dueCents: centsFromNumeric(row?.due ?? '0'),
  }
}
