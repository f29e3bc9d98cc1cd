-- Money. One row of payments for each order that has to be paid, one transfer of the ledger for each
-- move of money, and settle_orders: the only place where money becomes tickets or goes back.

create table shop (
  id  uuid primary key default gen_random_uuid()
);
insert into shop default values;
comment on table shop is 'One row, which tells this shop from others at the payment provider: order 7 of another one is not ours. Owner: payment service.';

create type payment_status as enum
  ('processing', 'requires_action', 'declined', 'captured', 'voided', 'returned');

create table payments (
  order_id        bigint primary key references orders (id),
  event_id        bigint not null,
  user_id         bigint not null,
  amount          numeric(10,2) not null check (amount > 0),
  currency        char(3) not null,
  status          payment_status not null,
  attempt         integer not null check (attempt > 0),
  payment_method  varchar(255) not null,
  idempotency_key varchar(255),
  earlier_keys    jsonb not null default '[]',
  provider_ref    text,
  decline_code    text,
  next_action     jsonb,
  check_at        timestamptz not null,
  created_at      timestamptz not null default clock_timestamp(),
  updated_at      timestamptz not null default clock_timestamp()
) with (fillfactor = 70);
create index payments_in_flight on payments (check_at)
  where status in ('processing', 'requires_action');
comment on table payments is 'How an order is paid. Changed only under the lock of its order. Owner: ticketing service.';
comment on column payments.status is 'processing and requires_action are in flight: nobody knows yet, so the stock stays held. returned: captured, and all of it goes back.';
comment on column payments.attempt is 'How often it was tried. Each try is a confirmation of the one payment intent of the order, under a key made of both.';
comment on column payments.idempotency_key is 'The key under which this attempt was asked for, if any: asked for again, it is the same attempt.';
comment on column payments.earlier_keys is 'Of the attempts before that had one: [{"key", "method", "decline_code"}].';
comment on column payments.provider_ref is 'The payment intent at the provider; found again by the order if null.';
comment on column payments.check_at is 'When the provider is asked what became of it, if it is still in flight.';

create type refund_status as enum ('requested', 'succeeded', 'failed');

create table refunds (
  id            bigint generated always as identity primary key,
  order_id      bigint not null references orders (id),
  event_id      bigint not null,
  amount        numeric(10,2) not null check (amount > 0),
  currency      char(3) not null,
  reason        text not null,
  status        refund_status not null default 'requested',
  provider_ref  text,
  requested_by  bigint,
  attempt       integer not null default 1,
  tries         integer not null default 0,
  run_at        timestamptz not null default clock_timestamp(),
  last_error    text,
  created_at    timestamptz not null default clock_timestamp(),
  finished_at   timestamptz,
  check ((status = 'requested') = (finished_at is null))
);
create index refunds_order on refunds (order_id);
create index refunds_event on refunds (event_id, id);
create index refunds_open on refunds (run_at) where status = 'requested';
create index refunds_failed on refunds (id) where status = 'failed';
comment on table refunds is 'Money that goes back. Decided in the transaction that takes the tickets, carried out at the provider afterwards, under a key made of its id. Owner: payment service.';
comment on column refunds.attempt is 'How often an admin has had it tried, once more each time the bank had turned it down. Each is a refund of its own to the provider.';
comment on column refunds.run_at is 'When the provider is asked next, while it has not answered.';
comment on column refunds.reason is 'requested, event_cancelled, event_postponed, or late_payment: it came when there was nothing left to give for it.';

alter table tickets add column refund_id bigint references refunds (id);
create index tickets_refund on tickets (refund_id) where refund_id is not null;
comment on column tickets.refund_id is 'The refund that took it back; null when it cost nothing.';

create table refund_requests (
  order_id            bigint not null references orders (id),
  requested_by        bigint not null,
  idempotency_key     varchar(255) not null,
  request_digest      bytea not null,
  tickets_taken_back  integer not null,
  refund_ids          bigint[] not null,
  created_at          timestamptz not null default clock_timestamp(),
  primary key (order_id, requested_by, idempotency_key)
);
comment on table refund_requests is 'What was answered to a request that took tickets back under an Idempotency-Key: written with its effect, told again to whoever repeats it. Owner: ticketing service.';

