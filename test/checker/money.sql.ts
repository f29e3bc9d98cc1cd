/** Where the money is, counted from orders, tickets, payments and refunds, beside what the ledger says. */

/** Common table expressions; `money` has one row. */
export const MONEY = `
in_flight as (
  select order_id from payments where status in ('processing', 'requires_action')
), sales as (
  select o.event_id, sum(o.total_price / o.quantity) as amount
    from tickets t join orders o on o.id = t.order_id
   where t.voided_at is null group by 1
), captured as (
  select event_id, sum(amount) as amount
    from payments where status in ('captured', 'returned') group by 1
), given_back as (
  select event_id, sum(amount) filter (where status = 'succeeded') as done,
         sum(amount) filter (where status <> 'succeeded') as due
    from refunds group by 1
), booked as (
  select event_id,
         sum(amount * ((credit = 'sales')::int - (debit = 'sales')::int)) as sales,
         sum(amount * ((credit = 'refunds_due')::int - (debit = 'refunds_due')::int)) as due,
         sum(amount * ((debit = 'provider')::int - (credit = 'provider')::int)) as provider
    from ledger group by 1
), money as (
  select
    (select count(*) from orders o left join payments p on p.order_id = o.id
      where (o.status = 'CANCELLED') <> (o.reason is not null)
         or (o.status = 'CONFIRMED' and o.confirmed_at is null)
         or (o.status = 'PENDING' and o.confirmed_at is not null)
         or coalesce(p.status::text, 'none') <> all (case o.status
              when 'CONFIRMED' then
                case when o.total_price = 0 then array['none'] else array['captured'] end
              when 'PENDING' then array['none', 'processing', 'requires_action', 'declined']
              else array['none', 'declined', 'voided', 'returned'] end)) as wrong_states,
    (select count(*) from tickets t join orders o on o.id = t.order_id
       left join payments p on p.order_id = o.id
      where t.voided_at is null and o.total_price > 0 and p.status is distinct from 'captured')
      as unpaid,
    (select count(*) from event_inventory i
       left join sales s using (event_id) left join captured c using (event_id)
       left join given_back g using (event_id) left join booked b using (event_id)
      where coalesce(b.sales, 0) <> coalesce(s.amount, 0)
         or coalesce(b.due, 0) <> coalesce(g.due, 0)
         or coalesce(b.provider, 0) <> coalesce(c.amount, 0) - coalesce(g.done, 0)) as wrong_ledger,
    (select count(*) from (
       select 1 from ledger where debit = 'provider' and refund_id is null
        group by order_id having count(*) > 1) x)
      + (select count(*) from (
       select 1 from ledger where credit = 'provider'
        group by refund_id having count(*) > 1) x) as double_booked,
    (select coalesce(max(extract(epoch from clock_timestamp() - o.hold_expires_at)), 0) from orders o
      where o.status = 'PENDING' and o.hold_expires_at <= clock_timestamp()
        and o.id not in (select order_id from in_flight)) as overdue_seconds,
    (select count(*) from webhook_inbox where handled_at is null) as inbox_left,
    (select count(*) from refunds where status = 'requested') as refunds_left,
    (select count(*) from in_flight) as payments_left,
    (select count(*) from orders where status = 'PENDING') as holds_left
)`
