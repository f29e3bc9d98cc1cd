/** What drivers of PostgreSQL have got wrong when a connection broke, held against ours. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AppError } from '../../src/kernel/errors.ts'
import { Database } from '../../src/platform/postgres.ts'
import { createDatabase } from '../support/database.ts'
import { startFaultProxy, targetOf, urlThrough } from '../support/fault-proxy/proxy.ts'

/** Short, so that what waits for a silent server does not wait long here. */
const STATEMENT_TIMEOUT_MS = 500
/** A statement is given up a second after its timeout. */
const SILENCE_MS = STATEMENT_TIMEOUT_MS + 1_000

async function startRig(options: { connections?: number; settings?: Record<string, string> } = {}) {
  const database = await createDatabase({ migrated: false })
  const proxy = await startFaultProxy({
    target: targetOf(database.connection),
    protocol: 'postgres',
  })
  const direct = new Database({ connection: database.connection, name: 'test', connectionsMax: 2 })
  await direct.query('create table said (what text unique)')
  const db = new Database({
    connection: { connectionString: urlThrough(proxy, database.connection) },
    name: 'through',
    connectionsMax: options.connections ?? 1,
    keepsConnections: true,
    statementTimeoutMs: STATEMENT_TIMEOUT_MS,
    settings: options.settings ?? {},
  })
  return {
    proxy,
    db,
    direct,
    said: async () =>
      (await direct.query<{ what: string }>('select what from said order by what')).map(
        ({ what }) => what,
      ),
    async [Symbol.asyncDispose]() {
      // What went silent would be waited for.
      proxy.cutAll()
      await db[Symbol.asyncDispose]()
      await direct[Symbol.asyncDispose]()
      await proxy[Symbol.asyncDispose]()
      await database[Symbol.asyncDispose]()
    },
  }
}

const isUnavailable = (error: unknown): boolean =>
  error instanceof AppError && error.code === 'unavailable'

test('a rollback after a lost link does not wait, and the pool goes on', async () => {
  await using rig = await startRig()
  const { db, proxy } = rig
  await db.query('select 1')
  const lost = db.transaction(async (tx) => {
    await tx.query(`insert into said values ('a')`)
    proxy.cutAll('reset')
    await tx.query(`insert into said values ('b')`)
  })
  await assert.rejects(lost, isUnavailable)
  await db.query(`insert into said values ('c')`)
  assert.deepEqual(await rig.said(), ['c'])
})

test('a rollback on a link that went silent does not wait a second time', async () => {
  await using rig = await startRig()
  const { db, proxy } = rig
  await db.query('select 1')
  let silentSince = 0
  const lost = db.transaction(async (tx) => {
    proxy.set({ flow: 'swallowed' })
    silentSince = performance.now()
    await tx.query(`insert into said values ('a')`)
  })
  await assert.rejects(lost, isUnavailable)
  const waitedMs = performance.now() - silentSince
  assert.ok(waitedMs < 1.7 * SILENCE_MS, `waited ${waitedMs} ms for a server that says nothing`)
  proxy.heal()
  await db.query(`insert into said values ('c')`)
  assert.deepEqual(await rig.said(), ['c'])
})

test('statements of a broken transaction are never run outside it', async () => {
  await using rig = await startRig()
  const { db, proxy } = rig
  await db.query('select 1')
  const broken = db.transaction(async (tx) => {
    await tx.query(`insert into said values ('a')`)
    proxy.cutAll('end')
    // Code that carries on after an error must not get any further by it.
    await tx.query(`insert into said values ('b')`).catch(() => undefined)
    await db.query('select 1')
    await tx.query(`insert into said values ('c')`).catch(() => undefined)
    return 'done'
  })
  // With one connection, `db` above has to wait for the transaction's own: it gives up.
  await assert.rejects(broken, isUnavailable)
  assert.deepEqual(await rig.said(), [])

  await using wide = await startRig({ connections: 3 })
  const alsoBroken = wide.db.transaction(async (tx) => {
    await tx.query(`insert into said values ('a')`)
    wide.proxy.cutAll('reset')
    await tx.query(`insert into said values ('b')`).catch(() => undefined)
    // By now the pool has a working connection again.
    await wide.db.query('select 1')
    await tx.query(`insert into said values ('c')`).catch(() => undefined)
    return 'done'
  })
  await assert.rejects(alsoBroken, isUnavailable)
  assert.deepEqual(await wide.said(), [])
})

test('a commit that the server turned into a rollback is not taken for a commit', async () => {
  await using rig = await startRig()
  const { db } = rig
  await db.query(`insert into said values ('a')`)
  const swallowed = db.transaction(async (tx) => {
    await tx.query(`insert into said values ('b')`)
    await tx.query(`insert into said values ('a')`).catch(() => undefined)
  })
  await assert.rejects(swallowed, /invariant broken/)
  assert.deepEqual(await rig.said(), ['a'])
  await db.transaction(async (tx) => await tx.query(`insert into said values ('c')`))
  assert.deepEqual(await rig.said(), ['a', 'c'])
})

test('one silent connection is enough to mistrust the idle ones', async () => {
  await using rig = await startRig({ connections: 4 })
  const { db, proxy } = rig
  await Promise.all(Array.from({ length: 4 }, async () => await db.query('select pg_sleep(0.05)')))
  assert.equal(proxy.connections(), 4)
  proxy.silenceAll()
  await assert.rejects(db.query('select 1'), isUnavailable)
  const startedAt = performance.now()
  for (let n = 0; n < 4; n += 1) await db.query('select 1')
  assert.ok(performance.now() - startedAt < SILENCE_MS, 'each had to find out by itself')
})

test('a transaction that nobody ends any more lets go of its locks', async () => {
  await using rig = await startRig({ settings: { idle_in_transaction_session_timeout: '300' } })
  const { db, direct, proxy } = rig
  await direct.query(`insert into said values ('a')`)
  let locked!: () => void
  const isLocked = new Promise<void>((resolve) => (locked = resolve))
  const cutOff = db.transaction(async (tx) => {
    await tx.query('select * from said for update')
    proxy.set({ flow: 'swallowed' })
    locked()
    await tx.query(`insert into said values ('b')`)
  })
  await isLocked
  // Without the server's own timeout this would wait until its statement is given up.
  await Promise.all([
    direct.query(`update said set what = 'c' where what = 'a'`),
    assert.rejects(cutOff, isUnavailable),
  ])
  assert.deepEqual(await rig.said(), ['c'])
})
