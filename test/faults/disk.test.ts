/** The database's disk is full, or fails to keep what it was given: nothing is confirmed that is not there. */
import assert from 'node:assert/strict'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { test } from 'node:test'
import { connectionTo } from '../../src/platform/embedded-postgres/database.ts'
import { Database } from '../../src/platform/postgres.ts'
import { type Purchase, assertExactly, insistOn } from '../support/crowd-client.ts'
import { type ShopProcess, startShopProcess } from '../support/process.ts'
import { type Buyer, buy, createBuyers, createSale } from '../support/sale.ts'
import {
  failNextFlush,
  failingFlushFault,
  fillDisk,
  onSmallDisk,
  seenBy,
  smallDiskFault,
} from '../support/small-disk.ts'

const CLIENTS = 8
/** Room for a new cluster and a while of selling. */
const DISK_MEGABYTES = 160
const RECOVERY_MS = 15_000

interface Rig {
  shop: ShopProcess
  db: Database
  eventId: number
  buyers: Buyer[]
}

/** Sells to some clients without pause while `strike` does its harm and mends it. */
async function sellWhile(rig: Rig, strike: (purchases: Purchase[]) => Promise<void>) {
  const purchases: Purchase[] = []
  let isOver = false
  const clients = Array.from({ length: CLIENTS }, async (_, n) => {
    for (let made = 0; !isOver; made += 1) {
      const own = rig.buyers.slice(n * 50, n * 50 + 50)
      const buyer = own[made % own.length] as Buyer
      const request = { buyer, eventId: rig.eventId, key: `${n}-${made}` }
      purchases.push(await insistOn(rig.shop.url, request))
    }
  })
  try {
    await until(() => purchases.length > CLIENTS)
    await strike(purchases)
    const healedAt = performance.now()
    const soFar = purchases.length
    await until(() => purchases.length > soFar)
    assert.ok(performance.now() - healedAt < RECOVERY_MS, 'it took too long to sell again')
  } finally {
    isOver = true
    await Promise.all(clients)
  }
  await assertExactly(rig.db, rig.eventId, purchases)
}

async function openRig(shop: ShopProcess, db: Database, dataDir: string): Promise<Rig> {
  const { eventId } = await createSale(db, { capacity: 100_000, maxPerUser: 100 })
  const buyers = await createBuyers(db, dataDir, CLIENTS * 50)
  return { shop, db, eventId, buyers }
}

const connect = (dataDir: string): Database =>
  new Database({
    connection: connectionTo(join(dataDir, 'socket')),
    name: 'test',
    connectionsMax: 2,
  })

test(
  'a full disk: nothing is confirmed that is not there, and with room again it sells',
  { skip: (await smallDiskFault()) ?? false },
  async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'box-office-full-'))
    await chmod(dataDir, 0o711)
    {
      await using shop = await startShopProcess(
        { DATA_DIR: dataDir },
        [],
        onSmallDisk(dataDir, DISK_MEGABYTES),
      )
      const folder = seenBy(shop.pid, dataDir)
      await using db = connect(folder)
      const rig = await openRig(shop, db, folder)
      await sellWhile(rig, async () => {
        const giveBack = await fillDisk(folder)
        // The log has room in the segment that it has; a new one does not fit.
        await db.query('select pg_switch_wal()').catch(() => undefined)
        const body = { event_id: rig.eventId, quantity: 1 }
        const refused = async () =>
          (await buy(shop.url, rig.buyers[0] as Buyer, body, 'in-need')).status === 503
        await until(refused)
        // It stays so, and the shop stays up.
        await sleep(1_000)
        assert.equal((await fetch(`${shop.url}/livez`)).status, 200)
        assert.equal(await refused(), true)
        await giveBack()
      })
    }
    await rm(dataDir, { recursive: true, force: true })
  },
)

const flushFault = failingFlushFault()
if (flushFault !== undefined && process.env['CI'] !== undefined) throw new Error(flushFault)

test(
  'a flush that fails: PostgreSQL starts again, and every confirmed order is there',
  { skip: flushFault ?? false },
  async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'box-office-eio-'))
    await chmod(dataDir, 0o711)
    {
      await using shop = await startShopProcess({ DATA_DIR: dataDir })
      await using db = connect(dataDir)
      const rig = await openRig(shop, db, dataDir)
      await sellWhile(rig, async () => {
        const startedBefore = await startOf(db)
        const backends = await db.query<{ pid: number }>(
          `select pid from pg_stat_activity where application_name = 'box-office purchases'`,
        )
        await using failing = await failNextFlush(backends.map(({ pid }) => pid))
        await until(() => failing.failed() > 0)
        // It does not go on after it: what the disk has is looked at again from the beginning.
        await until(async () => (await startOf(db)) !== startedBefore)
      })
    }
    await rm(dataDir, { recursive: true, force: true })
  },
)

/** Changes when PostgreSQL has recovered from a crash; throws while it does. */
async function startOf(db: Database): Promise<string> {
  // After a crash the postmaster stays, but none of the processes that it had.
  const [row] = await db.query<{ at: string }>(
    `select backend_start::text as at from pg_stat_activity where backend_type = 'checkpointer'`,
  )
  return row?.at ?? ''
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 30_000
  for (;;) {
    const isMet = await Promise.resolve()
      .then(condition)
      .catch(() => false)
    if (isMet) return
    assert.ok(performance.now() < deadline, 'waited in vain')
    await sleep(20)
  }
}
