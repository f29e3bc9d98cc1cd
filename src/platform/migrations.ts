/** Brings a database to the schema in `migrations/`; safe when several processes start at once. */
import { fileURLToPath } from 'node:url'
import { runner } from 'node-pg-migrate'
import type pg from 'pg'
import { StartupError } from '../kernel/startup-error.ts'
import { packageRoot } from './package-root.ts'

const CONTRIB = 'Install the extensions that come with PostgreSQL (the contrib package).'
/** What the operator of the database has to mend; the runner does not hand on every SQLSTATE. */
const MENDING: readonly (readonly [message: RegExp, mending: string])[] = [
  [/permission denied/, 'Make its user the owner of the database: alter database … owner to …'],
  [/read-only transaction/, 'It is a standby or read-only: name the primary.'],
  [/extension .* is not available|extension control file/, CONTRIB],
]

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
    const [message = ''] = (error as Error).message.split('\n')
    const mending = MENDING.find(([pattern]) => pattern.test(message))?.[1]
    if (mending === undefined) throw error
    throw new StartupError(
      `The tables cannot be made in the database of DATABASE_URL: ${message}. ${mending}`,
      { cause: error },
    )
  })
}
