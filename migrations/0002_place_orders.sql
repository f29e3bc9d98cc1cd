-- The purchase path. One call decides a whole batch of requests for one event: one row lock and
-- one commit for up to a thousand orders, and an exact verdict for each request.

-- Why an event does not sell at a moment; null when it does. The codes are those of the API.
create function sale_refusal(e events, at timestamptz) returns text
language sql immutable parallel safe
return case
  when e.status = 'draft' then 'not_found'
  when e.status = 'cancelled' then 'event_cancelled'
  when at >= coalesce(e.sales_end_at, e.event_date) or at >= e.event_date then 'sales_closed'
  when at < e.on_sale_at then 'sales_not_started'
  when e.sales_paused then 'sales_paused'
end;

-- Places orders for one event, in the order of the arrays.
--
-- The caller chooses the ids of orders and tickets, so that it can find out after a lost answer
-- what became of them, and puts at most one request of a user into a batch, so that what one user
-- bought before is the same for the whole batch. p_ticket_* are flat: one element per ticket.
--
-- Only refusals are listed, by their 1-based place in the batch:
--   replay         this key has its order already; detail is that order's id
--   key_reused     this key was used for another request
--   not_found, event_cancelled, sales_closed, sales_not_started, sales_paused    see sale_refusal
--   type_required  the event has several ticket types and none was named; detail is how many
--   type_unknown   the event has no such ticket type
--   limit          over the per-user limit; detail is how many this user may still have
--   sold_out       not enough left; detail is how many are
--   account_deleted  its user is gone; requests of theirs can still be on their way
--   method_required  it costs something, and neither a hold nor a payment method was asked for
--
-- An order that costs nothing and is no hold is CONFIRMED. Every other one is PENDING until
-- expires_at; one that is no hold comes with its payment, which its caller carries out at once.
--
-- closed tells why the event does not sell, when it does not; remaining is null when there is no such
-- event. type_ids, type_cents and type_remaining tell of the event's ticket types after the batch, in step.
--
-- A plan made while the tables were small is kept. So enable_seqscan is off, and every lookup is
-- written so that only one index fits it, and so that it stays a lookup for each row: an aggregate or
-- `limit 1` keeps the planner from making a join of it, which would read the whole index each time.
-- Planning anew for the values of each batch would be half of what a batch of one costs.
create function place_orders(
  p_event_id         bigint,
  p_order_ids        bigint[],
  p_user_ids         bigint[],
  p_type_ids         bigint[],
  p_quantities       integer[],
  p_holds            boolean[],
  p_methods          text[],
  p_keys             text[],
  p_digests          bytea[],
  p_ticket_ids       bigint[],
  p_ticket_order_ids bigint[],
  p_ticket_codes     text[],
  out placed_at      timestamptz,
  out expires_at     timestamptz,
  out currency       text,
  out closed         text,
  out remaining      integer,
  out type_ids       bigint[],
  out type_cents     bigint[],
  out type_remaining integer[],
  out refused_at     integer[],
  out refused_why    text[],
  out refused_detail bigint[]
) language plpgsql set enable_seqscan = off set plan_cache_mode = force_generic_plan as $$
declare
  v_max_per_user integer;
  v_only_type    bigint;
  v_types        bigint[];
  v_verdicts     text[];
  v_details      bigint[];
  v_pending      boolean[];
  v_type         integer;
  v_left         integer;
  v_refused      integer;
  v_taken        integer := 0;
  v_held         integer := 0;
  v_type_taken   integer[];
  v_type_held    integer[];
  v_unticketed   bigint[];
  v_gone         bigint[];
