/** What the event service has about a person: the events of an organizer. */
import { type PersonalData, tiesOf } from '../../platform/personal-data.ts'
import type { Queryable } from '../../platform/postgres.ts'

export const eventPersonalData = (db: Queryable): PersonalData => ({
  collect: async (userId) => ({
    events: await db.query(
      `select e.id as event_id, e.name, e.description, e.venue, e.city, e.category, e.image_url,
              e.picture_alt,
              e.event_date, e.timezone, e.status, e.sales_paused, e.total_tickets, e.currency,
              e.max_per_user, e.on_sale_at, e.sales_end_at, e.postponed_at, e.refund_until,
              e.created_at, e.updated_at,
              (select jsonb_agg(jsonb_build_object(
                        'ticket_type_id', t.id, 'name', t.name, 'price', t.price,
                        'capacity', t.capacity) order by t.position, t.id)
                 from ticket_types t where t.event_id = e.id) as ticket_types
         from events e where e.created_by = $1 order by e.id`,
      [userId],
    ),
  }),

  async findTies(tx, userId) {
    const [counts] = await tx.query<{ ahead: number }>(
      `select count(*) as ahead from events
        where created_by = $1 and status <> 'cancelled' and event_date > clock_timestamp()`,
      [userId],
    )
    return tiesOf({ events_ahead: counts?.ahead ?? 0 })
  },
})
