import type { Queryable } from '../../platform/postgres.ts'

/** The books of one event's sale, each counted for itself in one snapshot. Money in cents. */
export interface EventProof {
  eventId: number
  currency: string
  capacity: number
  held: number
  sold: number
  heldInOrders: number
  ticketsIssued: number
  ticketsRefunded: number
  paidCents: number
  capturedCents: number
  refundedCents: number
  refundsDueCents: number
  ledgerSalesCents: number
  ledgerRefundsDueCents: number
  ledgerProviderCents: number
  at: Date
}

/** @returns Undefined when there is no such event, or it is still a draft. */
export async function readProof(db: Queryable, eventId: number): Promise<EventProof | undefined> {
  const [row] = await db.query<Record<string, string> & { at: Date }>(
    `select p.*, e.currency, clock_timestamp() as at
       from event_proof p join event_sale_terms e on e.event_id = p.event_id
      where p.event_id = $1 and e.status <> 'draft'`,
    [eventId],
  )
  if (row === undefined) return undefined
  const number = (name: string) => Number(row[name])
  return {
    eventId,
    currency: row['currency'] ?? '',
    capacity: number('capacity'),
    held: number('held'),
    sold: number('sold'),
    heldInOrders: number('held_in_orders'),
    ticketsIssued: number('issued'),
    ticketsRefunded: number('tickets_refunded'),
    paidCents: number('paid_cents'),
    capturedCents: number('captured_cents'),
    refundedCents: number('refunded_cents'),
    refundsDueCents: number('refunds_due_cents'),
    ledgerSalesCents: number('ledger_sales_cents'),
    ledgerRefundsDueCents: number('ledger_refunds_due_cents'),
    ledgerProviderCents: number('ledger_provider_cents'),
    at: row.at,
  }
}

/** The next events to check after `afterEventId`, of those that ever sold something. */
export async function findEventsToProve(
  db: Queryable,
  afterEventId: number,
  limit: number,
): Promise<number[]> {
  const rows = await db.query<{ event_id: number }>(
    `select event_id from event_stock where event_id > $1 order by event_id limit $2`,
    [afterEventId, limit],
  )
  return rows.map((row) => row.event_id)
}
