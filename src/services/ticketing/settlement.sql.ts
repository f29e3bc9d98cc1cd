/** The statements that start, settle and end what has to be paid. See migrations/0003_payments.sql. */
import type { PaymentOutcome } from '../../contracts/payment-under-way.ts'
import type { Queryable } from '../../platform/postgres.ts'
import type { Stock } from './gate.ts'

/** Whether the payment of an order can be started, see `start_payments`. */
export type StartVerdict =
  | {
      verdict: 'start' | 'free'
      eventId: number
      quantity: number
      amountCents: number
      currency: string
      attempt: number
      intentId: string | undefined
      createdAt: Date
      expiresAt: Date
    }
  | {
      verdict:
        | (
            | 'confirmed'
            | 'in_progress'
            | 'expired'
            | 'event_cancelled'
            | 'not_pending'
            | 'not_found'
          )
        | ('key_reused' | 'replay' | 'replay_granted' | 'replay_declined')
      reason: string | undefined
    }

interface StartRow {
  n: number
  verdict: string
  reason: string | null
  event_id: number | null
  quantity: number | null
  amount_cents: number | null
  currency: string | null
  attempt: number
  provider_ref: string | null
  created_at: Date | null
  hold_expires_at: Date | null
}

const START_PAYMENTS = {
  name: 'start_payments',
  text: 'select * from start_payments($1::bigint[], $2::bigint[], $3::text[], $4::text[])',
}

/** In step with `requests`, which are about different orders; durable when this returns. */
export async function startPayments(
  db: Queryable,
  requests: readonly {
    orderId: number
    userId: number
    paymentMethod: string
    idempotencyKey?: string | undefined
  }[],
): Promise<StartVerdict[]> {
  const rows = await db.query<StartRow>(START_PAYMENTS, [
    requests.map((request) => request.orderId),
    requests.map((request) => request.userId),
    requests.map((request) => request.paymentMethod),
    requests.map((request) => request.idempotencyKey ?? null),
  ])
  return rows.map((row) =>
    row.verdict === 'start' || row.verdict === 'free'
      ? {
          verdict: row.verdict,
          eventId: row.event_id ?? 0,
          quantity: row.quantity ?? 0,
          amountCents: row.amount_cents ?? 0,
          currency: row.currency ?? '',
          attempt: row.attempt,
          intentId: row.provider_ref ?? undefined,
          createdAt: row.created_at ?? new Date(),
          expiresAt: row.hold_expires_at ?? new Date(),
        }
      : ({ verdict: row.verdict, reason: row.reason ?? undefined } as StartVerdict),
  )
}

/** For `settle_orders`. */
export interface Settlement extends PaymentOutcome {
  orderId: number
  userId: number
  eventId: number
  quantity: number
}

export interface NumberedSettlement extends Settlement {
  ticketIds: number[]
  ticketCodes: string[]
}

/** See `settle_orders`. */
export type SettleResult =
  'granted' | 'returned' | 'declined' | 'waiting' | 'released' | 'unchanged'

export interface SettledBatch {
  settledAt: Date
  stock: Stock
  results: SettleResult[]
  /** Why an order is CANCELLED, where it is; in step. */
  reasons: string[]
  /** Whether its buyer was told before that nobody knows yet; in step. */
  answered: boolean[]
}

interface StockRow {
  closed: string | null
  remaining: number
  type_ids: string[]
  type_remaining: number[]
}

const stockOf = (row: StockRow): Stock => ({
  remaining: row.remaining,
  closed: row.closed ?? undefined,
  byType: new Map(row.type_ids.map((id, n) => [Number(id), row.type_remaining[n] ?? 0])),
})

const SETTLE_ORDERS = {
  name: 'settle_orders',
  text: `select * from settle_orders($1::bigint, $2::bigint[], $3::text[], $4::integer[],
           $5::text[], $6::jsonb[], $7::bigint[], $8::bigint[], $9::text[])`,
}

