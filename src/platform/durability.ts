/** Refuses a database that may forget what it confirmed. */
import { StartupError } from '../kernel/startup-error.ts'
import type { Queryable } from './postgres.ts'

const REASONS: Record<string, string> = {
  fsync: 'a crash of the machine could lose or damage confirmed orders',
  full_page_writes: 'a crash of the machine could damage tables beyond repair',
  synchronous_commit: 'an order could be confirmed to its buyer and then be gone after a crash',
}

/** @throws StartupError that names every unsafe setting, why it matters and how to mend it. */
export async function requireDurability(db: Queryable): Promise<void> {
  const rows = await db.query<{ name: string; setting: string }>(
    `select name, setting from pg_settings where name = any($1) and setting = 'off'`,
    [Object.keys(REASONS)],
  )
  if (rows.length === 0) return
  const faults = rows.map(
    ({ name }) => `  - ${name} is off: ${REASONS[name] ?? ''}. Run: alter system set ${name} = on`,
  )
  throw new StartupError(`PostgreSQL is not set up to keep what it confirms:\n${faults.join('\n')}`)
}
