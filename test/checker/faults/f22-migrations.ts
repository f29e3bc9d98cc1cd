/** The schema changes while it sells, with old transactions in the way; old and new run together. */
import pg from 'pg'
import { migrate } from '../../../src/platform/migrations.ts'
import { writeNextVersion } from '../../support/next-version.ts'
import type { Fault, ProcessHandle } from '../fault.ts'
import { strikeAgain } from './strikes.ts'

const TABLES = ['events', 'event_inventory', 'orders', 'tickets']
const OLD_TRANSACTION_MS = { min: 1_000, max: 5_000 }

export const migrations = (): Fault => ({
  id: 'F22',
  title: 'the schema changes',
  seconds: 45,
  async run(context) {
    const { random, stage, pause, landed } = context
    const { connection, db } = stage.database
    let version = 0
    await strikeAgain(context, [
      async () => {
        const old = new pg.Client(connection)
        await old.connect()
        try {
          // Somebody looks at everything, as a backup does, and takes his time.
          await old.query('begin isolation level repeatable read')
          for (const table of TABLES) await old.query(`select 1 from ${table} limit 1`)
          version += 1
          const migrating = migrate(connection, {
            folder: await writeNextVersion(stage.folder, version),
          })
          await pause(random.integer(OLD_TRANSACTION_MS.min, OLD_TRANSACTION_MS.max))
          await old.query('rollback')
          await migrating
        } finally {
          await old.end()
        }
        const [row] = await db.query<{ n: number }>(
          `select count(*) as n from schema_migrations where name like '%next_version%'`,
        )
        if (row?.n !== version) throw new Error('the migration was not made')
        landed(`migration ${version}`)
        context.healed()
        // The version before starts on the new schema, beside one that has been running on it.
        const shop = stage.shops[random.integer(0, stage.shops.length - 1)] as ProcessHandle
        await shop.kill()
        await shop.start()
        landed(`${shop.name} started again`)
        context.healed(shop)
      },
    ])
  },
})
