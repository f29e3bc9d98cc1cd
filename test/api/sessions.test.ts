/** Where somebody is signed in, and signing out there. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  LOGIN,
  ME,
  REFRESH,
  assertRefused,
  cookieValue,
  cookiesOf,
  get,
  post,
  signIn,
  signUp,
} from '../support/accounts.ts'
import { type TestApp, startApp } from '../support/app.ts'
import { SESSIONS, ask } from '../support/own-account.ts'

interface SessionJson {
  id: string
  kind: 'api' | 'pages'
  device?: string
  signed_in_at: string
  last_seen_at: string
  is_current: boolean
}

const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0'
const SIGNED_OUT = { status: 401, code: 'unauthenticated' }

const listed = async (app: TestApp, by: { token: string }, cookie = '') => {
  const headers = { authorization: `Bearer ${by.token}`, cookie }
  const answer = await app.inject({ method: 'GET', url: SESSIONS, headers })
  assert.equal(answer.status, 200, answer.body)
  return answer.json<{ sessions: SessionJson[] }>().sessions
}

const refresh = async (app: TestApp, token: string) =>
  await post(app, REFRESH, { refresh_token: token })

/** Signs in to the pages. @returns The cookie. */
async function signInToPages(app: TestApp, person: { email: string; password: string }) {
  const answer = await app.inject({
    method: 'POST',
    url: '/sign-in',
    headers: {
      ...{ 'content-type': 'application/x-www-form-urlencoded', 'user-agent': FIREFOX },
      ...{ host: 'localhost', origin: 'http://localhost' },
    },
    payload: new URLSearchParams({ email: person.email, password: person.password }).toString(),
  })
  assert.equal(answer.status, 303, answer.body)
  return `session=${cookieValue(cookiesOf(answer)['session'])}`
}

const isSignedIn = async (app: TestApp, cookie: string) =>
  (await app.inject({ method: 'GET', url: '/tickets', headers: { cookie } })).status === 200

test('sessions of pages and API are listed by device and time, without an address', async () => {
  await using app = await startApp()
  const account = await signUp(app)
  await signInToPages(app, account)
  const browser = await post(
    app,
    LOGIN,
    { email: account.email, password: account.password },
    { 'user-agent': 'curl/8.5.0' },
  )
  const { token } = browser.json<{ token: string }>()
  const cookie = `refresh_token=${cookieValue(cookiesOf(browser)['refresh_token'])}`
  const sessions = await listed(app, { token }, cookie)
  const told = sessions.map(({ kind, device, is_current }) => ({ kind, device, is_current }))
  assert.deepEqual(
    told.sort((one, other) => String(one.device).localeCompare(String(other.device))),
    [
      { kind: 'api', device: 'curl', is_current: true },
      { kind: 'pages', device: 'Firefox · Linux', is_current: false },
      // What the rig calls itself.
      { kind: 'api', device: 'lightMyRequest', is_current: false },
    ],
  )
  for (const session of sessions) {
    assert.deepEqual(
      Object.keys(session).filter((name) => !/^(id|kind|device|signed_in_at|last_seen_at|is_current)$/.test(name)), // prettier-ignore
      [],
    )
    assert.ok(session.last_seen_at >= session.signed_in_at, JSON.stringify(session))
  }
  const columns = await app.db.query<{ name: string }>(
    `select column_name as name from information_schema.columns
      where table_name = 'sessions' and data_type in ('inet', 'cidr')`,
  )
  assert.deepEqual(columns, [])
})

test('a session stays one and keeps its beginning, however often it is refreshed', async () => {
  await using app = await startApp()
  const account = await signUp(app)
  const [before] = await listed(app, account)
  await app.db.query(`update sessions set signed_in_at = signed_in_at - interval '3 days'`)
  let token = account.refreshToken
  for (let n = 0; n < 3; n += 1) {
    token = (await refresh(app, token)).json<{ refresh_token: string }>().refresh_token
  }
  const [after, ...rest] = await listed(app, account)
  assert.deepEqual(rest, [])
  assert.equal(after?.id, before?.id)
  const days = (Date.parse(String(after?.last_seen_at)) - Date.parse(String(after?.signed_in_at))) / 86_400_000 // prettier-ignore
  assert.ok(days > 2.9, `${days} days`)
})

