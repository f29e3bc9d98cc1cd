/**
 * Secrets that can be recognised go into every route, in every place where a secret has its place
 * and some where it has none. Afterwards they are nowhere: not in the log, however much it says,
 * not in metrics, refusals, messages, jobs, mails or the audit log, nor anywhere else in the database.
 */
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { ADMIN, ADMIN_ENV } from '../support/accounts.ts'
import { Database } from '../../src/platform/postgres.ts'
import { mailTo, tokenIn } from '../support/mailbox.ts'
import { type TestDatabase, createDatabase } from '../support/database.ts'
import { type ShopProcess, startShopProcess } from '../support/process.ts'

/** Short enough for every field, and nothing that anybody would write. */
const CANARY = 'qzxcanary'
/** In the address of a page, which that page may link to: for who sent it, but for no log. */
const IN_ADDRESS = 'qzxaddress'
const password = (n: number) => `${CANARY}-password-${n}`
const KEY = `${CANARY}-idempotency-key`

let database: TestDatabase
let dataDir: string
let shop: ShopProcess
let db: Database
before(async () => {
  database = await createDatabase()
  dataDir = await mkdtemp(join(tmpdir(), 'box-office-secrets-'))
  const env = { DATABASE_URL: database.url, DATA_DIR: dataDir, LOG_LEVEL: 'debug', ...ADMIN_ENV }
  shop = await startShopProcess(env)
  db = new Database({
    connection: { connectionString: database.url },
    ...{ name: 'test', connectionsMax: 4 },
  })
})
after(async () => {
  await db[Symbol.asyncDispose]()
  await shop[Symbol.asyncDispose]()
  await rm(dataDir, { recursive: true, force: true })
  await database[Symbol.asyncDispose]()
})

interface Sent {
  status: number
  text: string
  cookies: string[]
}

const refusals: string[] = []

