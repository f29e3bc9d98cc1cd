import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  ADMIN,
  ADMIN_ENV,
  type Account,
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
} from '../support/accounts.ts'
import { type TestApp, startApp } from '../support/app.ts'

const USERS = '/api/v1/admin/users'
const AUDIT = '/api/v1/admin/audit'

interface UserJson {
  id: number
  name: string
  email: string
  user_type: string
  suspended_at?: string
  created_at: string
}

interface EntryJson {
  id: number
  at: string
  actor_id: number | null
  action: string
  subject_type: string
  subject_id: number | null
  before: unknown
  after: unknown
  request_id: string | null
}

async function startWithAdmin(): Promise<{ app: TestApp; admin: Account }> {
  const app = await startApp({ env: ADMIN_ENV })
  return { app, admin: await signIn(app, ADMIN) }
}

/** Follows the Link headers from page to page. */
async function allPages<Item>(app: TestApp, url: string, token: string): Promise<Item[][]> {
  const pages: Item[][] = []
  let next: string | undefined = url
  while (next !== undefined) {
    const answer = await get(app, next, token)
    assert.equal(answer.status, 200, answer.body)
    pages.push(answer.json<Item[]>())
    next = /^<([^>]+)>; rel="next"$/.exec(String(answer.headers['link'] ?? ''))?.[1]
  }
  return pages
}

async function listUsers(app: TestApp, query: string, token: string): Promise<string[]> {
  const answer = await get(app, `${USERS}?${query}`, token)
  assert.equal(answer.status, 200, answer.body)
  return answer.json<UserJson[]>().map((user) => user.name)
}

test('the list of users is for admins only', async () => {
  const { app, admin } = await startWithAdmin()
  await using _ = app
  const guest = await signUp(app)
  const organizer = await signUp(app, { user_type: 'organizer' })
  for (const url of [USERS, AUDIT]) {
    assertRefused(await get(app, url), { status: 401, code: 'unauthenticated' })
    for (const { token } of [guest, organizer]) {
      assertRefused(await get(app, url, token), { status: 403, code: 'forbidden' })
    }
    assert.equal((await get(app, url, admin.token)).status, 200)
  }
  const change = await patch(app, `${USERS}/${guest.id}`, { user_type: 'admin' }, guest.token)
  assertRefused(change, { status: 403, code: 'forbidden' })
})

test('the list of users begins with the oldest and tells what is needed', async () => {
  const { app, admin } = await startWithAdmin()
  await using _ = app
  const guest = await signUp(app, { name: 'Alice Buyer' })
  const answer = await get(app, USERS, admin.token)
  const [first, second, ...others] = answer.json<UserJson[]>()
  assert.deepEqual(others, [])
  assert.deepEqual([first?.email, second?.email], [ADMIN.email, guest.email])
  assert.deepEqual(second, {
    id: guest.id,
    name: 'Alice Buyer',
    email: guest.email,
    user_type: 'guest',
    created_at: second?.created_at,
  })
  assert.deepEqual(Object.keys(second as object).slice(0, 4), ['id', 'name', 'email', 'user_type'])
  assert.equal(answer.headers['cache-control'], 'no-store')
  assert.equal(answer.headers['link'], undefined)
})

test('users come in pages that together are everybody once', async () => {
  const { app, admin } = await startWithAdmin()
  await using _ = app
  for (let n = 0; n < 4; n += 1) await signUp(app)
  const pages = await allPages<UserJson>(app, `${USERS}?limit=2`, admin.token)
  assert.deepEqual(
    pages.map((page) => page.length),
    [2, 2, 1],
  )
  const ids = pages.flat().map((user) => user.id)
  assert.deepEqual(
    ids,
    [...new Set(ids)].sort((a, b) => a - b),
  )
})

