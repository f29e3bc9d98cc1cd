/**
 * The purchase function with its protection taken away, for the controls of race tests: if the rig
 * cannot oversell without the lock and the constraints, it proves nothing with them.
 */
import assert from 'node:assert/strict'
import type { Queryable } from '../../src/platform/postgres.ts'

/** Long enough for another batch to begin while this one has read and not yet written. */
const PAUSE_SECONDS = 0.1

/** Only ever in a database of its own. */
export async function removeProtection(db: Queryable): Promise<void> {
  const [row] = await db.query<{ definition: string }>(
    `select pg_get_functiondef('place_orders'::regproc) as definition`,
  )
  const definition = row?.definition ?? ''
  const unlocked = definition
    .replace('where i.event_id = p_event_id for update;', 'where i.event_id = p_event_id;')
    .replace(
      'if v_taken = 0 then return; end if;',
      `if v_taken = 0 then return; end if; perform pg_sleep(${PAUSE_SECONDS});`,
    )
  assert.ok(
    unlocked.includes('pg_sleep') && !unlocked.includes('for update'),
    "unlocked.includes('pg_sleep') && !unlocked.includes('for update')",
  )
  await db.query(unlocked)
  await db.query('alter table event_inventory drop constraint event_never_oversold')
  await db.query('alter table inventory drop constraint ticket_type_never_oversold')
  await db.query('drop index orders_idempotency')
}