create type account as enum ('provider', 'sales', 'refunds_due');

create table ledger (
  id         bigint generated always as identity primary key,
  at         timestamptz not null default clock_timestamp(),
  event_id   bigint not null,
  order_id   bigint not null,
  refund_id  bigint,
  debit      account not null,
  credit     account not null check (credit <> debit),
  amount     numeric(12,2) not null check (amount > 0),
  currency   char(3) not null
);
create index ledger_event on ledger (event_id);
create trigger ledger_append_only before update or delete or truncate on ledger
  for each statement execute function refuse_change();
comment on table ledger is 'Every move of money, append-only. Each row takes from one account what it gives to another, so the books balance in any state; the form is that of TigerBeetle. Owner: payment service.';
comment on column ledger.debit is 'provider: what the provider holds for us. sales: what the live tickets of the event brought. refunds_due: what buyers are owed.';

create table webhook_inbox (
  id           text collate "C" primary key,
  type         text not null,
  intent_id    text,
  payload      jsonb not null,
  received_at  timestamptz not null default clock_timestamp(),
  handled_at   timestamptz,
  tries        integer not null default 0,
  run_at       timestamptz not null default clock_timestamp(),
  last_error   text
);
create index webhook_inbox_due on webhook_inbox (run_at) where handled_at is null;
comment on table webhook_inbox is 'What the provider told us, each message once, handled in any order. Owner: payment service.';

-- When a payment that was started at a moment is asked after: later than its own request would wait.
create function payment_check_time(started timestamptz) returns timestamptz
language sql immutable parallel safe return started + interval '15 seconds';

create function is_in_flight(status payment_status) returns boolean
language sql immutable parallel safe return coalesce(status in ('processing', 'requires_action'), false);

-- Starts the payment of orders, if they can be paid now. At most one request for each order.
--
-- verdict:
--   start          the caller now asks the provider, as attempt of the order
--   free           it costs nothing: the caller settles it
--   confirmed      it is paid already
--   in_progress    a payment is under way
--   key_reused     this key of the order was used for another payment method
--   replay         this key's attempt is in flight: its answer is how it stands
--   replay_granted   it was captured, and the order confirmed
--   replay_declined  it was declined, or another attempt took its place; reason is the decline code
--   expired, event_cancelled, not_pending    too late; reason says what became of the order
--   not_found      no such order of this user
create function start_payments(
  p_order_ids  bigint[],
  p_user_ids   bigint[],
  p_methods    text[],
  p_keys       text[]
) returns table (
  n integer, verdict text, reason text, event_id bigint, quantity integer,
  amount_cents bigint, currency text, attempt integer, provider_ref text,
  created_at timestamptz, hold_expires_at timestamptz
) language plpgsql set enable_seqscan = off set plan_cache_mode = force_generic_plan as $$
#variable_conflict use_column
declare
  v_now timestamptz;