test('a limit or a cursor that is none is refused by name', async () => {
  const { app, admin } = await startWithAdmin()
  await using _ = app
  for (const limit of ['0', '201', '-1', '1.5', 'ten', '1e9']) {
    const answer = await get(app, `${USERS}?limit=${limit}`, admin.token)
    assertRefused(answer, { status: 400, code: 'invalid_request', field: 'limit' }, limit)
  }
  for (const cursor of ['x', 'WyJ4Il0', 'WzEsMl0', "1'%20or%201=1"]) {
    for (const url of [USERS, AUDIT]) {
      const answer = await get(app, `${url}?cursor=${cursor}`, admin.token)
      assertRefused(answer, { status: 400, code: 'invalid_request', field: 'cursor' }, cursor)
    }
  }
  const unknown = await get(app, `${USERS}?sort=password_hash`, admin.token)
  assertRefused(unknown, { status: 400, code: 'invalid_request', field: 'sort' })
})

test('users are found by parts of name and address, by type and by suspension', async () => {
  const { app, admin } = await startWithAdmin()
  await using _ = app
  for (const name of ['100% Rock', '100 Rock', 'under_score', 'underscore', 'back\\slash']) {
    await signUp(app, { name })
  }
  const organizer = await signUp(app, { name: 'Bob', user_type: 'organizer' })
  const found = async (query: string) => await listUsers(app, query, admin.token)

  assert.deepEqual(await found('q=rock'), ['100% Rock', '100 Rock'])
  assert.deepEqual(await found('q=0%25'), ['100% Rock'])
  assert.deepEqual(await found('q=r_s'), ['under_score'])
  assert.deepEqual(await found('q=k%5Cs'), ['back\\slash'])
  assert.deepEqual(await found(`q=${organizer.email.toUpperCase()}`), ['Bob'])
  assert.deepEqual(await found(`q=${encodeURIComponent("' or 1=1 --")}`), [])
  assert.deepEqual(await found('user_type=organizer'), ['Bob'])
  assert.deepEqual(await found('user_type=guest&q=rock&limit=1'), ['100% Rock'])
  await patch(app, `${USERS}/${organizer.id}`, { suspended: true }, admin.token)
  assert.deepEqual(await found('suspended=true'), ['Bob'])
  assert.equal((await found('suspended=false')).length, 6)

  const nul = await get(app, `${USERS}?q=%00`, admin.token)
  assertRefused(nul, { status: 400, code: 'invalid_request', field: 'q' })
})

test('a user whose type changes has to get a new token, which has the new rights', async () => {
  const { app, admin } = await startWithAdmin()
  await using _ = app
  const user = await signUp(app)
  const promoted = await patch(app, `${USERS}/${user.id}`, { user_type: 'admin' }, admin.token)
  assert.equal(promoted.status, 200, promoted.body)
  assert.equal(promoted.json<UserJson>().user_type, 'admin')
  assertRefused(await get(app, ME, user.token), { status: 401, code: 'unauthenticated' })

  const refresh = { refresh_token: user.refreshToken }
  const refreshed = (await post(app, REFRESH, refresh)).json<{
    token: string
    refresh_token: string
  }>()
  assert.equal((await get(app, USERS, refreshed.token)).status, 200)

  await patch(app, `${USERS}/${user.id}`, { user_type: 'guest' }, admin.token)
  assertRefused(await get(app, USERS, refreshed.token), { status: 401, code: 'unauthenticated' })
  const again = await signIn(app, user)
  assertRefused(await get(app, USERS, again.token), { status: 403, code: 'forbidden' })
})

test('a suspended user is out at once, everywhere, until the suspension ends', async () => {
  const { app, admin } = await startWithAdmin()
  await using _ = app
  const user = await signUp(app)
  const answer = await patch(app, `${USERS}/${user.id}`, { suspended: true }, admin.token)
  assert.match(answer.json<UserJson>().suspended_at ?? '', /^\d{4}-.*Z$/)
  assertRefused(await get(app, ME, user.token), { status: 401, code: 'unauthenticated' })
  const refreshed = await post(app, REFRESH, { refresh_token: user.refreshToken })
  assertRefused(refreshed, { status: 401, code: 'unauthenticated' })
  const login = await post(app, LOGIN, { email: user.email, password: PASSWORD })
  assertRefused(login, { status: 403, code: 'account_suspended' })

  const back = await patch(app, `${USERS}/${user.id}`, { suspended: false }, admin.token)
  assert.equal(back.json<UserJson>().suspended_at, undefined)
  const again = await signIn(app, user)
  assert.equal((await get(app, ME, again.token)).status, 200)
})

