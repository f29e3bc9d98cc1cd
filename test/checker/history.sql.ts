/** The shop's books after a run, row by row. */
import { TRIES_MAX } from '../../src/platform/outbox/jobs.ts'
import type { Database, Queryable } from '../../src/platform/postgres.ts'

export interface BookedOrder {
  id: number
  userId: number
  email: string
  eventId: number
  quantity: number
  totalCents: number
  priceCents: number
  status: string
  reason: string | null
  key: string | null
  placedAt: Date
  /** Null when it never was. */
  confirmedAt: Date | null
  /** All that there ever were. */
  ticketCodes: string[]
  voidedCodes: string[]
  /** Null when it never had to be paid. */
  payment: { status: string; intentId: string | null } | null
}

export interface BookedRefund {
  id: number
  orderId: number
  amountCents: number
  status: string
  refundRef: string | null
}

export interface BookedEvent {
  id: number
  capacity: number
  free: number
  maxPerUser: number
  isCancelled: boolean
}

export interface AuditRow {
  actorId: number
  action: string
  subjectId: number
  description: string | null
}

export interface Books {
  orders: BookedOrder[]
  refunds: BookedRefund[]
  /** Ids of what the provider told, each once. */
  inbox: string[]
  events: BookedEvent[]
  /** As `consumer/effect id`. */
  deadLetters: string[]
  /** What was written about events and orders. */
  audit: AuditRow[]
  /** Statements against the audit log that the database carried out, though it must not. */
  auditTampered: string[]
}

export async function readBooks(db: Database): Promise<Books> {
  const read = await db.transaction(async (tx) => {
    await tx.query('set transaction isolation level repeatable read, read only')
    return {
      orders: await tx.query<BookedOrder>(
        `select o.id, o.user_id as "userId", u.email, o.event_id as "eventId", o.quantity,
                (o.total_price * 100)::bigint as "totalCents", (y.price * 100)::bigint as "priceCents",
                o.status::text, o.reason, o.idempotency_key as key, o.created_at as "placedAt",
                o.confirmed_at as "confirmedAt",
                coalesce(array_agg(t.ticket_code::text order by t.id)
                  filter (where t.id is not null), '{}') as "ticketCodes",
                coalesce(array_agg(t.ticket_code::text order by t.id)
                  filter (where t.voided_at is not null), '{}') as "voidedCodes",
                (select jsonb_build_object('status', p.status, 'intentId', p.provider_ref)
                   from payments p where p.order_id = o.id) as payment
           from orders o join users u on u.id = o.user_id
           join ticket_types y on y.id = o.ticket_type_id
           left join tickets t on t.order_id = o.id
          group by o.id, u.id, y.id`,
      ),
      refunds: await tx.query<BookedRefund>(
        `select id, order_id as "orderId", (amount * 100)::bigint as "amountCents", status::text,
                provider_ref as "refundRef" from refunds`,
      ),
      inbox: (await tx.query<{ id: string }>('select id from webhook_inbox')).map((row) => row.id),
      events: await tx.query<BookedEvent>(
        `select e.id, i.capacity, i.capacity - i.held - i.sold as free, e.max_per_user as "maxPerUser",
                e.status = 'cancelled' as "isCancelled"
           from events e join event_inventory i on i.event_id = e.id`,
      ),
      deadLetters: (
        await tx.query<{ name: string }>(
          `select consumer || '/' || (effect ->> 'id') as name from jobs where tries >= $1 order by 1`,
          [TRIES_MAX],
        )
      ).map((row) => row.name),
      audit: await tx.query<AuditRow>(
        `select actor_id as "actorId", action, subject_id as "subjectId",
                after ->> 'description' as description
           from audit_log where subject_type in ('event', 'order') order by id`,
      ),
    }
  })
  return { ...read, auditTampered: await tamperWithAudit(db) }
}

class Undone extends Error {}

/** Tries what must be refused, and takes it back where it was not. */
async function tamperWithAudit(db: Database): Promise<string[]> {
  const carriedOut: string[] = []
  for (const statement of [
    `update audit_log set action = 'nothing'`,
    'delete from audit_log',
    'truncate audit_log cascade',
    `update audit_chain set hash = ''`,
    'delete from audit_chain',
  ]) {
    await db
      .transaction(async (tx: Queryable) => {
        await tx.query(statement)
        carriedOut.push(statement)
        throw new Undone()
      })
      .catch((error: unknown) => {
        if (!(error instanceof Undone) && !/append-only/.test(String(error))) throw error
      })
  }
  return carriedOut
}
