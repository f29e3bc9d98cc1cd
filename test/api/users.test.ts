/** Opening an account, and looking after one's own. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  type Account,
  ADMIN,
  ADMIN_ENV,
  PASSWORD,
  assertRefused,
  get,
  patch,
  post,
  signIn,
  signUp,
  REGISTER,
  LOGIN,
  REFRESH,
  ME,
  ALICE,
} from '../support/accounts.ts'
import { type TestApp, startApp } from '../support/app.ts'

interface SignedInJson {
  token: string
  user: object
  expires_in: number
  refresh_token?: string
}

async function countUsers(app: TestApp): Promise<number> {
  const [row] = await app.db.query<{ count: string }>('select count(*) from users')
  return Number(row?.count)
}

test('registering answers with the account and none of its secrets', async () => {
  await using app = await startApp()
  const answer = await post(app, REGISTER, { ...ALICE, user_type: 'guest' })
  assert.equal(answer.status, 201, answer.body)
  const user = answer.json<{ id: number; created_at: string }>()
  assert.deepEqual(user, {
    id: user.id,
    name: 'Alice Buyer',
    email: 'alice@example.com',
    user_type: 'guest',
    created_at: user.created_at,
  })
  assert.deepEqual(Object.keys(user), ['id', 'name', 'email', 'user_type', 'created_at'])
  assert.match(user.created_at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
  assert.equal(answer.headers['cache-control'], 'no-store')
})

test('whoever does not say is a guest, and an organizer may say so', async () => {
  await using app = await startApp()
  const guest = await post(app, REGISTER, ALICE)
  assert.equal(guest.json<{ user_type: string }>().user_type, 'guest')
  const organizer = await post(app, REGISTER, {
    ...ALICE,
    email: 'bob@events.com',
    user_type: 'organizer',
  })
  assert.equal(organizer.json<{ user_type: string }>().user_type, 'organizer')
})

test('nobody registers as an admin', async () => {
  await using app = await startApp()
  const answer = await post(app, REGISTER, { ...ALICE, user_type: 'admin' })
  assertRefused(answer, { status: 403, code: 'forbidden', field: 'user_type' })
  assert.equal(await countUsers(app), 0)
})

test('a field that registering does not have is refused by its name', async () => {
  await using app = await startApp()
  for (const field of [
    'id',
    'role',
    'created_at',
    'suspended_at',
    'token_version',
    'email_verified',
  ]) {
    const answer = await post(app, REGISTER, { ...ALICE, [field]: 1 })
    assertRefused(answer, { status: 400, code: 'invalid_request', field })
  }
  const polluted = `{"name":"A","email":"a@b.example","password":"${PASSWORD}","__proto__":{"user_type":"admin"}}`
  assertRefused(await post(app, REGISTER, polluted), {
    status: 400,
    code: 'invalid_request',
    field: 'body',
  })
  assert.equal(await countUsers(app), 0)
})

test('a value of the wrong kind is refused, never converted', async () => {
  await using app = await startApp()
  for (const field of ['name', 'email', 'password', 'user_type']) {
    for (const value of [null, 12345678, true, ['a@b.example'], { $ne: null }]) {
      const answer = await post(app, REGISTER, { ...ALICE, [field]: value })
      assertRefused(
        answer,
        { status: 400, code: 'invalid_request', field },
        `${field} ${String(value)}`,
      )
    }
  }
  for (const field of ['name', 'email', 'password'] as const) {
    const { [field]: _left, ...rest } = ALICE
    assertRefused(await post(app, REGISTER, rest), {
      status: 400,
      code: 'invalid_request',
      field,
    })
  }
  assertRefused(await post(app, REGISTER, { ...ALICE, user_type: 'root' }), {
    status: 400,
    code: 'invalid_request',
    field: 'user_type',
  })
})

test('names of all the world are kept as they are, without the space around them', async () => {
  await using app = await startApp()
  const names = [
    '  Björk Guðmundsdóttir ',
    '山田太郎',
    'محمد',
    "O'Brien; drop table users --",
    '👩‍🚀'.repeat(33),
  ]
  for (const [n, name] of names.entries()) {
    const answer = await post(app, REGISTER, { ...ALICE, name, email: `n${n}@shop.example` })
    assert.equal(answer.status, 201, answer.body)
    assert.equal(answer.json<{ name: string }>().name, name.trim())
  }
})

test('names without a letter, over-long names and control characters are refused', async () => {
  await using app = await startApp()
  const names = [
    '',
    '   ',
    'x'.repeat(101),
    'a\0b',
    'a\nb',
    'a\u202eb',
    '\u200b',
    '\u2060\ufe0f',
    '\u3164',
    '\ud800',
    'x'.repeat(50_000),
  ]
  for (const name of names) {
    const answer = await post(app, REGISTER, { ...ALICE, name })
    assertRefused(
      answer,
      { status: 400, code: 'invalid_request', field: 'name' },
      name.slice(0, 20),
    )
  }
  assert.equal(await countUsers(app), 0)
})

test('what is no e-mail address is refused', async () => {
  await using app = await startApp()
  const emails = [
    '', 'ALICE', 'alice@', '@example.com', 'alice@example', 'a@b@example.com', 'al ice@example.com',
    'alice@example..com', '.alice@example.com', 'al..ice@example.com', 'alice@-example.com',
    'alice@example.com\r\nBcc: all@example.com', 'a\0@example.com', 'alice@127.0.0.1',
    '"<script>"@example.com', 'ALICE,bob@example.com', `${'x'.repeat(65)}@example.com`,
    `a@${'x.'.repeat(130)}example`, `${'a'.repeat(40_000)}@example.com`,
  ] // prettier-ignore
  for (const email of emails) {
    const answer = await post(app, REGISTER, { ...ALICE, email })
    assertRefused(
      answer,
      { status: 400, code: 'invalid_request', field: 'email' },
      email.slice(0, 40),
    )
  }
})

test('an e-mail address has one account, whatever its case and the space around it', async () => {
  await using app = await startApp()
  const first = await post(app, REGISTER, { ...ALICE, email: ' Alice@Example.COM ' })
  assert.equal(first.json<{ email: string }>().email, 'Alice@Example.COM')
  const second = await post(app, REGISTER, ALICE)
  assertRefused(second, { status: 409, code: 'email_taken', field: 'email' })
  assert.equal(
    (await post(app, LOGIN, { email: 'ALICE@example.com', password: ALICE.password })).status,
    200,
  )
})

test('of many registrations of one address at once exactly one succeeds', async () => {
  await using app = await startApp()
  const answers = await Promise.all(
    Array.from(
      { length: 20 },
      async (_, n) =>
        await post(app, REGISTER, {
          ...ALICE,
          email: n % 2 ? 'alice@example.com' : 'ALICE@example.com',
        }),
    ),
  )
  const statuses = answers.map((answer) => answer.status).sort()
  assert.deepEqual(statuses, [201, ...Array<number>(19).fill(409)])
  assert.equal(await countUsers(app), 1)
})

test('passwords are 8 to 256 characters and none of the first guesses', async () => {
  await using app = await startApp()
  const refused: [string, number, string][] = [
    ['short', 400, 'invalid_request'],
    ['x1y2z3ä', 400, 'invalid_request'],
    ['xy'.repeat(129), 400, 'invalid_request'],
    ['null\0character', 400, 'invalid_request'],
    ['lone \ud800 surrogate', 400, 'invalid_request'],
    ['password', 422, 'invalid_value'],
    ['Password123', 422, 'invalid_value'],
    ['12345678', 422, 'invalid_value'],
    ['ssssssssssss', 422, 'invalid_value'],
    ['Alice@Example.com', 422, 'invalid_value'],
  ]
  for (const [password, status, code] of refused) {
    const answer = await post(app, REGISTER, { ...ALICE, password })
    assertRefused(answer, { status, code, field: 'password' }, password)
  }
  for (const [n, password] of [
    '12345678 apples',
    '🐎🔋📎🧷🪴🧦🫖🎻',
    'é'.repeat(255) + 'e',
    '        x',
  ].entries()) {
    const email = `p${n}@shop.example`
    assert.equal((await post(app, REGISTER, { ...ALICE, email, password })).status, 201, password)
    assert.equal((await post(app, LOGIN, { email, password })).status, 200, password)
  }
})

test('a long password counts to its last character', async () => {
  await using app = await startApp()
  const password = 'x1'.repeat(60)
  await post(app, REGISTER, { ...ALICE, password })
  const other = await post(app, LOGIN, {
    email: ALICE.email,
    password: `${password.slice(0, -1)}2`,
  })
  assertRefused(other, { status: 401, code: 'invalid_credentials' })
})

test('a password is the same however its characters are composed', async () => {
  await using app = await startApp()
  await post(app, REGISTER, { ...ALICE, password: 'caf\u00e9 au lait' })
  const answer = await post(app, LOGIN, { email: ALICE.email, password: 'cafe\u0301 au lait' })
  assert.equal(answer.status, 200)
})

const OWN_FIELDS = ['id', 'name', 'email', 'user_type', 'created_at', 'language', 'email_verified']

test('my account is mine alone to see', async () => {
  await using app = await startApp()
  const account = await signUp(app, { name: 'Alice' })
  const me = await get(app, ME, account.token)
  const user = me.json<{ id: number }>()
  assert.deepEqual(Object.keys(user), OWN_FIELDS)
  assert.equal(user.id, account.id)
  assertRefused(await get(app, ME), { status: 401, code: 'unauthenticated' })
})

test('I can change my name and nothing that is not mine to change', async () => {
  await using app = await startApp()
  const account = await signUp(app)
  const renamed = await patch(app, ME, { name: ' Alice B. ' }, account.token)
  assert.equal(renamed.status, 200)
  assert.equal(renamed.json<{ name: string }>().name, 'Alice B.')
  assert.deepEqual(Object.keys(renamed.json()), OWN_FIELDS)
  for (const field of [
    'user_type',
    'id',
    'email',
    'email_verified',
    'suspended_at',
    'token_version',
  ]) {
    const answer = await patch(app, ME, { name: 'Mallory', [field]: 'admin' }, account.token)
    assertRefused(answer, { status: 400, code: 'invalid_request', field })
  }
  assertRefused(await patch(app, ME, {}, account.token), {
    status: 400,
    code: 'invalid_request',
    field: 'body',
  })
  const me = (await get(app, ME, account.token)).json<{ name: string; user_type: string }>()
  assert.deepEqual([me.name, me.user_type], ['Alice B.', 'guest'])
})

test('a new password ends every session and every older token, and begins a new session', async () => {
  await using app = await startApp()
  const account = await signUp(app)
  const elsewhere = await signIn(app, account)
  const answer = await patch(
    app,
    ME,
    { current_password: PASSWORD, password: 'another quiet evening', refresh: 'body' },
    account.token,
  )
  assert.equal(answer.status, 200, answer.body)
  const { token, refresh_token } = answer.json<SignedInJson>()

  for (const old of [account.token, elsewhere.token]) {
    assertRefused(await get(app, ME, old), { status: 401, code: 'unauthenticated' })
  }
  for (const old of [account.refreshToken, elsewhere.refreshToken]) {
    const refused = await post(app, REFRESH, { refresh_token: old })
    assertRefused(refused, { status: 401, code: 'unauthenticated' })
  }
  assert.equal((await get(app, ME, token)).status, 200)
  assert.equal((await post(app, REFRESH, { refresh_token })).status, 200)
  const old = await post(app, LOGIN, { email: account.email, password: PASSWORD })
  assertRefused(old, { status: 401, code: 'invalid_credentials' })
  await signIn(app, { email: account.email, password: 'another quiet evening' })
})

test('a new password needs the current one, and guessing at it is limited', async () => {
  await using app = await startApp()
  const account = await signUp(app)
  const change = async (fields: object) => await patch(app, ME, fields, account.token)

  assertRefused(await change({ password: 'another quiet evening' }), {
    status: 400,
    code: 'invalid_request',
    field: 'current_password',
  })
  assertRefused(await change({ current_password: PASSWORD }), {
    status: 400,
    code: 'invalid_request',
    field: 'password',
  })
  assertRefused(await change({ current_password: PASSWORD, password: 'password123' }), {
    status: 422,
    code: 'invalid_value',
    field: 'password',
  })
  for (let n = 0; n < 10; n += 1) {
    const wrong = await change({
      current_password: 'a wrong guess',
      password: 'another quiet evening',
    })
    assertRefused(wrong, { status: 422, code: 'invalid_value', field: 'current_password' })
  }
  const limited = await change({ current_password: PASSWORD, password: 'another quiet evening' })
  assertRefused(limited, { status: 429, code: 'rate_limited' })
})

test('of two password changes at once one wins', async () => {
  await using app = await startApp()
  const account = await signUp(app)
  const passwords = ['one quiet evening', 'two quiet evenings']
  const answers = await Promise.all(
    passwords.map(
      async (password) =>
        await patch(app, ME, { current_password: PASSWORD, password }, account.token),
    ),
  )
  const winners = answers.filter((answer) => answer.status === 200)
  assert.equal(winners.length, 1, answers.map((answer) => answer.body).join('\n'))
  const password = passwords[answers.findIndex((answer) => answer.status === 200)] as string
  await signIn(app, { email: account.email, password })
})

test('a body that is too large is refused before it is read', async () => {
  await using app = await startApp()
  const answer = await post(app, REGISTER, { ...ALICE, name: 'x'.repeat(70_000) })
  assertRefused(answer, { status: 413, code: 'payload_too_large' })
})

test('the first admin comes from the settings, however often the shop starts', async () => {
  await using app = await startApp({ env: ADMIN_ENV })
  const admin: Account = await signIn(app, ADMIN)
  assert.equal((await get(app, '/api/v1/admin/users', admin.token)).status, 200)
  {
    await using _again = await startApp({
      env: { ...ADMIN_ENV, ADMIN_PASSWORD: 'changed in the settings only' },
      databaseUrl: app.databaseUrl,
    })
  }
  await signIn(app, ADMIN)
  assert.equal(await countUsers(app), 1)
})

test("whoever registered the admin's address first does not become the admin", async () => {
  await using app = await startApp()
  const squatter = { ...ALICE, email: ADMIN.email }
  await post(app, REGISTER, squatter)
  const account = await signIn(app, squatter)
  await using again = await startApp({ env: ADMIN_ENV, databaseUrl: app.databaseUrl })
  assertRefused(await post(again, LOGIN, { email: squatter.email, password: squatter.password }), {
    status: 401,
    code: 'invalid_credentials',
  })
  const refused = await post(again, REFRESH, { refresh_token: account.refreshToken })
  assertRefused(refused, { status: 401, code: 'unauthenticated' })
  await signIn(again, ADMIN)
})