test('a process that starts refuses what another revoked before, whatever its role', async () => {
  const { app, admin } = await startWithAdmin()
  await using _ = app
  const user = await signUp(app)
  const start = async () =>
    await startApp({
      databaseUrl: app.databaseUrl,
      dataDir: app.dataDir,
      args: ['--role', 'ticketing'],
    })
  await using before = await start()
  assert.equal((await get(before, '/api/v1/orders', user.token)).status, 200, 'the control')
  await patch(app, `${USERS}/${user.id}`, { suspended: true }, admin.token)
  await using later = await start()
  assertRefused(await get(later, '/api/v1/orders', user.token), {
    status: 401,
    code: 'unauthenticated',
  })
})

test('an admin cannot take their own rights away', async () => {
  const { app, admin } = await startWithAdmin()
  await using _ = app
  const url = `${USERS}/${admin.id}`
  assertRefused(await patch(app, url, { user_type: 'guest' }, admin.token), {
    status: 422,
    code: 'invalid_value',
    field: 'user_type',
  })
  assertRefused(await patch(app, url, { suspended: true }, admin.token), {
    status: 422,
    code: 'invalid_value',
    field: 'suspended',
  })
  assert.equal((await get(app, USERS, admin.token)).status, 200)
})

test('of two admins who demote one another only one does', async () => {
  const { app, admin } = await startWithAdmin()
  await using _ = app
  const user = await signUp(app)
  await patch(app, `${USERS}/${user.id}`, { user_type: 'admin' }, admin.token)
  const other = await signIn(app, user)
  const answers = await Promise.all([
    patch(app, `${USERS}/${other.id}`, { user_type: 'guest' }, admin.token),
    patch(app, `${USERS}/${admin.id}`, { user_type: 'guest' }, other.token),
  ])
  assert.equal(answers.filter((answer) => answer.status === 200).length, 1)
  const [row] = await app.db.query<{ count: string }>(
    `select count(*) from users where user_type = 'admin'`,
  )
  assert.equal(Number(row?.count), 1)
})

test("a change of nobody, of nothing, or of what is not an admin's is refused", async () => {
  const { app, admin } = await startWithAdmin()
  await using _ = app
  const user = await signUp(app)
  const change = async (id: number | string, fields: object) =>
    await patch(app, `${USERS}/${id}`, fields, admin.token)
  assertRefused(await change(999_999, { suspended: true }), { status: 404, code: 'not_found' })
  assertRefused(await change(user.id, {}), { status: 400, code: 'invalid_request', field: 'body' })
  assertRefused(await change(user.id, { user_type: 'root' }), {
    status: 400,
    code: 'invalid_request',
    field: 'user_type',
  })
  for (const field of ['email', 'password', 'password_hash', 'name', 'id', 'token_version']) {
    const answer = await change(user.id, { suspended: false, [field]: 'x' })
    assertRefused(answer, { status: 400, code: 'invalid_request', field })
  }
  for (const value of ['true', 1, null]) {
    const answer = await change(user.id, { suspended: value })
    assertRefused(answer, { status: 400, code: 'invalid_request', field: 'suspended' })
  }
  for (const id of ['0', '-1', '1.5', 'x', '1e400', '9007199254740992']) {
    assert.equal((await change(id, { suspended: true })).status, 400, id)
  }
})

test('a cursor that somebody made up is refused', async () => {
  const { app, admin } = await startWithAdmin()
  await using _ = app
  for (const url of [USERS, AUDIT]) {
    for (const part of [1e308, 2 ** 53, 0.5, '1', '2030-02-31T00:00:00Z', null]) {
      const cursor = Buffer.from(JSON.stringify([part])).toString('base64url')
      assertRefused(await get(app, `${url}?cursor=${cursor}`, admin.token), {
        status: 400,
        code: 'invalid_request',
        field: 'cursor',
      })
    }
    for (const part of [Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER]) {
      const cursor = Buffer.from(JSON.stringify([part])).toString('base64url')
      assert.equal((await get(app, `${url}?cursor=${cursor}`, admin.token)).status, 200)
    }
  }
})

