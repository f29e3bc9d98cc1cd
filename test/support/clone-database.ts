/**
 * Databases on the server in TEST_DATABASE_URL, copied from a template that is made once for each
 * state of `migrations/`. When that is not set, because one file runs by hand, an embedded server
 * is started for this process.
 */
import { spawn } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { readdir, readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { programArguments } from '../../bench/program.ts'
import { migrate } from '../../src/platform/migrations.ts'
import { packageRoot } from '../../src/platform/package-root.ts'
import { KEPT, serverUrl } from './server-url.ts'

export interface DatabaseOptions {
  /** False gives an empty database, without the schema. */
  migrated?: boolean
}

export interface DatabaseClone {
  connection: pg.ClientConfig
  /** The same for `DATABASE_URL`. */
  url: string
  name: string
  drop: () => Promise<void>
  /** Marks it as one to look into, so that the server does not go away with it. */
  keep: () => Promise<void>
}

const TEMPLATE_PREFIX = 'box_office_template_'
/** Any number will do that nothing else locks. */
const TEMPLATE_LOCK = 7_302_188
const NAME_LENGTH_MAX = 63

export async function cloneDatabase(options: DatabaseOptions): Promise<DatabaseClone> {
  const server = await serverConnection()
  const template = options.migrated === false ? 'template0' : await migratedTemplate(server)
  const name = databaseName()
  await onServer(server, async (client) => {
    await client.query(`create database ${name} template ${template}`)
  })
  const connection = { ...server, database: name }
  return {
    connection,
    url: serverUrl(connection),
    name,
    drop: async () => {
      await onServer(server, async (client) => {
        await client.query(`drop database if exists ${name} with (force)`)
      })
    },
    keep: async () => {
      await onServer(server, async (client) => {
        await client.query(`comment on database ${name} is '${KEPT}'`)
      })
    },
  }
}

let started: Promise<pg.ClientConfig> | undefined

async function serverConnection(): Promise<pg.ClientConfig> {
  started ??= (async () =>
    connectionOf(process.env['TEST_DATABASE_URL'] ?? (await startServer())))()
  return await started
}

/** The parts of a URL as `pg` reads it. */
function connectionOf(url: string): pg.ClientConfig {
  const { host, port, user, password, database } = new pg.Client(url)
  return { host, port, user, password: password ?? undefined, database: database ?? 'postgres' }
}

async function startServer(): Promise<string> {
  const child = spawn(process.execPath, programArguments('test/support/server'), {
    cwd: fileURLToPath(packageRoot),
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const lines = createInterface({ input: child.stdout })
  const [url] = (await Promise.race([
    once(lines, 'line'),
    once(child, 'exit').then(() => {
      throw new Error('PostgreSQL for the tests did not start')
    }),
  ])) as [string]
  // It ends by itself when we do.
  lines.close()
  child.unref()
  for (const stream of [child.stdin, child.stdout]) {
    ;(stream as unknown as { unref: () => void }).unref()
  }
  return url
}

let template: Promise<string> | undefined

async function migratedTemplate(server: pg.ClientConfig): Promise<string> {
  return await (template ??= makeTemplate(server))
}

async function makeTemplate(server: pg.ClientConfig): Promise<string> {
  const name = TEMPLATE_PREFIX + (await hashOfMigrations())
  await onServer(server, async (client) => {
    // Held until the connection ends: whoever comes second finds the template made.
    await client.query('select pg_advisory_lock($1)', [TEMPLATE_LOCK])
    const found = await client.query('select 1 from pg_database where datname = $1', [name])
    if (found.rowCount !== 0) return
    const draft = `${name}_draft`
    await client.query(`drop database if exists ${draft}`)
    await client.query(`create database ${draft} template template0`)
    await migrate({ ...server, database: draft })
    await client.query(`alter database ${draft} rename to ${name}`)
  })
  return name
}

async function hashOfMigrations(): Promise<string> {
  const folder = new URL('migrations/', packageRoot)
  const hash = createHash('sha256')
  for (const file of (await readdir(folder)).sort()) {
    hash.update(`${file}\n`).update(await readFile(new URL(file, folder)))
  }
  return hash.digest('hex').slice(0, 16)
}

let databases = 0

/** Says which file made it, so that one that is left over can be told. */
function databaseName(): string {
  databases += 1
  const script = basename(process.argv[1] ?? '').replace(/(\.test)?\.\w+$/, '')
  const end = `_${databases}_${randomBytes(4).toString('hex')}`
  const name = `test_${script.replace(/[^a-z0-9]+/gi, '_')}`.toLowerCase()
  return name.slice(0, NAME_LENGTH_MAX - end.length) + end
}

async function onServer(
  server: pg.ClientConfig,
  body: (client: pg.Client) => Promise<void>,
): Promise<void> {
  const client = new pg.Client(server)
  // A lost connection shows at the next query; without a listener it would end the process.
  client.on('error', () => undefined)
  await client.connect()
  try {
    await body(client)
  } finally {
    await client.end()
  }
}