test('a page session tells when it was last used, to the hour', async () => {
  await using app = await startApp()
  const account = await signUp(app)
  const cookie = await signInToPages(app, account)
  const seen = async () =>
    (await listed(app, account)).find(({ kind }) => kind === 'pages')?.last_seen_at ?? ''
  await app.db.query(
    `update sessions set seen_at = now() - interval '2 days', signed_in_at = now() - interval '3 days'
      where kind = 'page'`,
  )
  const before = await seen()
  assert.match(before, /:00:00\.000Z$/)
  assert.ok(await isSignedIn(app, cookie), 'the page is open')
  const later = Date.parse(await seen()) - Date.parse(before)
  assert.ok(later > 86_400_000, `${later} ms later`)
})

test('one session is ended, with the access tokens of the account, and no other', async () => {
  await using app = await startApp()
  const account = await signUp(app)
  const other = await signIn(app, account)
  const stranger = await signUp(app)
  const [foreign] = await listed(app, stranger)
  const mine = await listed(app, account)
  assert.equal(mine.length, 2)

  const end = async (id: string) => await ask(app, 'DELETE', `${SESSIONS}/${id}`, account)
  assertRefused(await end(foreign?.id ?? ''), { status: 404, code: 'not_found' })
  assertRefused(await end('00000000-0000-4000-8000-000000000000'), {
    ...{ status: 404, code: 'not_found' },
  })
  assert.equal((await get(app, ME, account.token)).status, 200, 'a refusal ends nothing')

  // The one that was opened last is the other's.
  const [{ family } = { family: '' }] = await app.db.query<{ family: string }>(
    'select family from sessions where user_id = $1 order by id desc limit 1',
    [account.id],
  )
  assert.equal((await end(family)).status, 204)
  assertRefused(await refresh(app, other.refreshToken), SIGNED_OUT)
  assertRefused(await get(app, ME, other.token), SIGNED_OUT)
  assert.equal((await refresh(app, account.refreshToken)).status, 200)
  assert.equal((await get(app, ME, stranger.token)).status, 200)
})

test('a page session that is ended elsewhere shows nothing any more, at once', async () => {
  await using app = await startApp()
  const account = await signUp(app)
  const cookie = await signInToPages(app, account)
  assert.ok(await isSignedIn(app, cookie), 'remembered')
  const page = (await listed(app, account)).find(({ kind }) => kind === 'pages')
  assert.equal((await ask(app, 'DELETE', `${SESSIONS}/${page?.id}`, account)).status, 204)
  assert.equal(await isSignedIn(app, cookie), false)
  assert.equal((await get(app, ME, account.token)).status, 200, 'the API goes on')
})

test('all others are ended but the one whose refresh token is shown; without one, all', async () => {
  await using app = await startApp()
  const account = await signUp(app)
  const other = await signIn(app, account)
  const cookie = await signInToPages(app, account)
  const body = { refresh_token: account.refreshToken }
  assert.equal((await ask(app, 'DELETE', SESSIONS, account, body)).status, 204)
  assertRefused(await refresh(app, other.refreshToken), SIGNED_OUT)
  assert.equal(await isSignedIn(app, cookie), false)
  const next = (await refresh(app, account.refreshToken)).json<{
    token: string
    refresh_token: string
  }>()

  // Somebody else's refresh token spares nothing of mine, and ends nothing of theirs.
  const stranger = await signUp(app)
  const theirs = { refresh_token: stranger.refreshToken }
  assert.equal((await ask(app, 'DELETE', SESSIONS, next, theirs)).status, 204)
  assertRefused(await refresh(app, next.refresh_token), SIGNED_OUT)
  assert.equal((await refresh(app, stranger.refreshToken)).status, 200)
})