test('the audit log tells who did what, newest first, and no secret', async () => {
  const { app, admin } = await startWithAdmin()
  await using _ = app
  const user = await signUp(app, { name: 'Alice' })
  await patch(app, ME, { name: 'Alice B.' }, user.token)
  await patch(
    app,
    ME,
    { current_password: PASSWORD, password: 'another quiet evening' },
    user.token,
  )
  await patch(app, `${USERS}/${user.id}`, { user_type: 'organizer' }, admin.token)
  await patch(app, `${USERS}/${user.id}`, { suspended: true }, admin.token)

  const answer = await get(app, AUDIT, admin.token)
  const entries = answer.json<EntryJson[]>()
  const told = entries.map(({ actor_id, action, subject_id, before, after }) => ({
    actor_id,
    action,
    subject_id,
    before,
    after,
  }))
  const changed = { action: 'user.changed', subject_id: user.id }
  assert.deepEqual(told, [
    { actor_id: admin.id, ...changed, before: { suspended: false }, after: { suspended: true } },
    {
      actor_id: admin.id,
      ...changed,
      before: { user_type: 'guest' },
      after: { user_type: 'organizer' },
    },
    { actor_id: user.id, ...changed, before: {}, after: { password: 'changed' } },
    { actor_id: user.id, ...changed, before: {}, after: { name: 'changed' } },
    {
      actor_id: user.id,
      action: 'user.registered',
      subject_id: user.id,
      before: null,
      after: { user_type: 'guest' },
    },
    {
      actor_id: null,
      action: 'user.made_admin',
      subject_id: admin.id,
      before: null,
      after: { user_type: 'admin' },
    },
  ])
  assert.match(entries[0]?.request_id ?? '', /^[\w-]{8,}$/)
  assert.doesNotMatch(answer.body, /argon2|quiet evening/)
})

test('the audit log is filtered by who and by what, in pages', async () => {
  const { app, admin } = await startWithAdmin()
  await using _ = app
  const user = await signUp(app)
  for (const suspended of [true, false, true]) {
    await patch(app, `${USERS}/${user.id}`, { suspended }, admin.token)
  }
  const byActor = await allPages<EntryJson>(
    app,
    `${AUDIT}?actor_id=${admin.id}&limit=2`,
    admin.token,
  )
  assert.deepEqual(
    byActor.map((page) => page.length),
    [2, 1],
  )
  const ids = byActor.flat().map((entry) => entry.id)
  assert.deepEqual(
    ids,
    [...new Set(ids)].sort((a, b) => b - a),
  )
  const count = async (query: string) =>
    (await get(app, `${AUDIT}?${query}`, admin.token)).json<EntryJson[]>().length
  assert.equal(await count(`subject_type=user&subject_id=${user.id}`), 4)
  assert.equal(await count(`subject_type=event&subject_id=${user.id}`), 0)
})

test('a change that was refused, or that changes nothing, leaves no entry', async () => {
  const { app, admin } = await startWithAdmin()
  await using _ = app
  const user = await signUp(app, { name: 'Alice' })
  const count = async () => (await get(app, AUDIT, admin.token)).json<EntryJson[]>().length
  const before = await count()
  await patch(app, ME, { name: 'Alice' }, user.token)
  await patch(app, `${USERS}/${user.id}`, { user_type: 'guest', suspended: false }, admin.token)
  await patch(app, `${USERS}/${admin.id}`, { suspended: true }, admin.token)
  await post(app, REGISTER, { name: 'A', email: user.email, password: PASSWORD })
  assert.equal(await count(), before)
  assert.equal((await get(app, ME, user.token)).status, 200, 'the token is still good')
})
