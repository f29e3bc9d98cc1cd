/** What tickets are printed from, and the printed ones. */
import { centsFromNumeric } from '../../kernel/money.ts'
import type { Queryable, Transaction } from '../../platform/postgres.ts'

/** After this a document that never came is asked for once more. */
const ASK_AGAIN_SECONDS = 60
/** How long a document is kept that nobody asks for again. */
const KEEP_DAYS = 14
/** Removed at a time, so that no drawing waits long for it. */
const REMOVED_MAX = 20

/** An order whose tickets can be printed: confirmed, with at least one that is good. */
export interface PrintableOrder {
  orderId: number
  userId: number
  eventId: number
  ticketTypeId: number
  /** Of one ticket. */
  priceCents: number
  /** Those that are good. */
  ticketCodes: string[]
}

/** @returns Undefined when there is no such order, or nothing to print. */
export async function findPrintableOrder(
  db: Queryable,
  orderId: number,
): Promise<PrintableOrder | undefined> {
  const [row] = await db.query<{
    user_id: number
    event_id: number
    ticket_type_id: number
    price: string
    ticket_codes: string[] | null
  }>(
    `select o.user_id, o.event_id, o.ticket_type_id,
            round(o.total_price / o.quantity, 2) as price,
            (select array_agg(t.ticket_code order by t.id) from tickets t
              where t.order_id = o.id and t.voided_at is null) as ticket_codes
       from orders o where o.id = $1 and o.status = 'CONFIRMED'`,
    [orderId],
  )
  if (!row?.ticket_codes) return undefined
  return {
    orderId,
    userId: row.user_id,
    eventId: row.event_id,
    ticketTypeId: row.ticket_type_id,
    priceCents: centsFromNumeric(row.price),
    ticketCodes: row.ticket_codes,
  }
}

/** @returns Undefined when this version is not drawn yet. */
export async function findDocument(
  db: Queryable,
  orderId: number,
  version: string,
): Promise<Buffer | undefined> {
  const [row] = await db.query<{ bytes: Buffer | null }>(
    'select bytes from ticket_documents where order_id = $1 and version = $2',
    [orderId, version],
  )
  return row?.bytes ?? undefined
}

/** Notes that this version is wanted. @returns False when it is being drawn already. */
export async function askForDocument(
  tx: Transaction,
  orderId: number,
  version: string,
): Promise<boolean> {
  const asked = await tx.query(
    `insert into ticket_documents as d (order_id, version) values ($1, $2)
       on conflict (order_id) do update
         set version = excluded.version, asked_at = now(), made_at = null, bytes = null
       where d.version <> excluded.version
          or (d.bytes is null and d.asked_at < now() - make_interval(secs => $3))
       returning 1`,
    [orderId, version, ASK_AGAIN_SECONDS],
  )
  return asked.length > 0
}

/** Keeps a drawn document. Whoever wants another version by now finds out and asks again. */
export async function keepDocument(
  tx: Transaction,
  document: { orderId: number; version: string; bytes: Buffer },
): Promise<void> {
  await tx.query(
    `update ticket_documents set version = $2, bytes = $3, made_at = now() where order_id = $1`,
    [document.orderId, document.version, document.bytes],
  )
  await tx.query(
    `delete from ticket_documents where order_id in (
       select order_id from ticket_documents
        where asked_at < now() - make_interval(days => $1)
        order by asked_at limit $2 for update skip locked)`,
    [KEEP_DAYS, REMOVED_MAX],
  )
}
