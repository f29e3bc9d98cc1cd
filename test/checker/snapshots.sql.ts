/**
 * One moment of the whole database in a few numbers. Every sum is made from the rows: a counter is
 * compared with them and never believed.
 */
import { TRIES_MAX } from '../../src/platform/outbox/jobs.ts'
import type { Queryable } from '../../src/platform/postgres.ts'

export interface Numbers {
  orders: number
  confirmed: number
  tickets: number
  /** Events or ticket types with more live tickets than capacity. */
  oversold: number
  /** Events or ticket types whose counters are not what their orders add up to. */
  unbalanced: number
  /** Buyers with more of an event than one buyer may have. */
  overLimit: number
  /** Orders whose live tickets are not as many as was bought. */
  wrongTickets: number
  /** Orders whose total is not price times quantity. */
  wrongTotals: number
  duplicateCodes: number
  /** Keys of one buyer that have more than one order. */
  duplicateKeys: number
  /** Orders in a status that nothing leads to yet, and tickets that nobody can have voided. */
  wrongStates: number
  /** Orders that several messages or jobs are about, and messages about no order. */
  wrongMessages: number
  /** Confirmed orders that no message and no job is about any more. */
  settled: number
  /** Messages and jobs that are still to be dealt with. */
  waiting: number
  dead: number
}

/** A single statement sees a single moment. */
const NUMBERS = `
with live as (
  select id, user_id, event_id, ticket_type_id, quantity, total_price, status
    from orders where status <> 'CANCELLED'
), issued as (
  select order_id, count(*) as tickets from tickets where voided_at is null group by 1
), by_event as (
  select event_id, sum(quantity) filter (where status = 'CONFIRMED') as sold,
         sum(quantity) filter (where status = 'PENDING') as held
    from live group by 1
), by_type as (
  select ticket_type_id, sum(quantity) filter (where status = 'CONFIRMED') as sold,
         sum(quantity) filter (where status = 'PENDING') as held
    from live group by 1
), live_tickets as (
  select event_id, count(*) as tickets from tickets where voided_at is null group by 1
), stock as (
  select i.event_id as id, i.capacity, i.held, i.sold, coalesce(t.tickets, 0) as tickets,
         coalesce(o.sold, 0) as orders_sold, coalesce(o.held, 0) as orders_held
    from event_inventory i left join by_event o using (event_id)
    left join live_tickets t using (event_id)
  union all
  select i.ticket_type_id, i.capacity, i.held, i.sold, coalesce(o.sold, 0), coalesce(o.sold, 0),
         coalesce(o.held, 0)
    from inventory i left join by_type o using (ticket_type_id)
), named as (
  select (id.value #>> '{}')::bigint as order_id
    from outbox b, jsonb_array_elements(
           case when jsonb_typeof(b.payload -> 'order_ids') = 'array'
                then b.payload -> 'order_ids' else '[]' end) as id(value)
   where b.topic = 'orders.placed' and jsonb_typeof(id.value) = 'number'
  union all
  select (effect -> 'data' ->> 'orderId')::bigint
    from jobs where consumer = 'mail-confirmation'
                and effect -> 'data' ->> 'orderId' ~ '^[0-9]+$' and effect ->> 'id' not like 'poison%'
)
select
  (select count(*) from orders) as orders,
  (select count(*) from live where status = 'CONFIRMED') as confirmed,
  (select count(*) from tickets) as tickets,
  (select count(*) from stock where tickets > capacity or orders_sold + orders_held > capacity)
    as oversold,
  (select count(*) from stock
    where sold <> orders_sold or held <> orders_held or sold <> tickets
       or capacity - sold - held < 0) as unbalanced,
  (select count(*) from (
     select 1 from live o join events e on e.id = o.event_id
      group by o.event_id, o.user_id, e.max_per_user having sum(o.quantity) > e.max_per_user) x
  ) as over_limit,
  (select count(*) from live o left join issued i on i.order_id = o.id
    where coalesce(i.tickets, 0) <> case o.status when 'CONFIRMED' then o.quantity else 0 end)
    as wrong_tickets,
  (select count(*) from live o join ticket_types t on t.id = o.ticket_type_id
    where o.total_price <> o.quantity * t.price) as wrong_totals,
  (select count(*) - count(distinct ticket_code) from tickets) as duplicate_codes,
  (select count(*) from (
     select 1 from orders where idempotency_key is not null
      group by user_id, idempotency_key having count(*) > 1) x) as duplicate_keys,
  (select count(*) from orders where status <> 'CONFIRMED')
    + (select count(*) from tickets where voided_at is not null) as wrong_states,
  (select count(*) from (select 1 from named group by order_id having count(*) > 1) x)
    + (select count(*) from named n where not exists (select 1 from orders o where o.id = n.order_id))
    as wrong_messages,
  (select count(*) from live o
    where o.status = 'CONFIRMED' and not exists (select 1 from named n where n.order_id = o.id))
    as settled,
  (select count(*) from outbox) + (select count(*) from jobs where tries < $1 or run_at > now())
    as waiting,
  (select count(*) from jobs where tries >= $1 and run_at <= now()) as dead`

/** @throws When the database cannot be reached. */
export async function readNumbers(db: Queryable): Promise<Numbers> {
  const [row] = await db.query<Record<string, number>>(NUMBERS, [TRIES_MAX])
  const number = (name: string): number => Number(row?.[name])
  return {
    orders: number('orders'),
    confirmed: number('confirmed'),
    tickets: number('tickets'),
    oversold: number('oversold'),
    unbalanced: number('unbalanced'),
    overLimit: number('over_limit'),
    wrongTickets: number('wrong_tickets'),
    wrongTotals: number('wrong_totals'),
    duplicateCodes: number('duplicate_codes'),
    duplicateKeys: number('duplicate_keys'),
    wrongStates: number('wrong_states'),
    wrongMessages: number('wrong_messages'),
    settled: number('settled'),
    waiting: number('waiting'),
    dead: number('dead'),
  }
}
