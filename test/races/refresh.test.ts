/** Refresh tokens under races, lost answers and theft. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  ADMIN,
  ADMIN_ENV,
  assertRefused,
  get,
  patch,
  post,
  signIn,
  signUp,
  LOGIN,
  REFRESH,
  LOGOUT,
  ME,
} from '../support/accounts.ts'
import { type TestAnswer, type TestApp, startApp } from '../support/app.ts'

interface Refreshed {
  token: string
  refresh_token: string
}

const refresh = async (app: TestApp, refresh_token: string): Promise<TestAnswer> =>
  await post(app, REFRESH, { refresh_token })

/** Makes every use of a token so far look older than the time in which it may be repeated. */
const letTimePass = async (app: TestApp) =>
  await app.db.query(`update sessions set rotated_at = rotated_at - interval '11 seconds'`)

test('twenty uses of a refresh token at once get the same next one, which is good', async () => {
  await using app = await startApp()
  const account = await signUp(app)
  const answers = await Promise.all(
    Array.from({ length: 20 }, async () => await refresh(app, account.refreshToken)),
  )
  assert.deepEqual(
    answers.map((answer) => answer.status),
    Array<number>(20).fill(200),
  )
  const next = new Set(answers.map((answer) => answer.json<Refreshed>().refresh_token))
  assert.equal(next.size, 1)
  for (const answer of answers) {
    assert.equal((await get(app, ME, answer.json<Refreshed>().token)).status, 200)
  }
  const [row] = await app.db.query<{ count: string }>('select count(*) from sessions')
  assert.equal(Number(row?.count), 2, 'the first token and its successor')
  assert.equal((await refresh(app, [...next][0] as string)).status, 200)
})

test('two processes give the same next token', async () => {
  await using app = await startApp()
  await using other = await startApp({ databaseUrl: app.databaseUrl, dataDir: app.dataDir })
  const { refreshToken } = await signUp(app)
  const answers = await Promise.all([refresh(app, refreshToken), refresh(other, refreshToken)])
  const [one, two] = answers.map((answer) => answer.json<Refreshed>().refresh_token)
  assert.equal(one, two)
})

test('a refresh whose answer was lost can be asked for again', async () => {
  await using app = await startApp()
  const { refreshToken } = await signUp(app)
  const lost = await refresh(app, refreshToken)
  const again = await refresh(app, refreshToken)
  assert.equal(again.status, 200)
  assert.equal(again.json<Refreshed>().refresh_token, lost.json<Refreshed>().refresh_token)
  assert.equal((await refresh(app, again.json<Refreshed>().refresh_token)).status, 200)
})

test('a refresh token used again later ends its session, and no other', async () => {
  await using app = await startApp()
  const account = await signUp(app)
  const elsewhere = await signIn(app, account)
  const stolen = account.refreshToken
  const next = (await refresh(app, stolen)).json<Refreshed>()
  await letTimePass(app)

  assertRefused(await refresh(app, stolen), { status: 401, code: 'unauthenticated' })
  assertRefused(await refresh(app, next.refresh_token), { status: 401, code: 'unauthenticated' })
  // The access token that the thief may hold is worth nothing either.
  assertRefused(await get(app, ME, next.token), {
    status: 401,
    code: 'unauthenticated',
  })
  assert.equal((await refresh(app, elsewhere.refreshToken)).status, 200)
})

test('a thief who shares the next token is noticed at its second use', async () => {
  await using app = await startApp()
  const { refreshToken } = await signUp(app)
  const [owner, thief] = (
    await Promise.all([refresh(app, refreshToken), refresh(app, refreshToken)])
  ).map((answer) => answer.json<Refreshed>().refresh_token)
  assert.equal((await refresh(app, thief as string)).status, 200)
  await letTimePass(app)
  assertRefused(await refresh(app, owner as string), { status: 401, code: 'unauthenticated' })
})

test('many late uses at once all fail and end the session without an error', async () => {
  await using app = await startApp()
  const { refreshToken } = await signUp(app)
  await refresh(app, refreshToken)
  await letTimePass(app)
  const answers = await Promise.all(
    Array.from({ length: 20 }, async () => await refresh(app, refreshToken)),
  )
  assert.deepEqual(new Set(answers.map((answer) => answer.status)), new Set([401]))
})

test('refreshing, signing out and a suspension at once leave nobody signed in', async () => {
  await using app = await startApp({ env: ADMIN_ENV })
  const admin = await signIn(app, ADMIN)
  for (let round = 0; round < 5; round += 1) {
    const account = await signUp(app)
    const answers = await Promise.all([
      ...Array.from({ length: 5 }, async () => await refresh(app, account.refreshToken)),
      post(app, LOGOUT, { refresh_token: account.refreshToken }),
      patch(app, `/api/v1/admin/users/${account.id}`, { suspended: true }, admin.token),
      post(app, LOGIN, { email: account.email, password: account.password }),
    ])
    assert.ok(
      answers.every((answer) => answer.status < 500),
      'nothing waits for one another',
    )
    const [row] = await app.db.query<{ live: string }>(
      'select count(*) as live from sessions where user_id = $1 and revoked_at is null',
      [account.id],
    )
    assert.equal(Number(row?.live), 0)
  }
})