begin
  -- From here on nothing about this event's sale changes until we commit.
  select i.capacity - i.held - i.sold into remaining
    from event_inventory i where i.event_id = p_event_id for update;
  if not found then
    select array_agg(n), array_agg('not_found'::text), array_agg(null::bigint)
      into refused_at, refused_why, refused_detail
      from generate_series(1, cardinality(p_order_ids)) n;
    return;
  end if;

  -- Each statement sees what was committed before it began, so these come after the lock.
  placed_at := clock_timestamp();
  select sale_refusal(e, placed_at), placed_at + make_interval(secs => e.hold_seconds), e.currency,
         e.max_per_user, t.ids, t.cents, t.remaining, gone.ids
    into closed, expires_at, currency, v_max_per_user, type_ids, type_cents, type_remaining, v_gone
    from events e
    cross join lateral (
      select array_agg(t.id order by t.id) as ids,
             array_agg((t.price * 100)::bigint order by t.id) as cents,
             array_agg((select i.capacity - i.held - i.sold
                          from inventory i where i.ticket_type_id = t.id) order by t.id) as remaining
        from ticket_types t where t.event_id = e.id
    ) t
    cross join lateral (
      -- Nobody buys for longer than an access token lives after deleting the account.
      select array_agg(u.id) as ids
        from users u where u.deleted_at > placed_at - interval '1 hour'
    ) gone
   where e.id = p_event_id;
  if cardinality(type_ids) = 1 then v_only_type := type_ids[1]; end if;
  v_type_taken := array_fill(0, array[cardinality(type_ids)]);
  v_type_held := v_type_taken;

  select array_agg(v.verdict order by v.n), array_agg(v.detail order by v.n),
         array_agg(v.type_id order by v.n),
         array_agg(v.is_hold or type_cents[array_position(type_ids, v.type_id)] > 0 order by v.n)
    into v_verdicts, v_details, v_types, v_pending
    from (
      select r.n, r.quantity, r.is_hold, coalesce(r.type_id, v_only_type) as type_id,
        case
          when before.id is not null and before.request_digest = r.digest then 'replay'
          when before.id is not null then 'key_reused'
          when r.user_id = any (v_gone) then 'account_deleted'
          when closed is not null then closed
          when coalesce(r.type_id, v_only_type) is null then 'type_required'
          when coalesce(r.type_id, v_only_type) <> all (type_ids) then 'type_unknown'
          when has.quantity + r.quantity > v_max_per_user then 'limit'
          when not r.is_hold and r.method is null
               and type_cents[array_position(type_ids, coalesce(r.type_id, v_only_type))] > 0
            then 'method_required'
        end as verdict,
        case
          when before.id is not null then before.id
          when coalesce(r.type_id, v_only_type) is null then cardinality(type_ids)
          else greatest(v_max_per_user - has.quantity, 0)
        end as detail
      from unnest(p_user_ids, p_type_ids, p_quantities, p_holds, p_methods, p_keys, p_digests)
             with ordinality as r(user_id, type_id, quantity, is_hold, method, key, digest, n)
      left join lateral (
        select o.id, o.request_digest from orders o
         where o.user_id = r.user_id and o.idempotency_key = r.key
         limit 1
      ) before on r.key is not null
      cross join lateral (
        select coalesce(sum(o.quantity), 0) as quantity from orders o
         where o.user_id = r.user_id and o.event_id = p_event_id and o.status <> 'CANCELLED'
      ) ordered
      cross join lateral (
        -- Tickets that were taken back do not count, and are looked for only where it matters.
        select case
          when ordered.quantity + r.quantity <= v_max_per_user then ordered.quantity
          else ordered.quantity - (
            select coalesce(sum((select count(*) from tickets t
                                  where t.order_id = o.id and t.voided_at is not null)), 0)::bigint
              from orders o
             where o.user_id = r.user_id and o.event_id = p_event_id and o.status <> 'CANCELLED')
        end as quantity
      ) has
    ) v;

  -- First come, first served: a smaller request may still fit behind one that was too large.
  for n in 1 .. cardinality(v_verdicts) loop
    continue when v_verdicts[n] is not null;
    v_type := array_position(type_ids, v_types[n]);
    v_left := least(remaining, type_remaining[v_type]);
    if p_quantities[n] > v_left then
      v_verdicts[n] := 'sold_out';
      v_details[n] := v_left;
    else
      remaining := remaining - p_quantities[n];
      type_remaining[v_type] := type_remaining[v_type] - p_quantities[n];
      v_taken := v_taken + p_quantities[n];
      v_type_taken[v_type] := v_type_taken[v_type] + p_quantities[n];
      if v_pending[n] then
        v_held := v_held + p_quantities[n];
        v_type_held[v_type] := v_type_held[v_type] + p_quantities[n];
      end if;
    end if;
  end loop;

  v_refused := num_nonnulls(variadic v_verdicts);
  if v_refused > 0 then
    select array_agg(v.n), array_agg(v.why), array_agg(v.detail)
      into refused_at, refused_why, refused_detail
      from unnest(v_verdicts, v_details) with ordinality as v(why, detail, n)
     where v.why is not null;
  end if;

  if v_taken = 0 then return; end if;

  update event_inventory i set held = i.held + v_held, sold = i.sold + v_taken - v_held
   where i.event_id = p_event_id;
  update inventory i set held = i.held + t.held, sold = i.sold + t.taken - t.held
    from unnest(type_ids, v_type_taken, v_type_held) as t(id, taken, held)
   where i.ticket_type_id = t.id and t.taken > 0;

  insert into orders (id, user_id, event_id, ticket_type_id, quantity, total_price, status,
                      created_at, is_hold, hold_expires_at, confirmed_at, idempotency_key, request_digest)
    select r.id, r.user_id, p_event_id, r.type_id, r.quantity,
           r.quantity * type_cents[array_position(type_ids, r.type_id)] / 100.0,
           (case when r.pending then 'PENDING' else 'CONFIRMED' end)::order_status,
           placed_at, r.is_hold, case when r.pending then expires_at end,
           case when not r.pending then placed_at end, r.key, r.digest
      from unnest(p_order_ids, p_user_ids, v_types, p_quantities, p_holds, v_pending, p_keys, p_digests, v_verdicts)
             as r(id, user_id, type_id, quantity, is_hold, pending, key, digest, verdict)
     where r.verdict is null;

  -- The foreign key has locked the buyers. Who was deleted between the look above and that lock is
  -- found now, and the batch is decided anew.
  perform 1 from users u
    where u.deleted_at > placed_at - interval '1 hour' and u.id = any (p_user_ids)
      and (v_gone is null or u.id <> all (v_gone));
  if found then raise exception 'a buyer has just deleted the account' using errcode = 'serialization_failure'; end if;

  if v_held > 0 then
    insert into payments (order_id, event_id, user_id, amount, currency, status, attempt,
                          payment_method, check_at)
      select r.id, p_event_id, r.user_id,
             r.quantity * type_cents[array_position(type_ids, r.type_id)] / 100.0, place_orders.currency,
             'processing', 1, r.method, payment_check_time(placed_at)
        from unnest(p_order_ids, p_user_ids, v_types, p_quantities, p_holds, p_methods, v_pending, v_verdicts)
               as r(id, user_id, type_id, quantity, is_hold, method, pending, verdict)
       where r.verdict is null and r.pending and not r.is_hold;
  end if;

  if v_taken > v_held then
    if v_refused > 0 or v_held > 0 then
      select array_agg(r.id) into v_unticketed
        from unnest(p_order_ids, v_verdicts, v_pending) as r(id, verdict, pending)
       where r.verdict is not null or r.pending;
    end if;

    insert into tickets (id, order_id, event_id, ticket_code, issued_at)
      select t.id, t.order_id, p_event_id, t.code, placed_at
        from unnest(p_ticket_ids, p_ticket_order_ids, p_ticket_codes) as t(id, order_id, code)
       where v_unticketed is null or t.order_id <> all (v_unticketed);

    insert into outbox (topic, payload, created_at)
      select 'orders.placed',
             jsonb_build_object('event_id', p_event_id, 'order_ids', jsonb_agg(r.id)), placed_at
        from unnest(p_order_ids, v_verdicts, v_pending) as r(id, verdict, pending)
       where r.verdict is null and not r.pending;
  end if;
end $$;

comment on function place_orders is 'Decides a batch of purchase requests for one event: one lock, one commit, an exact verdict for each.';

-- What the gate in front of the purchase path reads: the stock of an event, and why it does not
-- sell when it does not.
create view event_sale_state as
  select i.event_id, i.capacity - i.held - i.sold as remaining, e.currency,
         sale_refusal(e, clock_timestamp()) as closed,
         t.type_ids, t.type_remaining
    from event_inventory i
    join events e on e.id = i.event_id
    cross join lateral (
      select array_agg(n.ticket_type_id) as type_ids,
             array_agg(n.capacity - n.held - n.sold) as type_remaining
        from inventory n where n.event_id = i.event_id
    ) t;
comment on view event_sale_state is 'Stock and sale state of an event at this moment. Owner: ticketing service.';

-- What the payment of an order depends on, for the ticketing service to read.
create view event_sale_terms as
  select id as event_id, status, currency, created_by, name, event_date, refund_until from events;
comment on view event_sale_terms is 'What paying for an event and giving tickets back depend on. Owner: event service.';