begin
  -- Against expiry and settlement of the same order, which take this lock, too.
  perform 1 from orders o where o.id = any (p_order_ids) order by o.id for update;
  v_now := clock_timestamp();

  return query
  with asked as (
    select r.n::integer as n, r.method, r.key, o.id, o.event_id, o.user_id, o.quantity, o.total_price,
           case when k.n is null then o.reason else k.decline_code end as reason,
           o.created_at, o.hold_expires_at, e.currency, p.provider_ref, coalesce(p.attempt, 0) + 1 as attempt,
           case
             when o.id is null then 'not_found'
             when k.method <> r.method then 'key_reused'
             when k.is_earlier or p.status = 'declined' and k.n = 1 then 'replay_declined'
             when k.n = 1 and o.confirmed_at is not null then 'replay_granted'
             when k.n = 1 and o.status = 'PENDING' then 'replay'
             when o.status = 'CONFIRMED' then 'confirmed'
             when o.status = 'CANCELLED' then
               case o.reason when 'expired' then 'expired' when 'event_cancelled' then o.reason
                             else 'not_pending' end
             when p.status = 'processing' then 'in_progress'
             when e.status = 'cancelled' then 'event_cancelled'
             when o.hold_expires_at <= v_now then 'expired'
             when o.total_price = 0 then 'free'
             else 'start'
           end as verdict
      from unnest(p_order_ids, p_user_ids, p_methods, p_keys) with ordinality
             as r(order_id, user_id, method, key, n)
      left join lateral (
        select * from orders o where o.id = r.order_id and o.user_id = r.user_id limit 1
      ) o on true
      left join lateral (select * from events e where e.id = o.event_id limit 1) e on true
      left join lateral (select * from payments p where p.order_id = o.id limit 1) p on true
      left join lateral (
        select 1 as n, false as is_earlier, p.payment_method as method, p.decline_code
         where p.idempotency_key = r.key
        union all
        select 2, true, e.method, e.decline_code
          from jsonb_to_recordset(p.earlier_keys) as e(key text, method text, decline_code text)
         where e.key = r.key
        limit 1
      ) k on true
  ), started as (
    insert into payments as p (order_id, event_id, user_id, amount, currency, status, attempt,
                               payment_method, idempotency_key, check_at)
      select a.id, a.event_id, a.user_id, a.total_price, a.currency, 'processing', a.attempt,
             a.method, a.key, payment_check_time(v_now)
        from asked a where a.verdict = 'start'
      on conflict (order_id) do update
        set status = 'processing', attempt = excluded.attempt, payment_method = excluded.payment_method,
            idempotency_key = excluded.idempotency_key,
            earlier_keys = case when p.idempotency_key is null then p.earlier_keys else
              p.earlier_keys || jsonb_build_object('key', p.idempotency_key,
                'method', p.payment_method, 'decline_code', p.decline_code) end,
            check_at = excluded.check_at, next_action = null, updated_at = v_now
  )
  select a.n, a.verdict, a.reason, a.event_id, a.quantity, (a.total_price * 100)::bigint,
         a.currency::text, a.attempt, a.provider_ref, a.created_at, a.hold_expires_at
    from asked a order by a.n;
end $$;

comment on function start_payments is 'Marks orders as being paid, so that they are not given to others meanwhile.';

-- Turns what the provider said into tickets, or sends the money back: one lock and one commit for
-- many orders of one event. It may be told the same again, in any order and by several at once: an
-- order that is settled stays as it is. At most one request of a user, and so of an order, in a call.
--
-- p_outcomes:
--   captured         the money is ours
--   free             there was nothing to pay
--   declined         this attempt failed; detail is {"decline_code"}
--   requires_action  the buyer has to do something; detail is what
--   voided           nothing can be captured any more; detail is {"reason"}, what to call it
-- An outcome that is not the end counts only for the attempt that it is about.
--
-- p_ticket_* are flat: tickets for orders that may be granted now. results, in step:
--   granted     CONFIRMED, with the tickets of this call
--   returned    the money goes back
--   declined    the hold stays; it may be tried again
--   waiting     for the buyer
--   released    CANCELLED, without money
--   unchanged   it was settled before, or the outcome is out of date
-- answered, in step: its buyer was told already that nobody knows yet, and is told the same again.
create function settle_orders(
  p_event_id         bigint,
  p_order_ids        bigint[],
  p_outcomes         text[],
  p_attempts         integer[],
  p_refs             text[],
  p_details          jsonb[],
  p_ticket_ids       bigint[],
  p_ticket_order_ids bigint[],
  p_ticket_codes     text[],
  out settled_at      timestamptz,
  out closed          text,
  out remaining       integer,
  out type_ids        bigint[],
  out type_remaining  integer[],
  out results         text[],
  out reasons         text[],
  out answered        boolean[]
) language plpgsql set enable_seqscan = off set plan_cache_mode = force_generic_plan as $$
declare
  v_event       events;
  v_types       bigint[];
  v_quantities  integer[];
  v_users       bigint[];
  v_was_held    boolean[];
  v_type_left   integer;
  v_has         integer;
  v_held        integer := 0;
  v_sold        integer := 0;
  v_type_held   integer[];
  v_type_sold   integer[];
  v_type        integer;
