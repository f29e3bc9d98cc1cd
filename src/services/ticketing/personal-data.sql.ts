/** What the ticketing service has about a person. */
import { type PersonalData, tiesOf } from '../../platform/personal-data.ts'
import type { Queryable } from '../../platform/postgres.ts'

export const ticketingPersonalData = (db: Queryable): PersonalData => ({
  // How it was paid is left out: it is what the provider would charge again.
  collect: async (userId) => ({
    orders: await db.query(
      `select o.id as order_id, o.event_id, o.ticket_type_id, o.quantity, o.total_price, o.status,
              o.reason, o.is_hold, o.created_at, o.hold_expires_at, o.confirmed_at, o.idempotency_key,
              (select jsonb_agg(jsonb_build_object(
                        'ticket_code', t.ticket_code, 'issued_at', t.issued_at,
                        'voided_at', t.voided_at, 'refund_id', t.refund_id) order by t.id)
                 from tickets t where t.order_id = o.id) as tickets,
              (select jsonb_build_object(
                        'amount', p.amount, 'currency', p.currency, 'status', p.status,
                        'attempt', p.attempt, 'decline_code', p.decline_code,
                        'provider_ref', p.provider_ref, 'created_at', p.created_at,
                        'updated_at', p.updated_at)
                 from payments p where p.order_id = o.id) as payment,
              (select jsonb_build_object('version', d.version, 'asked_at', d.asked_at,
                                         'made_at', d.made_at)
                 from ticket_documents d where d.order_id = o.id) as ticket_document,
              (select jsonb_agg(jsonb_build_object(
                        'idempotency_key', r.idempotency_key, 'by_you', r.requested_by = o.user_id,
                        'tickets_taken_back', r.tickets_taken_back, 'created_at', r.created_at)
                        order by r.created_at)
                 from refund_requests r where r.order_id = o.id) as refund_requests
         from orders o where o.user_id = $1 order by o.id`,
      [userId],
    ),
  }),

  async findTies(tx, userId) {
    const [counts] = await tx.query<{ open: number; underWay: number; ahead: number }>(
      `select count(*) filter (where o.status = 'PENDING') as open,
              count(*) filter (where is_in_flight(p.status)) as "underWay",
              coalesce(sum(t.good) filter (
                where o.status = 'CONFIRMED' and e.status <> 'cancelled'
                  and e.event_date > clock_timestamp()), 0)::integer as ahead
         from orders o
         join event_sale_terms e on e.event_id = o.event_id
         left join payments p on p.order_id = o.id
        cross join lateral (
          select count(*) as good from tickets t where t.order_id = o.id and t.voided_at is null
        ) t
        where o.user_id = $1`,
      [userId],
    )
    return tiesOf({
      open_orders: counts?.open ?? 0,
      payments_under_way: counts?.underWay ?? 0,
      tickets_ahead: counts?.ahead ?? 0,
    })
  },

  // Printed tickets bear the name of their buyer.
  async forget(tx, userId) {
    await tx.query(
      'delete from ticket_documents where order_id in (select id from orders where user_id = $1)',
      [userId],
    )
  },
})