async function send(method: string, path: string, init: { body?: unknown; headers?: Record<string, string> } = {}): Promise<Sent> {
  const { body, headers = {} } = init
  const answer = await fetch(`${shop.url}${path}`, {
    method,
    redirect: 'manual',
    headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
  const text = await answer.text()
  if (answer.status >= 400) refusals.push(text)
  return { status: answer.status, text, cookies: answer.headers.getSetCookie() }
} // prettier-ignore

/** What the shop gave out and must not be found anywhere either. */
const issued = new Set<string>()

async function signIn(email: string, secret: string) {
  const body = { email, password: secret, refresh: 'body' }
  const answer = await send('POST', '/api/v1/users/login', { body })
  assert.equal(answer.status, 200, answer.text)
  const { token, refresh_token } = JSON.parse(answer.text) as {
    token: string
    refresh_token: string
  }
  issued.add(token).add(refresh_token)
  return { authorization: `Bearer ${token}`, refresh_token }
}

test('secrets that went through every route are found nowhere', async () => {
  await goThroughLife()
  await sendEverywhere()

  const metrics = await (await fetch(`${shop.url}/metrics`)).text()
  // Lines may be kept back for a while, but not beyond the end.
  await shop[Symbol.asyncDispose]()
  const { output } = shop
  await until(() => output().includes('Stopped.'))
  const places: [string, string][] = [
    ['the log', output()],
    ['the metrics', metrics],
    ...refusals.map((refusal): [string, string] => ['a refusal', refusal]),
    ...(await everyTable()),
  ]
  assert.ok(refusals.length > 60, `${refusals.length} refusals were looked at`)
  assert.ok(output().split('\n').length > 100, 'the log has a line for each request')
  const secrets = [CANARY, Buffer.from(CANARY).toString('base64').slice(0, 10), ...issued]
  for (const [place, text] of places) {
    for (const secret of place === 'a refusal' ? secrets : [...secrets, IN_ADDRESS]) {
      const at = text.indexOf(secret)
      assert.equal(at, -1, `${place} has a secret: ${text.slice(Math.max(0, at - 200), at + 80)}`)
    }
  }
  // The one that is kept on purpose: it is what a retry is recognised by.
  const kept = await db.query(`select 1 from orders where idempotency_key = $1`, [KEY])
  assert.equal(kept.length, 1)
})

/** All that one does with a password, tokens, cookies and a key. */
async function goThroughLife(): Promise<void> {
  const admin = await signIn(ADMIN.email, ADMIN.password)
  const event = { name: 'Rock Night', venue: 'Arena', event_date: '2035-12-10T20:00:00Z', ticket_price: 1, total_tickets: 9 } // prettier-ignore
  const created = await send('POST', '/api/v1/events', { body: event, headers: { authorization: admin.authorization } }) // prettier-ignore
  const { id } = JSON.parse(created.text) as { id: number }

  const email = 'alice@shop.example'
  const register = { name: 'Alice Buyer', email, password: password(1) }
  assert.equal((await send('POST', '/api/v1/users/register', { body: register })).status, 201)
  assert.equal((await send('POST', '/api/v1/users/register', { body: register })).status, 409)
  const alice = await signIn(email, password(1))
  const { authorization } = alice
  const order = { event_id: id, quantity: 1 }
  for (let n = 0; n < 2; n += 1) {
    const headers = { authorization, 'idempotency-key': KEY }
    assert.equal((await send('POST', '/api/v1/orders', { body: order, headers })).status, 201)
  }
  const change = { password: password(2), current_password: password(1) }
  const changed = await send('PATCH', '/api/v1/users/me', { body: { ...change, refresh: 'body' }, headers: { authorization } }) // prettier-ignore
  assert.equal(changed.status, 200, changed.text)
  const { refresh_token } = JSON.parse(changed.text) as { refresh_token: string }
  const refreshed = await send('POST', '/api/v1/users/refresh', { body: { refresh_token } })
  assert.equal(refreshed.status, 200)
  issued.add(refresh_token).add((JSON.parse(refreshed.text) as { token: string }).token)
  // Used twice: the second time may be a lost answer, and is worth a look either way.
  const again = await send('POST', '/api/v1/users/refresh', { body: { refresh_token } })
  if (again.status === 200) issued.add((JSON.parse(again.text) as { token: string }).token)
  await send('POST', '/api/v1/users/logout', { body: { refresh_token: alice.refresh_token } })

  const verification = await linkToken(email, 'verification')
  assert.equal((await send('POST', '/api/v1/users/verify-email', { body: { token: verification } })).status, 204) // prettier-ignore
  for (const n of [7, 2]) {
    await send('POST', '/api/v1/users/password-reset', { body: { email } })
    const token = await linkToken(email, 'password-reset')
    await send('GET', `/reset?token=${token}`)
    const reset = { token, password: password(n) }
    assert.equal((await send('POST', '/api/v1/users/password-reset/confirm', { body: reset })).status, 204) // prettier-ignore
    await send('POST', '/api/v1/users/password-reset/confirm', { body: reset })
  }

  const form = { origin: shop.url, 'content-type': 'application/x-www-form-urlencoded' }
  const signedIn = await send('POST', '/sign-in', { body: new URLSearchParams({ email, password: password(2) }).toString(), headers: form }) // prettier-ignore
  assert.equal(signedIn.status, 303, signedIn.text)
  const cookie = signedIn.cookies.map((each) => each.split(';')[0]).join('; ')
  for (const each of signedIn.cookies) issued.add(/=([^;]+)/.exec(each)?.[1] ?? '')
  assert.equal((await send('GET', '/tickets', { headers: { cookie } })).status, 200)
  for (const path of ['/sign-in', '/sign-up']) {
    const fields = { name: 'A', email: 'no address', password: password(3) }
    await send('POST', path, { body: new URLSearchParams(fields).toString(), headers: form })
  }
}

/** The token of a link that was sent. Here its mail is the one place where it may be, so it goes. */
async function linkToken(email: string, cause: string): Promise<string> {
  const token = tokenIn(await mailTo(db, email, cause))
  issued.add(token)
  await db.query('delete from mails where body_text like $1', [`%${token}%`])
  return token
}

/** Into every operation of the API and every page, wrong as it is. */
async function sendEverywhere(): Promise<void> {
  const document = JSON.parse((await send('GET', '/api/v1/openapi.json')).text) as {
    paths: Record<string, Record<string, object>>
  }
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => [method.toUpperCase(), path] as const),
  )
  assert.ok(operations.length > 20, 'operations.length > 20')
  const pages = ['/', '/events/{id}', '/tickets', '/tickets/order/{id}', '/sign-in', '/forgot-password', '/reset', '/verify', '/mailbox', '/nothing']
  const admin = await signIn(ADMIN.email, ADMIN.password)
  const body = {
    ...{ password: password(4), current_password: password(4), refresh_token: `${CANARY}-refresh` },
    ...{ [`${CANARY}-field`]: 1, email: `${CANARY}@shop.example`, name: 'Bob' },
  }
  for (const [method, path] of [...operations, ...pages.map((page) => ['GET', page] as const)]) {
    const inAddress = pages.includes(path) ? IN_ADDRESS : CANARY
    const hasBody = !['GET', 'DELETE'].includes(method)
    const secret = {
      ...{ authorization: `Bearer ${CANARY}.token.x`, cookie: `session=${CANARY}; refresh_token=${CANARY}; device=${CANARY}` },
      ...{ 'idempotency-key': `${CANARY}-other-key`, 'x-api-key': CANARY },
    }
    const plain = path.replace(/\{\w+\}/, '999999')
    const variants: [string, Parameters<typeof send>[2]][] = [
      [plain, { headers: secret, ...(hasBody ? { body: { password: password(4) } } : {}) }],
      [`${plain}?token=${inAddress}&password=${inAddress}`, { headers: { authorization: admin.authorization } }],
      [path.replace(/\{\w+\}/, inAddress), { headers: { authorization: admin.authorization } }],
    ]
    if (hasBody) {
      const own = { ...secret, authorization: admin.authorization }
      const { [`${CANARY}-field`]: _, ...named } = body
      variants.push([plain, { headers: own, body: named }])
      variants.push([plain, { headers: own, body: `{"password":"${password(5)}", broken` }])
    }
    for (const [target, init] of variants) await send(method, target, init)
  }
} // prettier-ignore

/** Every row of every table, without the column that keeps keys on purpose. */
async function everyTable(): Promise<[string, string][]> {
  const tables = await db.query<{ name: string }>(
    `select table_name as name from information_schema.tables
      where table_schema = 'public' and table_type = 'BASE TABLE'`,
  )
  for (const name of ['outbox', 'jobs', 'mails', 'audit_log', 'sessions', 'users', 'user_tokens']) {
    assert.ok(
      tables.some((table) => table.name === name),
      `there is a table ${name}`,
    )
  }
  return await Promise.all(
    tables.map(async ({ name }): Promise<[string, string]> => {
      const rows = await db.query<{ text: string }>(
        `select (to_jsonb(t) - 'idempotency_key')::text as text from ${name} t`,
      )
      return [`the table ${name}`, rows.map((row) => row.text).join('\n')]
    }),
  )
}

async function until(isTrue: () => boolean): Promise<void> {
  const deadline = performance.now() + 20_000
  while (!isTrue()) {
    assert.ok(performance.now() < deadline, 'it became true in time')
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
