/**
 * Purchases that lose against others all the time: a trigger that fails with the errors of a lost
 * race, as often as told and where the seed says, and a rival that makes true deadlocks.
 */
import type { Database, Queryable } from '../../src/platform/postgres.ts'

/** Puts the trigger in; until `setStorm` it only counts. */
export async function installStorm(db: Queryable, seed: number): Promise<void> {
  await db.query('create sequence storm_attempts')
  await db.query('create table storm (percent integer not null)')
  await db.query('insert into storm values (0)')
  await db.query(`
    create function storm() returns trigger language plpgsql as $$
    declare
      -- A sequence is not rolled back, so this counts what failed too.
      v_draw bigint := abs(hashint8extended(nextval('storm_attempts'), ${seed}) % 200);
    begin
      if v_draw % 100 < (select percent from storm) then
        raise exception 'a storm' using
          errcode = case when v_draw < 100 then '40001' else '40P01' end;
      end if;
      return null;
    end $$`)
  await db.query(
    'create trigger storm after insert on orders for each statement execute function storm()',
  )
}

/** @param percent How many of a hundred batches that sell something fail from now on. */
export async function setStorm(db: Queryable, percent: number): Promise<void> {
  await db.query('update storm set percent = $1', [percent])
}

/** How often a batch that sells something was tried so far. */
export async function stormAttempts(db: Queryable): Promise<number> {
  const [row] = await db.query<{ n: number }>(
    'select case when is_called then last_value else 0 end as n from storm_attempts',
  )
  return row?.n ?? 0
}

/**
 * Takes the locks of a purchase the wrong way round, and holds the first until the second is
 * there: with a purchase on its way, PostgreSQL has to break a deadlock.
 * @returns Whether the rival was the one to go.
 */
export async function makeDeadlock(db: Database, eventId: number): Promise<boolean> {
  return await db
    .transaction(async (tx) => {
      await tx.query('select 1 from inventory where event_id = $1 for update', [eventId])
      await waitForLock(db)
      await tx.query('select 1 from event_inventory where event_id = $1 for update', [eventId])
      return false
    })
    .catch(() => true)
}

/** Until somebody waits for a lock, or two seconds: an event may have sold out meanwhile. */
async function waitForLock(db: Database): Promise<void> {
  for (let tries = 0; tries < 100; tries += 1) {
    const [row] = await db.query<{ waiting: boolean }>(
      `select exists (select from pg_locks where not granted) as waiting`,
    )
    if (row?.waiting === true) return
    await db.query('select pg_sleep(0.02)')
  }
}

/** Deadlocks that PostgreSQL broke in this database so far. */
export async function deadlocksBroken(db: Queryable): Promise<number> {
  const [row] = await db.query<{ n: number }>(
    `select deadlocks as n from pg_stat_database where datname = current_database()`,
  )
  return row?.n ?? 0
}

/** Sessions of shops by what they do now, e.g. `{ idle: 9 }`. */
export async function sessionStates(db: Queryable): Promise<Record<string, number>> {
  const rows = await db.query<{ state: string; n: number }>(
    `select state, count(*) as n from pg_stat_activity
      where datname = current_database() and application_name = 'box-office purchases'
      group by state`,
  )
  return Object.fromEntries(rows.map(({ state, n }) => [state, n]))
}
