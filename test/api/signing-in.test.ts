/** Signing in, staying signed in, and signing out. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hash } from '@node-rs/argon2'
import {
  PASSWORD,
  assertRefused,
  cookieValue,
  cookiesOf,
  get,
  post,
  signIn,
  signUp,
  REGISTER,
  LOGIN,
  REFRESH,
  LOGOUT,
  ME,
  ALICE,
} from '../support/accounts.ts'
import { type TestAnswer, startApp } from '../support/app.ts'

interface SignedInJson {
  token: string
  user: object
  expires_in: number
  refresh_token?: string
}

test('signing in answers with a token and who it is', async () => {
  await using app = await startApp()
  const { id } = (await post(app, REGISTER, ALICE)).json<{ id: number }>()
  const answer = await post(app, LOGIN, { email: ALICE.email, password: ALICE.password })
  assert.equal(answer.status, 200, answer.body)
  const { token, user, expires_in, ...rest } = answer.json<SignedInJson>()
  assert.deepEqual(user, { id, name: 'Alice Buyer', user_type: 'guest' })
  assert.equal(expires_in, 900)
  assert.deepEqual(rest, {}, 'the refresh token is in the cookie only')
  const me = await get(app, ME, token)
  assert.equal(me.json<{ email: string }>().email, ALICE.email)
})

test('the refresh token is a cookie that scripts and other sites cannot use', async () => {
  await using app = await startApp()
  await post(app, REGISTER, ALICE)
  const answer = await post(app, LOGIN, { email: ALICE.email, password: ALICE.password })
  const { refresh_token } = cookiesOf(answer)
  assert.match(refresh_token ?? '', /^refresh_token=[\w-]{43}; /)
  assert.match(refresh_token ?? '', /; Path=\/api\/v1\/users(;|$)/)
  assert.match(refresh_token ?? '', /; HttpOnly(;|$)/)
  assert.match(refresh_token ?? '', /; SameSite=Strict(;|$)/)
  assert.match(refresh_token ?? '', /; Max-Age=2592000(;|$)/)
  assert.doesNotMatch(refresh_token ?? '', /Secure/, 'this shop speaks no TLS')
})

test('the refresh token is in the body, and no cookie is set, when that is asked for', async () => {
  await using app = await startApp()
  await post(app, REGISTER, ALICE)
  const answer = await post(app, LOGIN, {
    email: ALICE.email,
    password: ALICE.password,
    refresh: 'body',
  })
  assert.match(answer.json<SignedInJson>().refresh_token ?? '', /^[\w-]{43}$/)
  assert.deepEqual(cookiesOf(answer), {})
})

test('an unknown address and a wrong password get the same answer', async () => {
  await using app = await startApp()
  await post(app, REGISTER, ALICE)
  const wrong = await post(app, LOGIN, { email: ALICE.email, password: 'not the password' })
  assertRefused(wrong, { status: 401, code: 'invalid_credentials' })
  const visible = (answer: TestAnswer) => ({ ...answer.json<object>(), request_id: '' })
  for (const email of ['bob@example.com', 'no address', 'a\0@example.com', '\ud800@example.com']) {
    const unknown = await post(app, LOGIN, { email, password: 'not the password' })
    assert.deepEqual(visible(unknown), visible(wrong), email)
  }
})

test('a suspended account is told so only to who knows its password', async () => {
  await using app = await startApp()
  await post(app, REGISTER, ALICE)
  await app.db.query('update users set suspended_at = now()')
  const wrong = await post(app, LOGIN, { email: ALICE.email, password: 'not the password' })
  assertRefused(wrong, { status: 401, code: 'invalid_credentials' })
  const right = await post(app, LOGIN, { email: ALICE.email, password: ALICE.password })
  assertRefused(right, { status: 403, code: 'account_suspended' })
})

test('after ten wrong passwords an account has to be left alone for a while', async () => {
  await using app = await startApp()
  await post(app, REGISTER, ALICE)
  const guess = async () =>
    await post(app, LOGIN, { email: ALICE.email, password: 'a wrong guess' })
  const right = async () =>
    await post(app, LOGIN, { email: ALICE.email, password: ALICE.password, refresh: 'body' })

  for (let n = 0; n < 9; n += 1) assert.equal((await guess()).status, 401)
  // Signing in neither uses up a try nor gives the wrong ones back.
  for (let n = 0; n < 5; n += 1) assert.equal((await right()).status, 200)
  assert.equal((await guess()).status, 401)

  const refused = await right()
  assertRefused(refused, { status: 429, code: 'rate_limited' })
  const seconds = Number(refused.headers['retry-after'])
  assert.ok(seconds > 0 && seconds <= 900, `Retry-After: ${seconds}`)

  const unknown = { email: 'nobody@example.com', password: 'a wrong guess' }
  for (let n = 0; n < 10; n += 1) assert.equal((await post(app, LOGIN, unknown)).status, 401)
  assert.equal((await post(app, LOGIN, unknown)).status, 429, 'an unknown account looks the same')
})

test('fifty wrong passwords at once are ten tries and forty refusals', async () => {
  await using app = await startApp()
  await post(app, REGISTER, ALICE)
  const answers = await Promise.all(
    Array.from(
      { length: 50 },
      async (_, n) => await post(app, LOGIN, { email: ALICE.email, password: `guess number ${n}` }),
    ),
  )
  const count = (status: number) => answers.filter((answer) => answer.status === status).length
  assert.deepEqual({ tried: count(401), refused: count(429) }, { tried: 10, refused: 40 })
})

test('many right logins at once all succeed', async () => {
  await using app = await startApp()
  await post(app, REGISTER, ALICE)
  const answers = await Promise.all(
    Array.from(
      { length: 20 },
      async () => await post(app, LOGIN, { email: ALICE.email, password: ALICE.password }),
    ),
  )
  assert.deepEqual(new Set(answers.map((answer) => answer.status)), new Set([200]))
})

test('a stranger who guesses does not keep the owner out on a device that is known', async () => {
  await using app = await startApp()
  await post(app, REGISTER, ALICE)
  const credentials = { email: ALICE.email, password: ALICE.password }
  const device = cookieValue(cookiesOf(await post(app, LOGIN, credentials))['device'])
  for (let n = 0; n < 11; n += 1)
    await post(app, LOGIN, { ...credentials, password: 'a wrong guess' })
  assert.equal((await post(app, LOGIN, credentials)).status, 429)

  const known = await post(app, LOGIN, credentials, { cookie: `device=${device}` })
  assert.equal(known.status, 200)
  // The cookie cannot be made up, and is no way around the limit either.
  const [id = ''] = device.split('.')
  for (const forged of [`${id}.${'A'.repeat(43)}`, id, 'x', '']) {
    const answer = await post(app, LOGIN, credentials, { cookie: `device=${forged}` })
    assert.equal(answer.status, 429, forged)
  }
  for (let n = 0; n < 10; n += 1) {
    await post(
      app,
      LOGIN,
      { ...credentials, password: 'a wrong guess' },
      { cookie: `device=${device}` },
    )
  }
  assert.equal((await post(app, LOGIN, credentials, { cookie: `device=${device}` })).status, 429)
})

test('only hashes of passwords and refresh tokens are stored', async () => {
  await using app = await startApp()
  const account = await signUp(app)
  const other = await signUp(app)
  const rows = await app.db.query<{ id: number; password_hash: string }>(
    'select * from users order by id',
  )
  assert.match(rows[0]?.password_hash ?? '', /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
  assert.notEqual(rows[0]?.password_hash, rows[1]?.password_hash, 'salts differ')
  const everything = JSON.stringify([
    rows,
    await app.db.query(
      // As text, in which a token that was stored as it is would show.
      `select *, encode(token_hash, 'escape') as text from sessions`,
    ),
    await app.db.query('select * from audit_log'),
  ])
  for (const secret of [PASSWORD, account.refreshToken, other.refreshToken, account.token]) {
    assert.equal(everything.includes(secret), false)
  }
})

test("a hash weaker than today's is replaced at the next login", async () => {
  await using app = await startApp()
  const { id } = (await post(app, REGISTER, ALICE)).json<{ id: number }>()
  const weak = await hash(ALICE.password, { memoryCost: 4096, timeCost: 2, parallelism: 1 })
  await app.db.query('update users set password_hash = $2 where id = $1', [id, weak])
  await signIn(app, ALICE)
  const [user] = await app.db.query<{ password_hash: string }>('select password_hash from users')
  assert.match(user?.password_hash ?? '', /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
  await signIn(app, ALICE)
})

test('a hash that is none lets nobody in', async () => {
  await using app = await startApp()
  await post(app, REGISTER, ALICE)
  await app.db.query(`update users set password_hash = 'hashed_pw1'`)
  const answer = await post(app, LOGIN, { email: ALICE.email, password: 'hashed_pw1' })
  assertRefused(answer, { status: 401, code: 'invalid_credentials' })
})

test('a refresh token gets the next access token once, by cookie or by body', async () => {
  await using app = await startApp()
  await post(app, REGISTER, ALICE)
  const byCookie = cookiesOf(
    await post(app, LOGIN, { email: ALICE.email, password: ALICE.password }),
  )['refresh_token']
  const refreshed = await app.inject({
    method: 'POST',
    url: REFRESH,
    headers: { cookie: `refresh_token=${cookieValue(byCookie)}` },
  })
  assert.equal(refreshed.status, 200, refreshed.body)
  assert.equal(refreshed.json<SignedInJson>().refresh_token, undefined)
  const next = cookieValue(cookiesOf(refreshed)['refresh_token'])
  assert.notEqual(next, cookieValue(byCookie))
  assert.equal((await get(app, ME, refreshed.json<SignedInJson>().token)).status, 200)

  const inBody = await post(app, REFRESH, { refresh_token: next })
  assert.equal(inBody.status, 200)
  assert.match(inBody.json<SignedInJson>().refresh_token ?? '', /^[\w-]{43}$/)
  assert.deepEqual(cookiesOf(inBody), {})
})

test('a refresh token that is none gets nothing', async () => {
  await using app = await startApp()
  const account = await signUp(app)
  const tokens = ['', 'x', account.token, 'A'.repeat(43), '\0', `${account.refreshToken} `]
  for (const refresh_token of tokens) {
    assertRefused(await post(app, REFRESH, { refresh_token }), {
      status: 401,
      code: 'unauthenticated',
    })
  }
  assertRefused(await post(app, REFRESH, {}), { status: 401, code: 'unauthenticated' })
  // A refresh token is no access token either.
  assert.equal((await get(app, ME, account.refreshToken)).status, 401)
})

test('a refresh token that has expired gets nothing', async () => {
  await using app = await startApp()
  const account = await signUp(app)
  await app.db.query(`update sessions set expires_at = now() - interval '1 second'`)
  const answer = await post(app, REFRESH, { refresh_token: account.refreshToken })
  assertRefused(answer, { status: 401, code: 'unauthenticated' })
})

test('signing out ends the session with all its tokens, and only that session', async () => {
  await using app = await startApp()
  const account = await signUp(app)
  const elsewhere = await signIn(app, account)
  const next = (
    await post(app, REFRESH, { refresh_token: account.refreshToken })
  ).json<SignedInJson>()

  const answer = await post(app, LOGOUT, { refresh_token: next.refresh_token })
  assert.equal(answer.status, 204)
  assert.equal(answer.body, '')
  for (const refresh_token of [account.refreshToken, next.refresh_token]) {
    const refused = await post(app, REFRESH, { refresh_token })
    assertRefused(refused, { status: 401, code: 'unauthenticated' })
  }
  const other = await post(app, REFRESH, { refresh_token: elsewhere.refreshToken })
  assert.equal(other.status, 200)
  for (const nothing of [{}, { refresh_token: 'unknown' }]) {
    assert.equal((await post(app, LOGOUT, nothing)).status, 204)
  }
})

test('signing out clears the cookie', async () => {
  await using app = await startApp()
  await post(app, REGISTER, ALICE)
  const login = await post(app, LOGIN, { email: ALICE.email, password: ALICE.password })
  const cookie = `refresh_token=${cookieValue(cookiesOf(login)['refresh_token'])}`
  const answer = await app.inject({ method: 'POST', url: LOGOUT, headers: { cookie } })
  assert.equal(answer.status, 204)
  assert.match(cookiesOf(answer)['refresh_token'] ?? '', /^refresh_token=; .*Path=\/api\/v1\/users/)
  const refused = await app.inject({ method: 'POST', url: REFRESH, headers: { cookie } })
  assert.equal(refused.status, 401)
})