begin
  select i.capacity - i.held - i.sold into remaining
    from event_inventory i where i.event_id = p_event_id for update;
  perform 1 from orders o where o.id = any (p_order_ids) order by o.id for update;

  -- Each statement sees what was committed before it began, so these come after the locks.
  settled_at := clock_timestamp();
  select * into v_event from events e where e.id = p_event_id;
  closed := sale_refusal(v_event, settled_at);
  select array_agg(i.ticket_type_id), array_agg(i.capacity - i.held - i.sold)
    into type_ids, type_remaining from inventory i where i.event_id = p_event_id;
  v_type_held := array_fill(0, array[cardinality(type_ids)]);
  v_type_sold := v_type_held;

  select array_agg(s.result order by s.n), array_agg(s.reason order by s.n),
         array_agg(s.ticket_type_id order by s.n), array_agg(s.quantity order by s.n),
         array_agg(s.user_id order by s.n), array_agg(s.was_held order by s.n),
         array_agg(s.was_answered order by s.n)
    into results, reasons, v_types, v_quantities, v_users, v_was_held, answered
    from (
      select r.n, o.ticket_type_id, o.quantity, o.user_id, o.status = 'PENDING' as was_held,
        o.first_answer is not null as was_answered,
        case
          when o.id is null or (p.order_id is null and r.outcome <> 'free') then 'unchanged'
          when r.outcome in ('captured', 'free') then
            case
              when p.status in ('captured', 'returned') or o.status = 'CONFIRMED' then 'unchanged'
              when o.status = 'PENDING' and v_event.status <> 'cancelled' then 'granted'
              when o.status = 'PENDING' then 'returned'
              when r.outcome = 'free' then 'unchanged'
              when o.reason in ('given_back', 'event_cancelled') then 'returned'
              else 'late'
            end
          when not is_in_flight(p.status) then 'unchanged'
          when r.outcome = 'voided' then 'released'
          when p.attempt <> r.attempt then 'unchanged'
          when r.outcome = 'requires_action' then 'waiting'
          when not o.is_hold or o.hold_expires_at <= settled_at or v_event.status = 'cancelled' then 'released'
          else 'declined'
        end as result,
        case
          when v_event.status = 'cancelled' then 'event_cancelled'
          when r.outcome = 'voided' then coalesce(r.detail ->> 'reason', 'expired')
          when r.outcome = 'declined' and not o.is_hold then 'payment_declined'
          else 'expired'
        end as reason
      from unnest(p_order_ids, p_outcomes, p_attempts, p_details)
             with ordinality as r(order_id, outcome, attempt, detail, n)
      left join lateral (
        select * from orders o where o.id = r.order_id and o.event_id = p_event_id limit 1
      ) o on true
      left join lateral (select * from payments p where p.order_id = o.id limit 1) p on true
    ) s;

  -- Money that came when the order was given up already: the tickets, if there still are any for it.
  for n in 1 .. cardinality(results) loop
    continue when results[n] <> 'late';
    v_type := array_position(type_ids, v_types[n]);
    select coalesce(sum(o.quantity - (select count(*) from tickets t
                                       where t.order_id = o.id and t.voided_at is not null)), 0)
      into v_has from orders o
     where o.user_id = v_users[n] and o.event_id = p_event_id and o.status <> 'CANCELLED';
    if v_event.status = 'published' and settled_at < v_event.event_date
       and v_quantities[n] <= least(remaining - v_held - v_sold,
                                    type_remaining[v_type] - v_type_held[v_type] - v_type_sold[v_type])
       and v_has + v_quantities[n] <= v_event.max_per_user then
      results[n] := 'granted';
    else
      results[n] := 'returned';
    end if;
    if results[n] = 'granted' then
      v_sold := v_sold + v_quantities[n];
      v_type_sold[v_type] := v_type_sold[v_type] + v_quantities[n];
    end if;
  end loop;

  for n in 1 .. cardinality(results) loop
    continue when not v_was_held[n] or results[n] not in ('granted', 'returned', 'released');
    v_type := array_position(type_ids, v_types[n]);
    v_held := v_held - v_quantities[n];
    v_type_held[v_type] := v_type_held[v_type] - v_quantities[n];
    if results[n] = 'granted' then
      v_sold := v_sold + v_quantities[n];
      v_type_sold[v_type] := v_type_sold[v_type] + v_quantities[n];
    end if;
  end loop;

  if v_held <> 0 or v_sold <> 0 then
    update event_inventory i set held = i.held + v_held, sold = i.sold + v_sold
     where i.event_id = p_event_id;
    update inventory i set held = i.held + t.held, sold = i.sold + t.sold
      from unnest(type_ids, v_type_held, v_type_sold) as t(id, held, sold)
     where i.ticket_type_id = t.id and (t.held <> 0 or t.sold <> 0);
  end if;

  update orders o
     set status = (case r.result when 'granted' then 'CONFIRMED' else 'CANCELLED' end)::order_status,
         reason = case r.result when 'granted' then null else coalesce(o.reason, r.reason) end,
         confirmed_at = case r.result when 'granted' then settled_at end
    from unnest(p_order_ids, results, reasons) as r(order_id, result, reason)
   where o.id = r.order_id and r.result in ('granted', 'returned', 'released')
     and (r.result = 'granted' or o.status = 'PENDING');

  insert into tickets (id, order_id, event_id, ticket_code, issued_at)
    select t.id, t.order_id, p_event_id, t.code, settled_at
      from unnest(p_order_ids, results) as r(order_id, result)
      join unnest(p_ticket_ids, p_ticket_order_ids, p_ticket_codes) as t(id, order_id, code)
        on t.order_id = r.order_id
     where r.result = 'granted';

  update payments p
     set status = (case
           when r.result = 'granted' then 'captured'
           when r.result = 'returned' then 'returned'
           when r.result = 'waiting' then 'requires_action'
           when r.outcome = 'voided' then 'voided'
           else 'declined'
         end)::payment_status,
         provider_ref = coalesce(r.ref, p.provider_ref),
         decline_code = r.detail ->> 'decline_code',
         next_action = case when r.result = 'waiting' then r.detail end,
         check_at = case when r.result = 'waiting' then payment_check_time(settled_at) else p.check_at end,
         updated_at = settled_at
    from unnest(p_order_ids, p_outcomes, p_refs, p_details, results)
           as r(order_id, outcome, ref, detail, result)
   where p.order_id = r.order_id and r.outcome <> 'free' and r.result <> 'unchanged';

  insert into ledger (at, event_id, order_id, debit, credit, amount, currency)
    select settled_at, p_event_id, p.order_id, 'provider',
           (case r.result when 'granted' then 'sales' else 'refunds_due' end)::account, p.amount, p.currency
      from unnest(p_order_ids, p_outcomes, results) as r(order_id, outcome, result)
      cross join lateral (select * from payments p where p.order_id = r.order_id limit 1) p
     where r.outcome = 'captured' and r.result in ('granted', 'returned');

  if 'granted' = any (results) then
    insert into outbox (topic, payload, created_at)
      select 'orders.placed',
             jsonb_build_object('event_id', p_event_id, 'order_ids', jsonb_agg(r.id)), settled_at
        from unnest(p_order_ids, results) as r(id, result)
       where r.result = 'granted';
  end if;

  if 'returned' = any (results) then
    with returned as (
      insert into refunds (order_id, event_id, amount, currency, reason)
        select p.order_id, p_event_id, p.amount, p.currency,
               case v_event.status when 'cancelled' then 'event_cancelled' else 'late_payment' end
          from unnest(p_order_ids, results) as r(order_id, result)
          join payments p on p.order_id = r.order_id
         where r.result = 'returned'
        returning order_id
    )
    insert into outbox (topic, payload, created_at)
      select 'payments.returned',
             jsonb_build_object('event_id', p_event_id, 'order_ids', jsonb_agg(r.order_id)), settled_at
        from returned r;
  end if;

  remaining := remaining - v_held - v_sold;
  select array_agg(t.before - t.held - t.sold order by t.n) into type_remaining
    from unnest(type_remaining, v_type_held, v_type_sold) with ordinality as t(before, held, sold, n);
