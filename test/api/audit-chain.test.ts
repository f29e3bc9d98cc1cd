/** The audit log cannot be changed, and if it is, that shows. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Database } from '../../src/platform/postgres.ts'
import { sealAuditLog } from '../../src/services/admin/seal-audit-log.ts'
import { verifyAuditChain } from '../../src/services/admin/verify-audit-chain.ts'
import { writeAuditEntry } from '../../src/services/admin/write-audit-entry.ts'
import { ADMIN, ADMIN_ENV, signIn } from '../support/accounts.ts'
import { startApp } from '../support/app.ts'
import { type TestDatabase, createDatabase } from '../support/database.ts'

const open = (database: TestDatabase) =>
  new Database({ connection: database.connection, name: 'test', connectionsMax: 8 })

/** @returns Their ids, in order. */
async function writeEntries(db: Database, count: number): Promise<number[]> {
  for (let n = 0; n < count; n += 1) {
    await db.transaction(async (tx) => {
      await writeAuditEntry(tx, {
        actorId: n,
        action: 'event.changed',
        subjectType: 'event',
        subjectId: 7,
        before: { name: 'Björk 🎸', price: 75.5, at: null },
        after: { price: n },
        requestId: 'a-request',
      })
    })
  }
  const rows = await db.query<{ id: number }>('select id from audit_log order by id')
  return rows.map((row) => row.id)
}

/** What only the owner of the tables can do: changes them behind the triggers' back. */
async function tamper(
  db: Database,
  table: 'audit_log' | 'audit_chain',
  sql: string,
): Promise<void> {
  await db.query(`alter table ${table} disable trigger user`)
  await db.query(sql)
  await db.query(`alter table ${table} enable trigger user`)
}

test('entries and links can be neither changed nor deleted', async () => {
  await using database = await createDatabase()
  await using db = open(database)
  await writeEntries(db, 2)
  await sealAuditLog(db)
  for (const table of ['audit_log', 'audit_chain']) {
    for (const sql of [
      `update ${table} set ${table === 'audit_log' ? "action = 'x'" : 'position = 9'}`,
      `delete from ${table}`,
      `truncate ${table} cascade`,
    ]) {
      await assert.rejects(db.query(sql), /append-only/, sql)
    }
  }
  assert.deepEqual(await verifyAuditChain(db), { isIntact: true, sealed: 2 })
})

test('the sealer chains every entry once, in batches', async () => {
  await using database = await createDatabase()
  await using db = open(database)
  assert.equal(await sealAuditLog(db), 0)
  await db.query(
    `insert into audit_log (action, subject_type) select 'event.changed', 'event' from generate_series(1, 1200)`,
  )
  assert.equal(await sealAuditLog(db), 1_200)
  assert.equal(await sealAuditLog(db), 0)
  await writeEntries(db, 1)
  assert.equal(await sealAuditLog(db), 1)
  assert.deepEqual(await verifyAuditChain(db), { isIntact: true, sealed: 1_201 })
})

test('sealers at once make one chain', async () => {
  await using database = await createDatabase()
  await using db = open(database)
  for (let round = 0; round < 5; round += 1) {
    await writeEntries(db, 20)
    await Promise.all(Array.from({ length: 4 }, async () => await sealAuditLog(db)))
  }
  await sealAuditLog(db)
  assert.deepEqual(await verifyAuditChain(db), { isIntact: true, sealed: 100 })
})

test('an entry that commits late is sealed later, and holds up nobody', async () => {
  await using database = await createDatabase()
  await using db = open(database)
  await db.transaction(async (slow) => {
    await writeAuditEntry(slow, { actorId: 1, action: 'slow', subjectType: 'x', subjectId: null })
    await writeEntries(db, 3)
    assert.equal(await sealAuditLog(db), 3)
  })
  assert.equal(await sealAuditLog(db), 1)
  assert.deepEqual(await verifyAuditChain(db), { isIntact: true, sealed: 4 })
})

test('an entry whose deed is rolled back never was', async () => {
  await using database = await createDatabase()
  await using db = open(database)
  const failed = db.transaction(async (tx) => {
    await writeAuditEntry(tx, { actorId: 1, action: 'x', subjectType: 'x', subjectId: null })
    throw new Error('the deed fails')
  })
  await assert.rejects(failed, /the deed fails/)
  assert.equal(await sealAuditLog(db), 0)
})

const tamperings: [string, (ids: number[]) => ['audit_log' | 'audit_chain', string]][] = [
  ['a changed amount', (ids) => ['audit_log', `update audit_log set after = '{"price": 0}' where id = ${ids[4]}`]],
  ['another actor', (ids) => ['audit_log', `update audit_log set actor_id = 99 where id = ${ids[4]}`]],
  ['another time', (ids) => ['audit_log', `update audit_log set at = at - interval '1 microsecond' where id = ${ids[4]}`]],
  ['a removed request id', (ids) => ['audit_log', `update audit_log set request_id = null where id = ${ids[4]}`]],
  ['a changed link', (ids) => ['audit_chain', `update audit_chain set hash = sha256(hash) where audit_id = ${ids[4]}`]],
] // prettier-ignore

for (const [what, change] of tamperings) {
  test(`${what} is found`, async () => {
    await using database = await createDatabase()
    await using db = open(database)
    const ids = await writeEntries(db, 8)
    await sealAuditLog(db)
    await tamper(db, ...change(ids))
    assert.deepEqual(await verifyAuditChain(db), { isIntact: false, auditId: ids[4] })
  })
}

test('an entry that was taken away with its link is found at the next one', async () => {
  await using database = await createDatabase()
  await using db = open(database)
  const ids = await writeEntries(db, 8)
  await sealAuditLog(db)
  await tamper(db, 'audit_chain', `delete from audit_chain where audit_id = ${ids[4]}`)
  assert.deepEqual(await verifyAuditChain(db), { isIntact: false, auditId: ids[5] })
  await tamper(db, 'audit_log', `delete from audit_log where id = ${ids[4]}`)
  assert.deepEqual(await verifyAuditChain(db), { isIntact: false, auditId: ids[5] })
  // Closing the gap does not help.
  await tamper(
    db,
    'audit_chain',
    'update audit_chain set position = position - 1 where position > 5',
  )
  assert.deepEqual(await verifyAuditChain(db), { isIntact: false, auditId: ids[5] })
})

test('an entry whose link alone was taken from the end is found', async () => {
  await using database = await createDatabase()
  await using db = open(database)
  const ids = await writeEntries(db, 8)
  await sealAuditLog(db)
  await tamper(db, 'audit_chain', `delete from audit_chain where audit_id = ${ids[7]}`)
  assert.deepEqual(await verifyAuditChain(db), { isIntact: false, auditId: ids[7] })
})

test('a shop that runs seals its log within a moment', async () => {
  await using app = await startApp({ env: ADMIN_ENV })
  await signIn(app, ADMIN)
  for (let tries = 0; ; tries += 1) {
    const [row] = await app.db.query<{ left: string }>(
      'select count(*) as left from audit_unsealed',
    )
    if (Number(row?.left) === 0) break
    assert.ok(tries < 100, 'the sealer runs')
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  assert.deepEqual(await verifyAuditChain(app.db), { isIntact: true, sealed: 1 })
})
