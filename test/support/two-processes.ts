/** Two shops in two processes on one database: what holds here holds on many machines. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Database } from '../../src/platform/postgres.ts'
import { createDatabase } from './database.ts'
import { startShopProcess } from './process.ts'
import { type Answer, type Buyer, buy, createBuyers } from './sale.ts'

export interface TwoProcesses extends AsyncDisposable {
  urls: readonly [string, string]
  db: Database
  buyers: (count: number, userType?: 'guest' | 'organizer') => Promise<Buyer[]>
  /** Buys at one process, the next at the other. */
  buyAlternating: (
    requests: readonly { buyer: Buyer; body: object; key?: string }[],
  ) => Promise<Answer[]>
}

export async function startTwoProcesses(): Promise<TwoProcesses> {
  const database = await createDatabase()
  const dataDir = await mkdtemp(join(tmpdir(), 'box-office-two-'))
  const db = new Database({
    connection: { connectionString: database.url },
    name: 'test',
    connectionsMax: 8,
  })
  // The key they share is made before either starts.
  await createBuyers(db, dataDir, 1)
  const env = { DATABASE_URL: database.url, DATA_DIR: dataDir }
  const shops = await Promise.all([startShopProcess(env), startShopProcess(env)])
  const urls = [shops[0].url, shops[1].url] as const
  return {
    urls,
    db,
    buyers: async (count, userType = 'guest') => await createBuyers(db, dataDir, count, userType),
    buyAlternating: async (requests) =>
      await Promise.all(
        requests.map(
          async ({ buyer, body, key }, n) =>
            await buy(n % 2 === 0 ? urls[0] : urls[1], buyer, body, key),
        ),
      ),
    async [Symbol.asyncDispose]() {
      await Promise.all(shops.map(async (shop) => await shop[Symbol.asyncDispose]()))
      await db[Symbol.asyncDispose]()
      await rm(dataDir, { recursive: true, force: true })
      await database[Symbol.asyncDispose]()
    },
  }
}
