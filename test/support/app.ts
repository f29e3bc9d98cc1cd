/** A whole shop on a database of its own, for black-box tests. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { InjectOptions } from 'fastify'
import { type Shop, composeShop } from '../../src/compose.ts'
import { loadConfig } from '../../src/config.ts'
import type { PaymentProvider } from '../../src/platform/payments.ts'
import { Database } from '../../src/platform/postgres.ts'
import { createDatabase } from './database.ts'

export interface TestApp extends AsyncDisposable {
  shop: Shop
  /** Reads and writes the shop's database beside it. */
  db: Database
  databaseUrl: string
  /** Where its signing key is. */
  dataDir: string
  /** Sends a request without a socket. */
  inject: (options: InjectOptions) => Promise<TestAnswer>
  /** Listens on a free loopback port. @returns `http://127.0.0.1:port` */
  listen: () => Promise<string>
}

export interface TestAnswer {
  status: number
  headers: Record<string, string | string[] | number | undefined>
  body: string
  /** The body, parsed; throws when it is not JSON. */
  json: <T = Record<string, never>>() => T
}

export interface TestAppOptions {
  env?: Record<string, string>
  args?: string[]
  /** Joins the database of another app: two processes on one database. */
  databaseUrl?: string
  /** Signing keys live here; two apps that share it accept each other's tokens. */
  dataDir?: string
  /** In the place of the payment simulator. */
  provider?: PaymentProvider
}

/** `await using app = await startApp()` */
export async function startApp(options: TestAppOptions = {}): Promise<TestApp> {
  const database = options.databaseUrl === undefined ? await createDatabase() : undefined
  const databaseUrl = options.databaseUrl ?? database?.url ?? ''
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'box-office-test-')))
  const { provider } = options
  const shop = await composeShop(
    loadConfig(
      {
        DATABASE_URL: databaseUrl,
        DATA_DIR: dataDir,
        RATE_LIMIT: 'off',
        SAMPLE_DATA: 'off',
        LOG_LEVEL: 'fatal',
        ...options.env,
      },
      options.args ?? [],
    ),
    provider === undefined ? {} : { aroundProvider: () => provider },
  )
  const db = new Database({
    connection: { connectionString: databaseUrl },
    name: 'test',
    connectionsMax: 4,
  })
  return {
    shop,
    db,
    databaseUrl,
    dataDir,
    async inject(request) {
      const answer = await shop.http.inject(request)
      return {
        status: answer.statusCode,
        headers: answer.headers,
        body: answer.body,
        json: <T>() => JSON.parse(answer.body) as T,
      }
    },
    listen: async () => await shop.http.listen({ host: '127.0.0.1', port: 0 }),
    async [Symbol.asyncDispose]() {
      await db[Symbol.asyncDispose]()
      await shop[Symbol.asyncDispose]()
      if (options.dataDir === undefined) await rm(dataDir, { recursive: true, force: true })
      await database?.[Symbol.asyncDispose]()
    },
  }
}
