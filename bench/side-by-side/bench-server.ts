/** The PostgreSQL that everything is measured on, with the settings of the embedded one. */
import { chmod, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import pg from 'pg'
import { startEmbeddedPostgres } from '../../src/platform/embedded-postgres/server.ts'
import { makeSpareLog } from '../../src/platform/embedded-postgres/spare-log.ts'
import { migrate } from '../../src/platform/migrations.ts'
import { Database } from '../../src/platform/postgres.ts'
import { makeSlowPackage } from './slow-sync.ts'

export interface BenchServer extends AsyncDisposable {
  /** Of the postmaster; all other processes are its children. */
  readonly pid: number
  /** Added to each flush of the log, in milliseconds. */
  readonly syncDelayMs: number
  /** A fresh one with the tables of the shop. */
  createDatabase: () => Promise<BenchDatabase>
  /** A copy of one that nobody is connected to, right after a checkpoint. */
  copyDatabase: (template: BenchDatabase) => Promise<BenchDatabase>
  describe: () => Promise<{ version: string; settings: Record<string, string> }>
}

/** Dropped when disposed of, whoever is still connected. */
export interface BenchDatabase extends AsyncDisposable {
  name: string
  /** For `DATABASE_URL`. */
  url: string
  connection: pg.ClientConfig
  /** One connection for as long as `body` runs. */
  use: <Result>(body: (db: Database) => Promise<Result>) => Promise<Result>
}

const STATEMENT_TIMEOUT_MS = 300_000
/** What a reader of the results may want to know. */
const SETTINGS_SHOWN = [
  ...['fsync', 'synchronous_commit', 'full_page_writes', 'wal_sync_method', 'wal_compression'],
  ...['shared_buffers', 'max_wal_size', 'checkpoint_timeout', 'commit_delay', 'jit'],
  ...['max_connections', 'random_page_cost', 'autovacuum'],
]

/** @throws StartupError when it does not start, or when no C compiler is there for a slow disk. */
export async function startBenchServer(options: {
  folder: string
  syncDelayMs?: number
  log: (line: string) => void
}): Promise<BenchServer> {
  const { syncDelayMs = 0, log } = options
  await mkdir(options.folder, { recursive: true })
  // Started by root, PostgreSQL runs as another user, who must be able to enter.
  await chmod(options.folder, 0o711)
  const packageDir =
    syncDelayMs === 0
      ? undefined
      : await makeSlowPackage({ folder: join(options.folder, 'package'), delayMs: syncDelayMs })
  const server = await startEmbeddedPostgres({
    dataDir: join(options.folder, 'data'),
    log,
    ...(packageDir === undefined ? {} : { packageDir }),
  })
  // As the shop does with its own.
  await makeSpareLog({ connection: server.connection, dataDir: options.folder, log }).made
  const onServer = async (...statements: string[]) => {
    const client = new pg.Client({ ...server.connection, database: 'postgres' })
    client.on('error', () => undefined)
    await client.connect()
    try {
      for (const statement of statements) await client.query(statement)
    } finally {
      await client.end()
    }
  }
  let databases = 0
  const create = async (template: string): Promise<BenchDatabase> => {
    const name = `bench_${(databases += 1)}`
    // Every measurement begins with the same distance to the next checkpoint.
    await onServer(`create database ${name} template ${template}`, 'checkpoint')
    const connection = { ...server.connection, database: name }
    return {
      name,
      connection,
      url: urlOf(connection),
      async use(body) {
        const db = new Database({
          connection,
          name: 'bench',
          connectionsMax: 1,
          statementTimeoutMs: STATEMENT_TIMEOUT_MS,
        })
        try {
          return await body(db)
        } finally {
          await db[Symbol.asyncDispose]()
        }
      },
      [Symbol.asyncDispose]: async () => {
        await onServer(`drop database if exists ${name} with (force)`)
      },
    }
  }
  return {
    get pid() {
      return server.pid
    },
    syncDelayMs,
    async createDatabase() {
      const database = await create('template0')
      await migrate(database.connection)
      return database
    },
    copyDatabase: async (template) => await create(template.name),
    async describe() {
      const db = new Database({ connection: server.connection, name: 'bench', connectionsMax: 1 })
      const rows = await db.query<{ name: string; value: string }>(
        `select name, current_setting(name) as value from pg_settings
          where name = any($1) or name = 'server_version' order by name`,
        [SETTINGS_SHOWN],
      )
      await db[Symbol.asyncDispose]()
      const { server_version: version = '', ...settings } = Object.fromEntries(
        rows.map((row) => [row.name, row.value]),
      )
      return { version, settings }
    },
    [Symbol.asyncDispose]: async () => {
      await server[Symbol.asyncDispose]()
    },
  }
}

function urlOf(connection: { host: string; port: number; user: string; database: string }): string {
  const { host, port, user, database } = connection
  const query = new URLSearchParams({ host, port: String(port), user })
  return `postgresql:///${database}?${query.toString()}`
}
