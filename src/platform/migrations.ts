/**
 * Brings a database to the schema in `migrations/`; safe when several processes start at once, and
 * beside processes that sell meanwhile.
 *
 * A change of a table waits for every transaction that uses the table, and whoever comes later waits
 * behind it: one old transaction and one `alter table` would stop the sale. So a migration gives up
 * waiting soon, lets the sale go on, and tries again.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { PG_MIGRATE_LOCK_ID, runner } from 'node-pg-migrate'
import pg from 'pg'
import { StartupError } from '../kernel/startup-error.ts'
import { packageRoot } from './package-root.ts'

/** How long a migration may make a sale wait at a time; far below what a purchase waits for. */
const LOCK_TIMEOUT_MS = 500
/** Between two tries, give or take half of it: time for the sale to catch up. */
const RETRY_PAUSE_MS = 1_000
/** A transaction that is still in the way after this will not go away by itself. */
const TRIES_MS_MAX = 120_000

const CONTRIB = 'Install the extensions that come with PostgreSQL (the contrib package).'
/** What the operator of the database has to mend; the runner does not hand on every SQLSTATE. */
const MENDING: readonly (readonly [message: RegExp, mending: string])[] = [
  [/permission denied/, 'Make its user the owner of the database: alter database … owner to …'],
  [/read-only transaction/, 'It is a standby or read-only: name the primary.'],
  [/extension .* is not available|extension control file/, CONTRIB],
  [
    /lock timeout|deadlock detected/,
    'Other transactions have held a table all the time: find them in pg_stat_activity, by xact_start, and end them.',
  ],
]

export interface MigrateOptions {
  /** Where the migrations are, when not in this package's `migrations/`. */
  folder?: string
  /** How long to try while others hold what is to change, in milliseconds. */
  triesMsMax?: number
}

/** @throws StartupError when the database does not let us, for a reason that can be mended. */
export async function migrate(
  connection: pg.ClientConfig,
  options: MigrateOptions = {},
): Promise<void> {
  const client = new pg.Client(connection)
  // A connection that breaks shows at the query; without a listener it would end the process.
  client.on('error', () => undefined)
  await client.connect()
  try {
    // Starters wait here for one another, however long: only one at a time has anything to do.
    await client.query('select pg_advisory_lock($1)', [PG_MIGRATE_LOCK_ID])
    await client.query(`set lock_timeout = ${LOCK_TIMEOUT_MS}`)
    await migrateWithPatience(client, options)
  } catch (error) {
    throw migrationFault(error)
  } finally {
    // Takes the lock and the setting along.
    await client.end().catch(() => undefined)
  }
}

async function migrateWithPatience(client: pg.Client, options: MigrateOptions): Promise<void> {
  const deadline = performance.now() + (options.triesMsMax ?? TRIES_MS_MAX)
  for (;;) {
    try {
      await runner({
        dbClient: client,
        dir: options.folder ?? fileURLToPath(new URL('migrations', packageRoot)),
        migrationsTable: 'schema_migrations',
        direction: 'up',
        noLock: true,
        log: () => undefined,
      })
      return
    } catch (error) {
      // Each migration is a transaction, so one that was held up left nothing behind.
      if (!isHeldUp(error) || performance.now() > deadline) throw error
      await client.query('rollback')
    }
    await sleep(RETRY_PAUSE_MS * (0.5 + Math.random()))
  }
}

const LOCK_NOT_AVAILABLE = '55P03'
const DEADLOCK_DETECTED = '40P01'

const isHeldUp = (error: unknown): boolean =>
  error instanceof pg.DatabaseError &&
  (error.code === LOCK_NOT_AVAILABLE || error.code === DEADLOCK_DETECTED)

/** What a failed migration means for whoever set DATABASE_URL; other errors are returned as they are. */
function migrationFault(error: unknown): unknown {
  const [message = ''] = (error as Error).message.split('\n')
  const mending = MENDING.find(([pattern]) => pattern.test(message))?.[1]
  if (mending === undefined) return error
  return new StartupError(
    `The tables cannot be made in the database of DATABASE_URL: ${message}. ${mending}`,
    { cause: error },
  )
}
