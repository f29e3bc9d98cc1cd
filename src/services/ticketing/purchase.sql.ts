/** The statements of the purchase path. See migrations/0002_place_orders.sql for what decides. */
import { centsFromNumeric } from '../../kernel/money.ts'
import type { Queryable, Transaction } from '../../platform/postgres.ts'
import type { Stock } from './gate.ts'
import type { IdBlock } from './id-blocks.ts'

/** A request as the database takes it, with the ids chosen for it. */
export interface NumberedPurchase {
  orderId: number
  userId: number
  ticketTypeId: number | undefined
  quantity: number
  isHold: boolean
  /** Undefined when none was named and there is no other. */
  paymentMethod: string | undefined
  idempotencyKey: string | undefined
  digest: Buffer | undefined
  ticketIds: number[]
  ticketCodes: string[]
}

/** Why the database refused, see `place_orders`. */
export interface BatchRefusal {
  /** Zero-based place in the batch. */
  place: number
  why: string
  detail: number | undefined
}

export interface BatchResult {
  placedAt: Date
  /** Until when what has to be paid is held. */
  expiresAt: Date
  currency: string
  /** Undefined when there is no such event. */
  stock: Stock | undefined
  /** Price of one ticket in cents, by ticket type. */
  priceCents: ReadonlyMap<number, number>
  refusals: BatchRefusal[]
}

/** The sequences count in steps of a block; each number is the first id of one. */
export async function fetchIdBlocks(
  db: Queryable,
  sequence: 'orders_id_seq' | 'tickets_id_seq',
  atLeast: number,
): Promise<IdBlock[]> {
  return await db.query<IdBlock>(
    `select nextval($1::regclass) as first, s.seqincrement as size
       from pg_sequence s,
            generate_series(1, greatest(1, ceil($2::numeric / s.seqincrement))::integer)
      where s.seqrelid = $1::regclass`,
    [sequence, atLeast],
  )
}

interface PlaceOrdersRow {
  placed_at: Date | null
  expires_at: Date | null
  currency: string | null
  closed: string | null
  remaining: number | null
  type_ids: string[] | null
  type_cents: string[] | null
  type_remaining: number[] | null
  refused_at: number[] | null
  refused_why: string[] | null
  refused_detail: (string | null)[] | null
}

const PLACE_ORDERS = {
  name: 'place_orders',
  text: `select * from place_orders($1::bigint, $2::bigint[], $3::bigint[], $4::bigint[],
           $5::integer[], $6::boolean[], $7::text[], $8::text[], $9::bytea[], $10::bigint[],
           $11::bigint[], $12::text[])`,
}

/**
 * An array as PostgreSQL writes it, for elements of our own making. What a buyer sent goes through
 * the driver, which quotes and escapes each element.
 */
const arrayOf = (elements: readonly (number | string)[]): string => `{${elements.join(',')}}`

/** Decides a batch for one event; durable when this returns. */
export async function placeOrders(
  db: Queryable,
  eventId: number,
  batch: readonly NumberedPurchase[],
): Promise<BatchResult> {
  const rows = await db.query<PlaceOrdersRow>(PLACE_ORDERS, [
    eventId,
    arrayOf(batch.map((purchase) => purchase.orderId)),
    arrayOf(batch.map((purchase) => purchase.userId)),
    arrayOf(batch.map((purchase) => purchase.ticketTypeId ?? 'NULL')),
    arrayOf(batch.map((purchase) => purchase.quantity)),
    arrayOf(batch.map((purchase) => (purchase.isHold ? 't' : 'f'))),
    batch.map((purchase) => purchase.paymentMethod ?? null),
    batch.map((purchase) => purchase.idempotencyKey ?? null),
    batch.map((purchase) => purchase.digest ?? null),
    arrayOf(batch.flatMap((purchase) => purchase.ticketIds)),
    arrayOf(batch.flatMap((purchase) => purchase.ticketIds.map(() => purchase.orderId))),
    arrayOf(batch.flatMap((purchase) => purchase.ticketCodes)),
  ])
  return resultOf(rows[0] as PlaceOrdersRow)
}

const optionalNumber = (text: string | null | undefined): number | undefined =>
  text === null || text === undefined ? undefined : Number(text)

function resultOf(row: PlaceOrdersRow): BatchResult {
  const typeIds = (row.type_ids ?? []).map(Number)
  return {
    placedAt: row.placed_at ?? new Date(),
    expiresAt: row.expires_at ?? new Date(),
    currency: row.currency ?? '',
    stock:
      row.remaining === null
        ? undefined
        : {
            remaining: row.remaining,
            closed: row.closed ?? undefined,
            byType: new Map(typeIds.map((id, n) => [id, row.type_remaining?.[n] ?? 0])),
          },
    priceCents: new Map(typeIds.map((id, n) => [id, Number(row.type_cents?.[n])])),
    refusals: (row.refused_at ?? []).map((at, n) => ({
      place: at - 1,
      why: row.refused_why?.[n] ?? '',
      detail: optionalNumber(row.refused_detail?.[n]),
    })),
  }
}

interface ExistingOrder {
  totalPriceCents: number
  createdAt: Date
  expiresAt: Date | undefined
  currency: string
}

/**
 * Which of these orders exist, asked under the event's lock, so that a batch whose answer was lost
 * has either committed or can no longer be on its way when this answers.
 */
export async function existingOrders(
  tx: Transaction,
  eventId: number,
  orderIds: readonly number[],
): Promise<Map<number, ExistingOrder>> {
  await tx.query('select 1 from event_inventory where event_id = $1 for update', [eventId])
  const rows = await tx.query<{
    id: number
    total_price: string
    created_at: Date
    hold_expires_at: Date | null
    currency: string
  }>(
    `select o.id, o.total_price, o.created_at, o.hold_expires_at, s.currency
       from orders o join event_sale_state s on s.event_id = o.event_id
      where o.id = any($1)`,
    [orderIds],
  )
  return new Map(
    rows.map((row) => [
      row.id,
      {
        totalPriceCents: centsFromNumeric(row.total_price),
        createdAt: row.created_at,
        expiresAt: row.hold_expires_at ?? undefined,
        currency: row.currency,
      },
    ]),
  )
}

/** @returns Undefined when there is no such event. */
export async function readStock(db: Queryable, eventId: number): Promise<Stock | undefined> {
  const rows = await db.query<{
    remaining: number
    closed: string | null
    type_ids: string[] | null
    type_remaining: number[] | null
  }>(
    {
      name: 'read_stock',
      text: `select remaining, closed, type_ids, type_remaining
               from event_sale_state where event_id = $1`,
    },
    [eventId],
  )
  const row = rows[0]
  if (row === undefined) return undefined
  return {
    remaining: row.remaining,
    closed: row.closed ?? undefined,
    byType: new Map(
      (row.type_ids ?? []).map((id, n) => [Number(id), row.type_remaining?.[n] ?? 0]),
    ),
  }
}
