/** How a process learns which tokens others have revoked. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Database } from '../../src/platform/postgres.ts'
import { REVOCATION_KEPT_SECONDS, createRevocations } from '../../src/services/user/revocations.ts'
import { updateUser } from '../../src/services/user/users.sql.ts'
import { createDatabase } from '../support/database.ts'

async function open() {
  const database = await createDatabase()
  const db = new Database({ connection: database.connection, name: 'test', connectionsMax: 2 })
  const [user] = await db.query<{ id: number }>(
    `insert into users (name, email, password_hash) values ('A', 'a@b.example', '') returning id`,
  )
  return {
    db,
    userId: user?.id as number,
    async [Symbol.asyncDispose]() {
      await db[Symbol.asyncDispose]().catch(() => undefined)
      await database[Symbol.asyncDispose]()
    },
  }
}

const revoke = async (db: Database, userId: number) =>
  await db.transaction(async (tx) => await updateUser(tx, userId, { revokesTokens: true }))

test('what another process revoked is known after the next reading', async () => {
  await using shop = await open()
  const revocations = createRevocations(shop.db, Date.now)
  await revocations.refresh()
  assert.equal(revocations.minimumVersionOf(shop.userId), undefined)
  await revoke(shop.db, shop.userId)
  await revocations.refresh()
  assert.equal(revocations.minimumVersionOf(shop.userId), 1)
  await revoke(shop.db, shop.userId)
  await revocations.refresh()
  assert.equal(revocations.minimumVersionOf(shop.userId), 2)
})

test('what is noted here is never lowered by a reading that knows less', async () => {
  await using shop = await open()
  const revocations = createRevocations(shop.db, Date.now)
  await revoke(shop.db, shop.userId)
  revocations.note({ id: shop.userId, tokenVersion: 5 })
  revocations.note({ id: 999, tokenVersion: 1 })
  await revocations.refresh()
  assert.equal(revocations.minimumVersionOf(shop.userId), 5)
  assert.equal(revocations.minimumVersionOf(999), 1)
})

test('a revocation is forgotten when no token can be that old', async () => {
  await using shop = await open()
  let now = Date.now()
  const revocations = createRevocations(shop.db, () => now)
  await revoke(shop.db, shop.userId)
  await revocations.refresh()
  await shop.db.query(
    `update users set tokens_revoked_at = now() - make_interval(secs => ${REVOCATION_KEPT_SECONDS})`,
  )
  await revocations.refresh()
  assert.equal(revocations.minimumVersionOf(shop.userId), 1, 'for as long again')
  now += REVOCATION_KEPT_SECONDS * 1000 + 1
  await revocations.refresh()
  assert.equal(revocations.minimumVersionOf(shop.userId), undefined)
})

test('what is known stays known while PostgreSQL is away', async () => {
  await using shop = await open()
  const revocations = createRevocations(shop.db, Date.now)
  await revoke(shop.db, shop.userId)
  await revocations.refresh()
  await shop.db[Symbol.asyncDispose]()
  await assert.rejects(revocations.refresh())
  assert.equal(revocations.minimumVersionOf(shop.userId), 1)
})
