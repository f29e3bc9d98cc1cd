/** The schema changes while it sells, and an old transaction is in the way: nobody is turned away. */
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { after, before, test } from 'node:test'
import pg from 'pg'
import { StartupError } from '../../src/kernel/startup-error.ts'
import { migrate } from '../../src/platform/migrations.ts'
import { Database } from '../../src/platform/postgres.ts'
import { startApp } from '../support/app.ts'
import { createDatabase } from '../support/database.ts'
import { writeNextVersion } from '../support/next-version.ts'
import { type Buyer, buy, createBuyers, createSale, readBooks } from '../support/sale.ts'

const CLIENTS = 8
const BUYERS_PER_CLIENT = 40
/** The most that an event may allow. */
const MOST_PER_USER = 100
/** Longer than any purchase waits for the database: who waits for this transaction fails. */
const OLD_TRANSACTION_MS = 4_500

let parent: string
let nextVersion: string
before(async () => {
  parent = await mkdtemp(join(tmpdir(), 'box-office-migration-'))
  nextVersion = await writeNextVersion(parent)
})
after(async () => {
  await rm(parent, { recursive: true, force: true })
})

test('a migration that an old transaction holds up lets the sale go on, and is done after it', async () => {
  await using database = await createDatabase()
  const { connection, url: databaseUrl } = database
  await using db = new Database({ connection, name: 'test', connectionsMax: 2 })
  await using app = await startApp({ databaseUrl })
  const url = await app.listen()
  const { eventId } = await createSale(db, { capacity: 1_000_000, maxPerUser: MOST_PER_USER })
  const buyers = await createBuyers(db, app.dataDir, CLIENTS * BUYERS_PER_CLIENT)
  let isOver = false
  const statuses = new Map<number, number>()
  const sold = () => statuses.get(201) ?? 0
  const client = async (n: number, at: string) => {
    for (let tries = 0; !isOver; tries += 1) {
      const buyer = buyers[n * BUYERS_PER_CLIENT + (tries % BUYERS_PER_CLIENT)] as Buyer
      const body = { event_id: eventId, quantity: 1 }
      const status = (await buy(at, buyer, body).catch(() => undefined))?.status ?? 0
      statuses.set(status, (statuses.get(status) ?? 0) + 1)
    }
  }
  const clients = Array.from({ length: CLIENTS }, async (_, n) => {
    await client(n, url)
  })

  // Somebody looks at everything, as a backup does, and takes his time.
  const old = new pg.Client(connection)
  await old.connect()
  await old.query('begin isolation level repeatable read')
  for (const table of ['orders', 'events', 'event_inventory', 'tickets']) {
    await old.query(`select 1 from ${table} limit 1`)
  }
  let isMigrated = false
  const migrating = migrate(connection, { folder: nextVersion }).then(() => {
    isMigrated = true
  })
  // By the second half the migration has long begun to wait.
  await sleep(OLD_TRANSACTION_MS / 2)
  const before = sold()
  await sleep(OLD_TRANSACTION_MS / 2)
  assert.equal(isMigrated, false)
  assert.ok(sold() > before + CLIENTS, `the sale stood still: ${sold() - before} orders`)
  await old.query('rollback')
  await old.end()
  await migrating

  // The old version sells on the new schema, and starts on it too.
  const atMigration = sold()
  await using restarted = await startApp({ databaseUrl, dataDir: app.dataDir })
  const other = await restarted.listen()
  const others = [0, 1].map(async (n) => {
    await client(n, other)
  })
  for (let tries = 0; tries < 500 && sold() < atMigration + 2 * CLIENTS; tries += 1) {
    await sleep(10)
  }
  isOver = true
  await Promise.all([...clients, ...others])
  assert.deepEqual([...statuses.keys()], [201])
  assert.ok(sold() >= atMigration + 2 * CLIENTS, 'it did not sell after the migration')
  assert.equal((await readBooks(db, eventId)).orders, sold())
  const [column] = await db.query<{ found: boolean }>(
    `select exists (select from information_schema.columns
       where table_name = 'orders' and column_name = 'next_version_note_1') as found`,
  )
  assert.equal(column?.found, true)
})

test('a migration that is held up for ever leaves nothing behind and says whom to look for', async () => {
  await using database = await createDatabase()
  const old = new pg.Client(database.connection)
  await old.connect()
  await old.query('begin')
  await old.query('select 1 from orders limit 1')
  await assert.rejects(
    migrate(database.connection, { folder: nextVersion, triesMsMax: 1 }),
    (error) => error instanceof StartupError && /pg_stat_activity/.test(error.message),
  )
  await old.query('rollback')
  // Also what came before the table that was held, in the same migration.
  const { rows } = await old.query(
    `select 1 from information_schema.columns where column_name like 'next_version%'`,
  )
  assert.equal(rows.length, 0)
  await old.end()
  await migrate(database.connection, { folder: nextVersion })
})

test('starters at the same time wait for one another, and one of them migrates', async () => {
  await using database = await createDatabase({ migrated: false })
  await Promise.all(
    Array.from({ length: 3 }, async () => {
      await migrate(database.connection, { folder: nextVersion })
    }),
  )
  await using db = new Database({
    connection: database.connection,
    name: 'test',
    connectionsMax: 1,
  })
  const names = await db.query<{ name: string }>('select name from schema_migrations')
  assert.equal(new Set(names.map(({ name }) => name)).size, names.length)
  assert.ok(names.length >= 3, `only ${names.length} migrations`)
})