end $$;

comment on function settle_orders is 'The only place where money becomes tickets or goes back: many orders of one event, one lock, one commit.';

-- Gives the stock of holds back: 'expired' only those whose time is over, 'given_back' and
-- 'event_cancelled' whatever their time. One whose payment is in flight keeps it, and is in busy: its
-- payment has to be voided first.
create function release_orders(
  p_event_id   bigint,
  p_order_ids  bigint[],
  p_reason     text,
  out closed         text,
  out remaining      integer,
  out type_ids       bigint[],
  out type_remaining integer[],
  out released       bigint[],
  out busy           bigint[]
) language plpgsql set enable_seqscan = off set plan_cache_mode = force_generic_plan as $$
declare
  v_event  events;
begin
  perform 1 from event_inventory i where i.event_id = p_event_id for update;
  perform 1 from orders o where o.id = any (p_order_ids) order by o.id for update;
  select * into v_event from events e where e.id = p_event_id;
  closed := sale_refusal(v_event, clock_timestamp());

  select array_agg(h.id) filter (where not h.busy), array_agg(h.id) filter (where h.busy)
    into released, busy
    from (
      select o.id, is_in_flight((select p.status from payments p where p.order_id = o.id)) as busy
        from unnest(p_order_ids) as r(id)
        cross join lateral (
          select * from orders o where o.id = r.id and o.event_id = p_event_id limit 1
        ) o
       where o.status = 'PENDING'
         and (p_reason <> 'expired' or o.hold_expires_at <= clock_timestamp())
    ) h;

  if released is not null then
    with freed as (
      update orders o set status = 'CANCELLED', reason = p_reason
       where o.id = any (released)
       returning o.ticket_type_id, o.quantity
    ), by_type as (
      select f.ticket_type_id, sum(f.quantity)::integer as quantity from freed f group by 1
    ), of_types as (
      update inventory i set held = i.held - b.quantity
        from by_type b where i.ticket_type_id = b.ticket_type_id
    )
    update event_inventory i set held = i.held - (select sum(b.quantity) from by_type b)
     where i.event_id = p_event_id;
  end if;

  select i.capacity - i.held - i.sold into remaining
    from event_inventory i where i.event_id = p_event_id;
  select array_agg(i.ticket_type_id), array_agg(i.capacity - i.held - i.sold)
    into type_ids, type_remaining from inventory i where i.event_id = p_event_id;
