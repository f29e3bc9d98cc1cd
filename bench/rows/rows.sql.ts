/** What the rows put into and read from the database beside the shop. */
import type { BenchDatabase } from '../side-by-side/bench-server.ts'

/** Of the shop and whoever else, but not the one that asks. */
export async function countConnections(database: BenchDatabase): Promise<number> {
  return await database.use(async (db) => {
    const rows = await db.query<{ count: number }>(
      `select count(*) from pg_stat_activity
        where datname = current_database() and pid <> pg_backend_pid()`,
    )
    return rows[0]?.count ?? 0
  })
}

const ORDERS_PER_STATEMENT = 250_000
const OTHER_EVENTS = 500
export const TICKETS_PER_PAST_ORDER = 2

/**
 * Orders of other people for other events, as years of sales leave them: in the order of their ids
 * and times, two tickets each, nine of ten under an Idempotency-Key. Indexes are there while they are
 * filled, so that they have the shape that growing gives them. Ticket codes have their true form, but
 * the random part is of sixteen letters, not thirty-two.
 * @returns Bytes of the database afterwards.
 */
export async function fillWithSales(
  database: BenchDatabase,
  past: { orders: number; users: number },
): Promise<number> {
  return await database.use(async (db) => {
    await db.query(
      `insert into users (name, email, password_hash)
         select 'Past ' || n, 'past-' || n || '@bench.example', '!' from generate_series(1, $1::integer) n`,
      [past.users],
    )
    await db.query(
      `with made as (
         insert into events (name, venue, event_date, ticket_price, total_tickets, created_by)
           select 'Past concert ' || n, 'City Arena', now() - interval '1 day', 0, 1000000,
                  (select min(id) from users)
             from generate_series(1, $1::integer) n returning id
       )
       insert into event_inventory (event_id, capacity) select id, 1000000 from made`,
      [OTHER_EVENTS],
    )
    await db.query(
      `with made as (
         insert into ticket_types (event_id, name, price, capacity)
           select id, 'General admission', 0, 1000000 from events where name like 'Past concert %' order by id
         returning id, event_id
       )
       insert into inventory (ticket_type_id, event_id, capacity) select id, event_id, 1000000 from made`,
    )
    // Each of these was numbered without gaps. No arrays: one is unpacked anew for every row.
    await db.query(
      `create table bench_past as
         select (select min(id) from users where name like 'Past %') as first_user,
                min(t.id) as first_type, min(t.event_id) as first_event
           from ticket_types t join events e on e.id = t.event_id where e.name like 'Past concert %'`,
    )
    // The references are right; checking fifteen million of them would take longer than the rest.
    await db.query(`set session_replication_role = replica`)
    for (let from = 0; from < past.orders; from += ORDERS_PER_STATEMENT) {
      const to = Math.min(from + ORDERS_PER_STATEMENT, past.orders)
      await db.query(FILL_ORDERS, [from + 1, to, past.orders, past.users])
      await db.query(FILL_TICKETS, [from + 1, to])
    }
    await db.query(
      `update event_inventory i set sold = o.sold
         from (select event_id, sum(quantity) as sold from orders group by event_id) o
        where o.event_id = i.event_id`,
    )
    await db.query(
      `update inventory i set sold = e.sold from event_inventory e where e.event_id = i.event_id`,
    )
    await db.query(
      `select setval('orders_id_seq', $1::bigint), setval('tickets_id_seq', $2::bigint)`,
      [past.orders, past.orders * TICKETS_PER_PAST_ORDER],
    )
    await db.query('drop table bench_past')
    await db.query('vacuum analyze')
    const rows = await db.query<{ bytes: number }>(
      'select pg_database_size(current_database()) as bytes',
    )
    return rows[0]?.bytes ?? 0
  })
}

/** Places are drawn by hashing, so that the same order has the same buyer in every run. */
const FILL_ORDERS = `
  insert into orders (id, user_id, event_id, ticket_type_id, quantity, total_price, status, created_at,
                      confirmed_at, idempotency_key, request_digest)
    select n, p.first_user + h.buyer, p.first_event + h.place, p.first_type + h.place,
           ${TICKETS_PER_PAST_ORDER}, 0, 'CONFIRMED', h.placed_at, h.placed_at,
           case when n % 10 > 0 then h.key end, case when n % 10 > 0 then decode(md5(h.key), 'hex') end
      from bench_past p
     cross join generate_series($1::bigint, $2::bigint) n
     cross join lateral (
       select (hashint8(n) & 2147483647) % $4::integer as buyer, md5('key' || n) as key,
              now() - interval '400 days' * (1 - n::float8 / $3) as placed_at,
              (hashint8(-n) & 2147483647) % ${OTHER_EVENTS} as place
     ) h
     order by n`

const LETTERS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
/** Nine letters of five bits, the highest first. */
const TIME_PREFIX = [8, 7, 6, 5, 4, 3, 2, 1, 0]
  .map((place) => `substr('${LETTERS}', ((o.ms >> ${place * 5}) & 31)::integer + 1, 1)`)
  .join(' || ')
const FILL_TICKETS = `
  insert into tickets (id, order_id, event_id, ticket_code, issued_at)
    select (o.id - 1) * ${TICKETS_PER_PAST_ORDER} + t, o.id, o.event_id,
           'TCK-' || ${TIME_PREFIX} || upper(left(md5(t || 'code' || o.id), 26)), o.created_at
      from (select id, event_id, created_at, (extract(epoch from created_at) * 1000)::bigint as ms
              from orders where id between $1 and $2) o
     cross join generate_series(1, ${TICKETS_PER_PAST_ORDER}) t
     order by 1`
