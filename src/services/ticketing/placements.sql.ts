/** What was placed under an Idempotency-Key, so that asking again gives the same answer. */
import { centsFromNumeric } from '../../kernel/money.ts'
import type { NextAction } from '../../contracts/payment-under-way.ts'
import type { Queryable } from '../../platform/postgres.ts'

/** An order as it was placed, and what became of its payment if it was to be paid at once. */
export interface Placement {
  orderId: number
  eventId: number
  quantity: number
  totalPriceCents: number
  createdAt: Date
  isHold: boolean
  /** Undefined when it never had to be paid. */
  expiresAt: Date | undefined
  isConfirmed: boolean
  status: 'PENDING' | 'CONFIRMED' | 'CANCELLED'
  reason: string | undefined
  firstAnswer: FirstAnswer | undefined
  declineCode: string | undefined
  /** All that were issued, also those that are void by now. */
  ticketCodes: string[]
  /** Empty when it was placed without a key. */
  digest: Buffer
}

/** What the buyer of an order that could not be paid at once was told. */
export interface FirstAnswer {
  status: 201 | 202
  next_action?: NextAction
}

interface PlacementRow {
  id: number
  event_id: number
  quantity: number
  total_price: string
  created_at: Date
  is_hold: boolean
  hold_expires_at: Date | null
  confirmed_at: Date | null
  status: Placement['status']
  reason: string | null
  first_answer: FirstAnswer | null
  decline_code: string | null
  request_digest: Buffer | null
  ticket_codes: string[] | null
}

const PLACEMENT = `o.id, o.event_id, o.quantity, o.total_price, o.created_at, o.is_hold,
  o.hold_expires_at, o.confirmed_at, o.status, o.reason, o.first_answer, o.request_digest,
  (select p.decline_code from payments p where p.order_id = o.id) as decline_code,
  (select array_agg(t.ticket_code order by t.id) from tickets t where t.order_id = o.id) as ticket_codes`

const FIND_PLACEMENTS = {
  name: 'find_placements',
  // `limit 1` keeps it a lookup for each key, whatever the planner knew when it first met it.
  text: `select k.n, ${PLACEMENT}
           from unnest($1::bigint[], $2::text[]) with ordinality as k(user_id, key, n)
          cross join lateral (
            select * from orders o where o.user_id = k.user_id and o.idempotency_key = k.key limit 1
          ) o`,
}

/** For each (user, key): the order that was placed under it, or undefined. */
export async function findPlacements(
  db: Queryable,
  keys: readonly { userId: number; idempotencyKey: string }[],
): Promise<(Placement | undefined)[]> {
  const rows = await db.query<PlacementRow & { n: number }>(FIND_PLACEMENTS, [
    keys.map((key) => key.userId),
    keys.map((key) => key.idempotencyKey),
  ])
  const found: (Placement | undefined)[] = keys.map(() => undefined)
  for (const row of rows) found[row.n - 1] = placementOf(row)
  return found
}

/** @returns How this order was placed, with or without a key. */
export async function findPlacementOf(
  db: Queryable,
  orderId: number,
): Promise<Placement | undefined> {
  const [row] = await db.query<PlacementRow>(`select ${PLACEMENT} from orders o where o.id = $1`, [
    orderId,
  ])
  return row && placementOf(row)
}

const placementOf = (row: PlacementRow): Placement => ({
  orderId: row.id,
  eventId: row.event_id,
  quantity: row.quantity,
  totalPriceCents: centsFromNumeric(row.total_price),
  createdAt: row.created_at,
  isHold: row.is_hold,
  expiresAt: row.hold_expires_at ?? undefined,
  isConfirmed: row.confirmed_at !== null,
  status: row.status,
  reason: row.reason ?? undefined,
  firstAnswer: row.first_answer ?? undefined,
  declineCode: row.decline_code ?? undefined,
  ticketCodes: row.ticket_codes ?? [],
  digest: row.request_digest ?? Buffer.alloc(0),
})

/**
 * Keeps what the buyer of a PENDING order is told now.
 * @returns False when it is settled or was answered meanwhile: look again.
 */
export async function recordFirstAnswer(
  db: Queryable,
  orderId: number,
  answer: FirstAnswer,
): Promise<boolean> {
  const rows = await db.query(
    `update orders set first_answer = $2
      where id = $1 and first_answer is null and status = 'PENDING' returning 1`,
    [orderId, JSON.stringify(answer)],
  )
  return rows.length > 0
}