end $$;

comment on function release_orders is 'Gives the stock of holds back, unless their payment is in flight.';

-- Takes tickets of confirmed orders back: voids them, returns their stock, and decides the refund of
-- what they cost. p_ticket_ids names some tickets of one order; null is all of all orders. What was
-- taken back before is left alone, so it may be called again.
create function refund_tickets(
  p_event_id      bigint,
  p_order_ids     bigint[],
  p_ticket_ids    bigint[],
  p_reason        text,
  p_requested_by  bigint,
  out closed         text,
  out remaining      integer,
  out type_ids       bigint[],
  out type_remaining integer[],
  out order_ids      bigint[],
  out refund_ids     bigint[],
  out ticket_count   integer
) language plpgsql set enable_seqscan = off set plan_cache_mode = force_generic_plan as $$
declare
  v_now      timestamptz;
  v_event    events;
  v_tickets  bigint[];
  v_orders   bigint[];
  v_types    bigint[];
  v_prices   numeric[];
begin
  perform 1 from event_inventory i where i.event_id = p_event_id for update;
  perform 1 from orders o where o.id = any (p_order_ids) order by o.id for update;
  v_now := clock_timestamp();
  select * into v_event from events e where e.id = p_event_id;
  closed := sale_refusal(v_event, v_now);

  select array_agg(t.id), array_agg(o.id), array_agg(o.ticket_type_id),
         array_agg(o.total_price / o.quantity), count(*), array_agg(distinct o.id)
    into v_tickets, v_orders, v_types, v_prices, ticket_count, order_ids
    from orders o join tickets t on t.order_id = o.id
   where o.id = any (p_order_ids) and o.event_id = p_event_id and o.status = 'CONFIRMED'
     and t.voided_at is null and (p_ticket_ids is null or t.id = any (p_ticket_ids));

  with refunded as (
    insert into refunds (order_id, event_id, amount, currency, reason, requested_by)
      select k.order_id, p_event_id, sum(k.price), v_event.currency, p_reason, p_requested_by
        from unnest(v_orders, v_prices) as k(order_id, price)
       group by k.order_id having sum(k.price) > 0 order by k.order_id
      returning id, order_id, amount
  ), booked as (
    insert into ledger (at, event_id, order_id, refund_id, debit, credit, amount, currency)
      select v_now, p_event_id, f.order_id, f.id, 'sales', 'refunds_due', f.amount, v_event.currency
        from refunded f
  )
  select array_agg(f.id order by f.id) into refund_ids from refunded f;

  update tickets t set voided_at = v_now, refund_id = r.id
    from unnest(v_tickets, v_orders) as k(ticket_id, order_id)
    left join refunds r on r.order_id = k.order_id and r.id = any (refund_ids)
   where t.id = k.ticket_id;
  update inventory i set sold = i.sold - k.quantity
    from (select type_id, count(*) as quantity from unnest(v_types) as type_id group by 1) k
   where i.ticket_type_id = k.type_id;
  update event_inventory i set sold = i.sold - ticket_count where i.event_id = p_event_id;

  update orders o set status = 'CANCELLED',
                      reason = case p_reason when 'event_cancelled' then p_reason else 'refunded' end
   where o.id = any (order_ids)
     and not exists (select 1 from tickets t where t.order_id = o.id and t.voided_at is null);
  update payments p set status = 'returned', updated_at = v_now
   where p.order_id = any (order_ids)
     and exists (select 1 from orders o where o.id = p.order_id and o.status = 'CANCELLED');

  select i.capacity - i.held - i.sold into remaining
    from event_inventory i where i.event_id = p_event_id;
  select array_agg(i.ticket_type_id), array_agg(i.capacity - i.held - i.sold)
    into type_ids, type_remaining from inventory i where i.event_id = p_event_id;
