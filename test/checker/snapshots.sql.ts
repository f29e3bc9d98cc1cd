/**
 * One moment of the whole database in a few numbers. Every sum is made from the rows: a counter is
 * compared with them and never believed.
 */
import { TRIES_MAX } from '../../src/platform/outbox/jobs.ts'
import type { Queryable } from '../../src/platform/postgres.ts'
import { MONEY } from './money.sql.ts'

export interface Numbers {
  orders: number
  /** Orders that were ever confirmed. */
  confirmed: number
  /** Those that are good and those that are void. */
  tickets: number
  voided: number
  /** Events or ticket types with more live tickets and holds than capacity. */
  oversold: number
  /** Events or ticket types whose counters are not what their orders and tickets add up to. */
  unbalanced: number
  /** Buyers with more of an event than one buyer may have. */
  overLimit: number
  /** Orders whose tickets are not as many as was bought, or not good while it is, or good while not. */
  wrongTickets: number
  /** Orders whose total is not price times quantity, or whose payment is of another amount. */
  wrongTotals: number
  duplicateCodes: number
  /** Keys of one buyer that have more than one order. */
  duplicateKeys: number
  /** Orders whose status, reason and payment do not go together. */
  wrongStates: number
  /** Live tickets that cost something and are not paid. */
  unpaid: number
  /** Events whose ledger is not what their tickets, payments and refunds add up to. */
  wrongLedger: number
  /** Orders with more than one capture in the ledger, and refunds that went back more than once. */
  doubleBooked: number
  /** By how much the hold is over that should have been given back first. */
  overdueSeconds: number
  /** Orders that several messages or jobs are about, and messages about no order. */
  wrongMessages: number
  /** Orders that were confirmed and that no message and no job is about any more. */
  settled: number
  /** What is still to be dealt with: messages and jobs; what the provider told; what it is to pay back. */
  messagesLeft: number
  inboxLeft: number
  refundsLeft: number
  /** Payments in flight, and holds that did not end. */
  paymentsLeft: number
  holdsLeft: number
  dead: number
}

/** A single statement sees a single moment. */
const NUMBERS = `
with live as (
  select id, user_id, event_id, ticket_type_id, quantity, total_price, status
    from orders where status <> 'CANCELLED'
), issued as (
  select order_id, count(*) as tickets, count(*) filter (where voided_at is null) as good
    from tickets group by 1
), good as (
  select o.user_id, o.event_id, o.ticket_type_id, count(*) as tickets
    from tickets t join orders o on o.id = t.order_id
   where t.voided_at is null group by 1, 2, 3
), taken as (
  select user_id, event_id, ticket_type_id, tickets as sold, 0 as held from good
  union all
  select user_id, event_id, ticket_type_id, 0, quantity from live where status = 'PENDING'
), stock as (
  select i.capacity, i.held, i.sold, coalesce(x.sold, 0) as tickets, coalesce(x.held, 0) as holds
    from event_inventory i
    left join (select event_id, sum(sold) as sold, sum(held) as held from taken group by 1) x
      using (event_id)
  union all
  select i.capacity, i.held, i.sold, coalesce(x.sold, 0), coalesce(x.held, 0)
    from inventory i
    left join (select ticket_type_id, sum(sold) as sold, sum(held) as held from taken group by 1) x
      using (ticket_type_id)
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
), ${MONEY}
select
  (select count(*) from orders) as orders,
  (select count(*) from orders where confirmed_at is not null) as confirmed,
  (select count(*) from tickets) as tickets,
  (select count(*) from tickets where voided_at is not null) as voided,
  (select count(*) from stock where tickets + holds > capacity) as oversold,
  (select count(*) from stock
    where sold <> tickets or held <> holds or capacity - sold - held < 0) as unbalanced,
  (select count(*) from (
     select 1 from taken o join events e on e.id = o.event_id
      group by o.event_id, o.user_id, e.max_per_user
     having sum(o.sold + o.held) > e.max_per_user) x
  ) as over_limit,
  (select count(*) from orders o left join issued i on i.order_id = o.id
    where coalesce(i.tickets, 0) <> case when o.confirmed_at is null then 0 else o.quantity end
       or (coalesce(i.good, 0) > 0) <> (o.status = 'CONFIRMED'))
    as wrong_tickets,
  (select count(*) from orders o join ticket_types t on t.id = o.ticket_type_id
     left join payments p on p.order_id = o.id
    where o.total_price <> o.quantity * t.price or p.amount <> o.total_price) as wrong_totals,
  (select count(*) - count(distinct ticket_code) from tickets) as duplicate_codes,
  (select count(*) from (
     select 1 from orders where idempotency_key is not null
      group by user_id, idempotency_key having count(*) > 1) x) as duplicate_keys,
  (select count(*) from (select 1 from named group by order_id having count(*) > 1) x)
    + (select count(*) from named n where not exists (select 1 from orders o where o.id = n.order_id))
    as wrong_messages,
  (select count(*) from orders o
    where o.confirmed_at is not null and not exists (select 1 from named n where n.order_id = o.id))
    as settled,
  (select count(*) from outbox) + (select count(*) from jobs where tries < $1 or run_at > now())
    as messages_left,
  (select count(*) from jobs where tries >= $1 and run_at <= now()) as dead,
  money.*
from money`

/** @throws When the database cannot be reached. */
export async function readNumbers(db: Queryable): Promise<Numbers> {
  const [row] = await db.query<Record<string, number>>(NUMBERS, [TRIES_MAX])
  const number = (name: string): number => Number(row?.[name])
  return {
    orders: number('orders'),
    confirmed: number('confirmed'),
    tickets: number('tickets'),
    voided: number('voided'),
    oversold: number('oversold'),
    unbalanced: number('unbalanced'),
    overLimit: number('over_limit'),
    wrongTickets: number('wrong_tickets'),
    wrongTotals: number('wrong_totals'),
    duplicateCodes: number('duplicate_codes'),
    duplicateKeys: number('duplicate_keys'),
    wrongStates: number('wrong_states'),
    unpaid: number('unpaid'),
    wrongLedger: number('wrong_ledger'),
    doubleBooked: number('double_booked'),
    overdueSeconds: number('overdue_seconds'),
    wrongMessages: number('wrong_messages'),
    settled: number('settled'),
    messagesLeft: number('messages_left'),
    inboxLeft: number('inbox_left'),
    refundsLeft: number('refunds_left'),
    paymentsLeft: number('payments_left'),
    holdsLeft: number('holds_left'),
    dead: number('dead'),
  }
}

/** Every order as `status/reason/status of its payment`, by its id. */
export async function readStates(db: Queryable): Promise<Map<number, string>> {
  const [row] = await db.query<{ ids: string[] | null; states: string[] | null }>(
    `select array_agg(o.id) as ids,
            array_agg(concat_ws('/', o.status, coalesce(o.reason, ''), coalesce(p.status::text, ''))) as states
       from orders o left join payments p on p.order_id = o.id`,
  )
  const ids = row?.ids ?? []
  return new Map(ids.map((id, n) => [Number(id), row?.states?.[n] ?? '']))
}
