/** Brings a database to the schema in `migrations/`; safe when several processes start at once. */
import { fileURLToPath } from 'node:url'
import { runner } from 'node-pg-migrate'
import type pg from 'pg'
import { packageRoot } from './package-root.ts'

export async function migrate(connection: pg.ClientConfig): Promise<void> {
  await runner({
    databaseUrl: connection,
    dir: fileURLToPath(new URL('migrations', packageRoot)),
    migrationsTable: 'schema_migrations',
    direction: 'up',
    // Starters wait for one another on an advisory lock instead of failing.
    advisoryLockMode: 'wait',
    log: () => undefined,
  })
}