end $$;

comment on function refund_tickets is 'Takes tickets back and decides their refund: one lock, one commit.';

-- What an event's sale looks like in every book that is kept of it, counted from the rows.
create view event_proof as
  select i.event_id, i.capacity, i.held, i.sold,
         o.held as held_in_orders, t.issued, t.refunded as tickets_refunded, t.paid_cents,
         p.captured_cents, f.refunded_cents, f.refunds_due_cents,
         l.sales_cents as ledger_sales_cents, l.refunds_due_cents as ledger_refunds_due_cents,
         l.provider_cents as ledger_provider_cents
    from event_inventory i
    cross join lateral (
      select coalesce(sum(o.quantity), 0)::bigint as held
        from orders o where o.event_id + 0 = i.event_id and o.status = 'PENDING'
    ) o
    cross join lateral (
      select count(*) filter (where t.voided_at is null) as issued,
             count(*) filter (where t.voided_at is not null) as refunded,
             coalesce(sum(o.total_price / o.quantity) filter (where t.voided_at is null), 0) * 100 as paid_cents
        from orders o join tickets t on t.order_id = o.id
       where o.event_id + 0 = i.event_id and o.confirmed_at is not null
    ) t
    cross join lateral (
      select coalesce(sum(p.amount), 0) * 100 as captured_cents
        from orders o join payments p on p.order_id = o.id
       where o.event_id + 0 = i.event_id and p.status in ('captured', 'returned')
    ) p
    cross join lateral (
      select coalesce(sum(f.amount) filter (where f.status = 'succeeded'), 0) * 100 as refunded_cents,
             coalesce(sum(f.amount) filter (where f.status <> 'succeeded'), 0) * 100 as refunds_due_cents
        from refunds f where f.event_id = i.event_id
    ) f
    cross join lateral (
      select coalesce(sum(case 'sales' when l.credit::text then l.amount when l.debit::text then -l.amount end), 0) * 100 as sales_cents,
             coalesce(sum(case 'refunds_due' when l.credit::text then l.amount when l.debit::text then -l.amount end), 0) * 100 as refunds_due_cents,
             coalesce(sum(case 'provider' when l.debit::text then l.amount when l.credit::text then -l.amount end), 0) * 100 as provider_cents
        from ledger l where l.event_id = i.event_id
    ) l;
comment on view event_proof is 'Counters, orders, tickets, payments, refunds and ledger of an event, each counted for itself, in one snapshot.';
