/** What the provider told us, kept before it is acknowledged. */
import type { Queryable, Transaction } from '../../platform/postgres.ts'

/** After so many tries a message stays as it is, for a person to look at. */
const INBOX_TRIES_MAX = 8

/** Copies of one message are kept once. */
export async function keepMessages(
  db: Queryable,
  messages: readonly { id: string; type: string; intentId: string | undefined; payload: object }[],
): Promise<void> {
  await db.query(
    `insert into webhook_inbox (id, type, intent_id, payload)
       select * from unnest($1::text[], $2::text[], $3::text[], $4::jsonb[])
       on conflict (id) do nothing`,
    [
      messages.map((message) => message.id),
      messages.map((message) => message.type),
      messages.map((message) => message.intentId ?? null),
      messages.map((message) => JSON.stringify(message.payload)),
    ],
  )
}

/** Messages that are due, each handed to one caller for some seconds. */
export async function claimMessages(
  db: Queryable,
  limit: number,
): Promise<{ id: string; type: string; intentId: string | undefined; payload: object }[]> {
  const rows = await db.query<{
    id: string
    type: string
    intent_id: string | null
    payload: object
  }>(
    `update webhook_inbox set tries = tries + 1,
            run_at = clock_timestamp() + make_interval(secs => 10 * power(2, tries))
      where id in (select id from webhook_inbox
                    where handled_at is null and run_at <= clock_timestamp() and tries < $2
                    order by run_at limit $1 for update skip locked)
      returning id, type, intent_id, payload`,
    [limit, INBOX_TRIES_MAX],
  )
  return rows.map((row) => ({
    id: row.id,
    type: row.type,
    intentId: row.intent_id ?? undefined,
    payload: row.payload,
  }))
}

export async function markHandled(db: Queryable, ids: readonly string[]): Promise<void> {
  await db.query(
    'update webhook_inbox set handled_at = clock_timestamp(), last_error = null where id = any($1)',
    [ids],
  )
}

export async function markFailed(db: Queryable, id: string, reason: string): Promise<void> {
  await db.query('update webhook_inbox set last_error = $2 where id = $1', [
    id,
    reason.slice(0, 1_000),
  ])
}

/** Old messages that were handled are forgotten: the provider repeats none after three days. */
export async function forgetMessages(tx: Transaction | Queryable): Promise<void> {
  await tx.query(
    `delete from webhook_inbox where handled_at < clock_timestamp() - interval '30 days'`,
  )
}
