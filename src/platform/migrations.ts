/** Brings a database to the schema in `migrations/`; safe when several processes start at once. */
import { fileURLToPath } from 'node:url'
import { runner } from 'node-pg-migrate'
import type pg from 'pg'
import { StartupError } from '../kernel/startup-error.ts'
import { packageRoot } from './package-root.ts'

/** What the operator of the database has to mend, by SQLSTATE. */
const MENDING: Record<string, string> = {
  '42501': 'Make its user the owner of the database: alter database … owner to …',
  '25006': 'It is a standby or read-only: name the primary.',
  // An extension's files are missing; the code depends on the version.
  '58P01': 'Install the extensions that come with PostgreSQL (the contrib package).',
  '0A000': 'Install the extensions that come with PostgreSQL (the contrib package).',
}

/** @throws StartupError when the database does not let us, for a reason that can be mended. */
export async function migrate(connection: pg.ClientConfig): Promise<void> {
  await runner({
    databaseUrl: connection,
    dir: fileURLToPath(new URL('migrations', packageRoot)),
    migrationsTable: 'schema_migrations',
    direction: 'up',
    // Starters wait for one another on an advisory lock instead of failing.
    advisoryLockMode: 'wait',
    log: () => undefined,
  }).catch((error: unknown) => {
    const { code = '', message } = error as Error & { code?: string }
    const mending = MENDING[code]
    if (mending === undefined) throw error
    throw new StartupError(
      `The tables cannot be made in the database of DATABASE_URL: ${message}. ${mending}`,
      { cause: error },
    )
  })
}
