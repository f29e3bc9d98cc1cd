/** Sessions of the server-rendered pages, through the door of the user service. */
import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { test } from 'node:test'
import { Database } from '../../src/platform/postgres.ts'
import { parseSigningKeys } from '../../src/platform/signing-keys.ts'
import { writeAuditEntry } from '../../src/services/admin/write-audit-entry.ts'
import { userService } from '../../src/services/user/service.ts'
import { PASSWORD } from '../support/accounts.ts'
import { createDatabase } from '../support/database.ts'

const { privateKey } = generateKeyPairSync('ed25519')
const signingKeys = parseSigningKeys(
  privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
  'the test',
)

const accountsOn = (db: Database) =>
  userService({
    db,
    audit: writeAuditEntry,
    signingKeys,
    isProduction: false,
    secureCookies: false,
  }).accounts

const credentials = { email: 'alice@example.com', password: PASSWORD }

async function open() {
  const database = await createDatabase()
  const db = new Database({ connection: database.connection, name: 'test', connectionsMax: 8 })
  const accounts = accountsOn(db)
  const user = await accounts.register({ name: 'Alice', ...credentials })
  const admin = await accounts.createFirstAdmin({
    email: 'admin@example.com',
    password: 'looks after the whole shop',
  })
  return {
    db,
    accounts,
    user,
    admin,
    async [Symbol.asyncDispose]() {
      await db[Symbol.asyncDispose]()
      await database[Symbol.asyncDispose]()
    },
  }
}

test('a page session tells who is signed in, until it is closed', async () => {
  await using shop = await open()
  const { user } = await shop.accounts.login(credentials)
  const { token, expiresAt } = await shop.accounts.openPageSession(user)
  assert.equal(expiresAt.getTime() > Date.now(), true)
  const expected = {
    ...{ userId: user.id, userType: 'guest', name: 'Alice', email: credentials.email },
    language: 'en',
  }
  for (let n = 0; n < 2; n += 1) {
    assert.deepEqual({ ...(await shop.accounts.findPageSession(token)) }, expected)
  }
  await shop.accounts.closePageSession(token)
  assert.equal(await shop.accounts.findPageSession(token), undefined)
  for (const nothing of ['', 'x', 'x'.repeat(5_000), '\0']) {
    assert.equal(await shop.accounts.findPageSession(nothing), undefined)
    await shop.accounts.closePageSession(nothing)
  }
})

test('a page session is no refresh token and the other way round', async () => {
  await using shop = await open()
  const { token } = await shop.accounts.openPageSession(shop.user)
  const [session] = await shop.db.query<{ kind: string }>('select kind from sessions')
  assert.equal(session?.kind, 'page')
  await shop.db.query(`update sessions set kind = 'refresh'`)
  assert.equal(await shop.accounts.findPageSession(token), undefined)
})

test('a suspension ends page sessions, here at once', async () => {
  await using shop = await open()
  const { token } = await shop.accounts.openPageSession(shop.user)
  assert.notEqual(await shop.accounts.findPageSession(token), undefined)
  await shop.accounts.changeUser({
    actorId: shop.admin.id,
    userId: shop.user.id,
    suspended: true,
  })
  assert.equal(await shop.accounts.findPageSession(token), undefined)
  assert.equal(await accountsOn(shop.db).findPageSession(token), undefined)
  await assert.rejects(shop.accounts.openPageSession(shop.user), { code: 'unauthenticated' })
})

test('a new password and a new name show at once, and the password ends page sessions', async () => {
  await using shop = await open()
  const { token } = await shop.accounts.openPageSession(shop.user)
  await shop.accounts.findPageSession(token)
  await shop.accounts.changeOwnAccount({ userId: shop.user.id, name: 'Alice B.' })
  assert.equal((await shop.accounts.findPageSession(token))?.name, 'Alice B.')
  const { user } = await shop.accounts.changeOwnAccount({
    userId: shop.user.id,
    currentPassword: PASSWORD,
    password: 'another quiet evening',
  })
  assert.equal(await shop.accounts.findPageSession(token), undefined)
  const next = await shop.accounts.openPageSession(user)
  assert.notEqual(await shop.accounts.findPageSession(next.token), undefined)
})

test('a login that was checked before a change of the account opens nothing after it', async () => {
  await using shop = await open()
  const { accounts, user, admin } = shop
  const changes = [
    async () =>
      await accounts.changeOwnAccount({
        userId: user.id,
        currentPassword: PASSWORD,
        password: 'another quiet evening',
      }),
    async () =>
      await accounts.changeUser({ actorId: admin.id, userId: user.id, userType: 'organizer' }),
  ]
  for (const [n, change] of changes.entries()) {
    const password = n === 0 ? PASSWORD : 'another quiet evening'
    const login = await accounts.login({ email: credentials.email, password })
    await change()
    await assert.rejects(accounts.openPageSession(login.user), { code: 'unauthenticated' })
  }
})

test("an expired page session is nobody's", async () => {
  await using shop = await open()
  const { token } = await shop.accounts.openPageSession(shop.user)
  await shop.db.query(`update sessions set expires_at = now() - interval '1 second'`)
  assert.equal(await shop.accounts.findPageSession(token), undefined)
})

test('accounts are found by their id, those who exist', async () => {
  await using shop = await open()
  const found = await shop.accounts.findUser(shop.user.id)
  assert.deepEqual([found?.name, found?.email], ['Alice', credentials.email])
  assert.equal(await shop.accounts.findUser(999_999), undefined)
})

test('first admins made by several starters at once are one', async () => {
  await using shop = await open()
  const command = { email: 'other-admin@example.com', password: 'looks after the shop too' }
  const admins = await Promise.all(
    Array.from({ length: 4 }, async () => await shop.accounts.createFirstAdmin(command)),
  )
  assert.equal(new Set(admins.map((admin) => admin.id)).size, 1)
})
