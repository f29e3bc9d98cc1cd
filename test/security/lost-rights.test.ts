/** Whoever loses rights in one process loses them in every other within a minute, without a restart. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startSession } from '../../src/services/user/open-session.ts'
import {
  ADMIN,
  ADMIN_ENV,
  LOGIN,
  ME,
  PASSWORD,
  REFRESH,
  patch,
  post,
  signIn,
  signUp,
} from '../support/accounts.ts'
import { startApp } from '../support/app.ts'
import { leave } from '../support/own-account.ts'
import { startShopProcess } from '../support/process.ts'

const USERS = '/api/v1/admin/users'
const LOST_WITHIN_MS = 60_000
const ASK_EVERY_MS = 250

const EVENT = {
  name: 'Rock Night',
  venue: 'City Arena',
  event_date: '2035-12-10T20:00:00Z',
  ticket_price: 75,
  total_tickets: 5,
}

test('rights that are taken away in one process are gone in another, which had seen them', async () => {
  await using app = await startApp({ env: ADMIN_ENV })
  await using other = await startShopProcess({
    DATABASE_URL: app.databaseUrl,
    DATA_DIR: app.dataDir,
  })
  const ask = async (
    path: string,
    headers: Record<string, string>,
    body?: object,
  ): Promise<number> => {
    const answer = await fetch(other.url + path, {
      method: body === undefined ? 'GET' : 'POST',
      redirect: 'manual',
      headers: { 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    await answer.arrayBuffer()
    return answer.status
  }
  const bearer = (token: string) => ({ authorization: `Bearer ${token}` })

  const admin = await signIn(app, ADMIN)
  const promoted = await signUp(app)
  await patch(app, `${USERS}/${promoted.id}`, { user_type: 'admin' }, admin.token)
  const exAdmin = await signIn(app, promoted)
  const organizer = await signUp(app, { user_type: 'organizer' })
  const suspended = await signUp(app)
  const careful = await signUp(app)
  const robbed = await signUp(app)
  const gone = await signUp(app)
  const gonePage = await app.db.transaction(async (tx) => await startSession(tx, gone.id, 'page'))
  const page = await app.db.transaction(async (tx) => await startSession(tx, suspended.id, 'page'))

  const rights: [what: string, has: number, lost: number, ask: () => Promise<number>][] = [
    [
      'an admin who is none any more',
      200,
      401,
      async () => await ask(USERS, bearer(exAdmin.token)),
    ],
    ['an organizer who became a guest', 201, 401, async () => await ask('/api/v1/events', bearer(organizer.token), EVENT)], // prettier-ignore
    ['somebody suspended', 200, 401, async () => await ask('/api/v1/orders', bearer(suspended.token))], // prettier-ignore
    [
      'their page',
      200,
      303,
      async () => await ask('/tickets', { cookie: `session=${page.token}` }),
    ],
    ['a token from before a new password', 200, 401, async () => await ask(ME, bearer(careful.token))], // prettier-ignore
    ['a token whose refresh token was stolen', 200, 401, async () => await ask(ME, bearer(robbed.token))], // prettier-ignore
    ['somebody who deleted the account', 200, 401, async () => await ask(ME, bearer(gone.token))],
    [
      'their page',
      200,
      303,
      async () => await ask('/tickets', { cookie: `session=${gonePage.token}` }),
    ],
  ]
  for (const [what, has, , call] of rights) assert.equal(await call(), has, `${what}: the control`)

  const change = async (id: number, body: object) =>
    assert.equal((await patch(app, `${USERS}/${id}`, body, admin.token)).status, 200)
  await change(exAdmin.id, { user_type: 'guest' })
  await change(organizer.id, { user_type: 'guest' })
  await change(suspended.id, { suspended: true })
  const password = { current_password: PASSWORD, password: 'another quiet evening' }
  assert.equal((await patch(app, ME, password, careful.token)).status, 200)
  const stolen = { refresh_token: robbed.refreshToken }
  await post(app, REFRESH, stolen)
  await app.db.query(`update sessions set rotated_at = rotated_at - interval '11 seconds'`)
  assert.equal((await post(app, REFRESH, stolen)).status, 401)

  assert.equal((await leave(app, gone)).status, 204)

  const deadline = Date.now() + LOST_WITHIN_MS
  for (const [what, , lost, call] of rights) {
    let status = await call()
    while (status !== lost && Date.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, ASK_EVERY_MS))
      status = await call()
    }
    assert.equal(status, lost, `${what} within a minute`)
  }

  // What they can still get has the new rights, in the other process as well.
  const login = { email: organizer.email, password: PASSWORD }
  const { token } = (await post(app, LOGIN, login)).json<{ token: string }>()
  assert.equal(await ask('/api/v1/events', bearer(token), EVENT), 403)
  assert.equal(await ask(LOGIN, {}, { email: suspended.email, password: PASSWORD }), 403)
  assert.equal(await ask(REFRESH, {}, { refresh_token: suspended.refreshToken }), 401)
})

test('no row of a user is deleted, since their tokens would outlive them', async () => {
  await using app = await startApp()
  const account = await signUp(app, { user_type: 'organizer' })
  await assert.rejects(
    app.db.query('delete from users where id = $1', [account.id]),
    /suspend them/,
  )
  assert.equal((await app.db.query('select id from users')).length, 1)
})
