/** What the provider told us, kept before it is acknowledged. */
import type { ProviderMessage } from '../../platform/payments.ts'
import type { Queryable } from '../../platform/postgres.ts'

/** After so many tries a message stays as it is, for a person to look at. */
const INBOX_TRIES_MAX = 8

export interface StoredMessage {
  id: string
  type: string
  /** Of the payment that it is about. */
  intentId: string | null
  payload: object
}

/** Copies of one message are kept once. */
export async function keepMessages(
  db: Queryable,
  messages: readonly ProviderMessage[],
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
export async function claimMessages(db: Queryable, limit: number): Promise<StoredMessage[]> {
  return await db.query<StoredMessage>(
    `update webhook_inbox set tries = tries + 1,
            run_at = clock_timestamp() + make_interval(secs => 10 * power(2, tries))
      where id in (select id from webhook_inbox
                    where handled_at is null and run_at <= clock_timestamp() and tries < $2
                    order by run_at limit $1 for update skip locked)
      returning id, type, intent_id as "intentId", payload`,
    [limit, INBOX_TRIES_MAX],
  )
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
export async function forgetMessages(db: Queryable): Promise<void> {
  await db.query(
    `delete from webhook_inbox where handled_at < clock_timestamp() - interval '30 days'`,
  )
}
