/** Who has to be told what becomes of an event. */
import type { Queryable } from '../../platform/postgres.ts'

/**
 * Users who have tickets for an event, or had them until it was cancelled, by id. Walks the index of
 * users and events, so that all pages together read it once.
 * @param afterUserId Where the page before ended; 0 to begin.
 */
export async function findBuyersOf(
  db: Queryable,
  eventId: number,
  afterUserId: number,
  limit: number,
): Promise<number[]> {
  const rows = await db.query<{ userId: number }>(
    `select distinct o.user_id as "userId" from orders o
      where o.event_id = $1 and o.user_id > $2
        and exists (select from tickets t
                     where t.order_id = o.id
                       and (t.voided_at is null or o.reason = 'event_cancelled'))
      order by o.user_id limit $3`,
    [eventId, afterUserId, limit],
  )
  return rows.map((row) => row.userId)
}
