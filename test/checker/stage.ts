/** Opens what a run plays on: database, shops, workers, mail server; and takes it down again. */
import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  type EmbeddedPostgres,
  startEmbeddedPostgres,
} from '../../src/platform/embedded-postgres/server.ts'
import { migrate } from '../../src/platform/migrations.ts'
import { Database } from '../../src/platform/postgres.ts'
import { Resources } from '../../src/platform/resources.ts'
import { serverUrl } from '../support/server-url.ts'
import type { DatabaseHandle, Fault, Stage, StageOptions } from './fault.ts'
import { type OwnedMailServer, senderOf, startMailServer } from './mail.ts'
import { type OwnedProvider, openProvider } from './payment-provider.ts'
import { type OwnedProcess, isAlive, openProcess } from './process-handle.ts'

const SHOP_ROLES = 'user,event,ticketing,payment,admin,web'
/** Of the checker: snapshots, the fault, the final look. */
const CHECKER_CONNECTIONS = 5
const POSTGRES_BACK_MS = 60_000
const POLL_MS = 10

export interface OwnedStage extends Stage, AsyncDisposable {
  readonly shops: readonly OwnedProcess[]
  readonly workers: readonly OwnedProcess[]
  readonly mail: OwnedMailServer
  readonly provider: OwnedProvider
  /** Where the shops keep the key that signs access tokens. */
  readonly dataDir: string
}

/**
 * @param parent Folder for all that the run writes.
 * @param seed Of the dice of the provider's troubles.
 */
export async function openStage(parent: string, fault: Fault, seed: number): Promise<OwnedStage> {
  await using opening = new Resources()
  const options = fault.stage ?? {}
  const folder = await mkdtemp(join(parent, `${fault.id}-`))
  const mail = opening.use(await startMailServer(join(folder, 'mails.jsonl')))
  const database = await openDatabase(opening, options)
  await options.prepareDatabase?.(database.db)
  const between = await options.between?.(database)
  if (between !== undefined) opening.use(between)
  const dataDir = join(folder, 'data')
  await mkdir(dataDir)
  const provider = opening.use(
    await openProvider({ folder: join(folder, 'provider'), dataDir, seed }),
  )
  const env = {
    DATA_DIR: dataDir,
    STRIPE_API_URL: provider.url,
    DATABASE_URL: between?.databaseUrl ?? database.url,
    SMTP_URL: mail.url,
    LOG_LEVEL: 'warn',
    ...options.shopEnvironment,
  }
  const open = async (name: string, roles: string, more: Record<string, string> = {}) =>
    opening.use(
      await openProcess({
        name,
        roles,
        program: options.program,
        env: { ...env, ...more, ...options.environmentOf?.(name) },
      }),
    )
  const numbered = (count: number) => Array.from({ length: count }, (_, n) => n + 1)
  const [shops, workers] = await Promise.all([
    Promise.all(numbered(options.shops ?? 2).map(async (n) => await open(`shop ${n}`, SHOP_ROLES))),
    Promise.all(
      numbered(options.workers ?? 1).map(
        async (n) =>
          await open(`worker ${n}`, 'worker', {
            MAIL_FROM: senderOf(`worker ${n}`),
            ...options.workerEnvironment,
          }),
      ),
    ),
  ])
  provider.connect(shops)
  const running = opening.move()
  return {
    shops,
    workers,
    database,
    mail,
    provider,
    folder,
    dataDir,
    async [Symbol.asyncDispose]() {
      await running[Symbol.asyncDispose]()
    },
  }
}

async function openDatabase(opening: Resources, options: StageOptions): Promise<DatabaseHandle> {
  const given = await options.databaseFolder?.()
  if (given !== undefined) opening.use(given)
  const folder = given?.path ?? (await temporaryFolder(opening))
  const server = opening.use(
    await startEmbeddedPostgres({
      dataDir: folder,
      log: () => undefined,
      settings: { shared_buffers: '64MB', ...options.databaseSettings },
      environment: options.databaseEnvironment ?? {},
    }),
  )
  // However the checker ends, no server outlives it.
  const endNow = () => {
    if (isAlive(server.pid)) process.kill(server.pid, 'SIGQUIT')
  }
  process.once('exit', endNow)
  opening.defer(async () => {
    await Promise.resolve(process.off('exit', endNow))
  })
  await migrate(server.connection)
  const db = opening.use(
    new Database({
      connection: server.connection,
      name: 'checker',
      connectionsMax: CHECKER_CONNECTIONS,
    }),
  )
  return {
    connection: server.connection,
    url: serverUrl(server.connection),
    db,
    folder,
    pid: () => server.pid,
    async endPostmaster(signal) {
      const old = server.pid
      process.kill(old, signal)
      await backAfter(server, old, db)
    },
    async sessions(name) {
      const rows = await db.query<{ pid: number }>(
        `select pid from pg_stat_activity
          where application_name like 'box-office ' || $1 and application_name <> 'box-office checker'`,
        [name ?? '%'],
      )
      return rows.map((row) => row.pid)
    },
  }
}

/** Short, so that the server's socket fits in, and open to the server's own user. */
async function temporaryFolder(opening: Resources): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'box-office-db-'))
  await chmod(folder, 0o711)
  opening.defer(async () => {
    await rm(folder, { recursive: true, force: true, maxRetries: 5 })
  })
  return folder
}

async function backAfter(server: EmbeddedPostgres, old: number, db: Database): Promise<void> {
  const deadline = performance.now() + POSTGRES_BACK_MS
  for (;;) {
    const isBack =
      server.pid !== old &&
      (await db.query('select 1').then(
        () => true,
        () => false,
      ))
    if (isBack) return
    if (performance.now() > deadline) throw new Error('PostgreSQL did not come back')
    await sleep(POLL_MS)
  }
}