/** The only place where money becomes tickets or goes back; durable when this returns. */
export async function settleOrders(
  db: Queryable,
  eventId: number,
  batch: readonly NumberedSettlement[],
): Promise<SettledBatch> {
  const [row] = await db.query<
    StockRow & { settled_at: Date; results: SettleResult[]; reasons: string[]; answered: boolean[] }
  >(SETTLE_ORDERS, [
    eventId,
    batch.map((each) => each.orderId),
    batch.map((each) => each.outcome),
    batch.map((each) => each.attempt),
    batch.map((each) => each.intentId ?? null),
    batch.map((each) => detailOf(each)),
    batch.flatMap((each) => each.ticketIds),
    batch.flatMap((each) => each.ticketIds.map(() => each.orderId)),
    batch.flatMap((each) => each.ticketCodes),
  ])
  if (row === undefined) throw new Error('settle_orders gives one row')
  return {
    settledAt: row.settled_at,
    stock: stockOf(row),
    results: row.results,
    reasons: row.reasons,
    answered: row.answered,
  }
}

function detailOf(outcome: PaymentOutcome): string | null {
  switch (outcome.outcome) {
    case 'declined':
      return JSON.stringify({ decline_code: outcome.declineCode })
    case 'requires_action':
      return JSON.stringify(outcome.nextAction)
    case 'voided':
      return JSON.stringify({ reason: outcome.reason })
    case 'captured':
    case 'free':
      return null
  }
}

/** Why holds are given up. */
export type ReleaseReason = 'expired' | 'given_back' | 'event_cancelled'

export interface Released {
  stock: Stock
  released: number[]
  /** Their payment is in flight: it has to be voided first. */
  busy: number[]
}

/** Gives the stock of holds back, unless their payment is in flight. */
export async function releaseOrders(
  db: Queryable,
  eventId: number,
  orderIds: readonly number[],
  reason: ReleaseReason,
): Promise<Released> {
  const [row] = await db.query<StockRow & { released: string[] | null; busy: string[] | null }>(
    'select * from release_orders($1::bigint, $2::bigint[], $3)',
    [eventId, orderIds, reason],
  )
  if (row === undefined) throw new Error('release_orders gives one row')
  return {
    stock: stockOf(row),
    released: (row.released ?? []).map(Number),
    busy: (row.busy ?? []).map(Number),
  }
}

/** Holds whose time is over and whose payment is not in flight, by event. */
export async function findExpiredHolds(
  db: Queryable,
  limit: number,
): Promise<{ eventId: number; orderIds: number[] }[]> {
  const rows = await db.query<{ event_id: number; order_ids: string[] }>(
    `select event_id, array_agg(id order by id) as order_ids
       from (select o.id, o.event_id from orders o
              where o.status = 'PENDING' and o.hold_expires_at <= clock_timestamp()
                and not exists (select 1 from payments p
                                 where p.order_id = o.id and is_in_flight(p.status))
              order by o.hold_expires_at limit $1) due
      group by event_id`,
    [limit],
  )
  return rows.map((row) => ({ eventId: row.event_id, orderIds: row.order_ids.map(Number) }))
}

/** Why a confirmed order's tickets are taken back. */
export type RefundReason = 'requested' | 'event_cancelled' | 'event_postponed'

export interface TakenBack {
  stock: Stock
  refundIds: number[]
  ticketCount: number
}

/**
 * Voids tickets and decides their refund.
 * @param ticketIds Undefined is all of all orders.
 */
export async function refundTickets(
  db: Queryable,
  command: {
    eventId: number
    orderIds: readonly number[]
    ticketIds: readonly number[] | undefined
    reason: RefundReason
    requestedBy: number | undefined
  },
): Promise<TakenBack> {
  const [row] = await db.query<StockRow & { refund_ids: string[] | null; ticket_count: number }>(
    'select * from refund_tickets($1::bigint, $2::bigint[], $3::bigint[], $4, $5::bigint)',
    [
      command.eventId,
      command.orderIds,
      command.ticketIds ?? null,
      command.reason,
      command.requestedBy ?? null,
    ],
  )
  if (row === undefined) throw new Error('refund_tickets gives one row')
  return {
    stock: stockOf(row),
    refundIds: (row.refund_ids ?? []).map(Number),
    ticketCount: row.ticket_count,
  }
}
