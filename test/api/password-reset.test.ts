/** Forgotten passwords: the link in the mail, and what it is good for. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  ME,
  PASSWORD,
  REFRESH,
  assertRefused,
  get,
  patch,
  post,
  signIn,
  signUp,
} from '../support/accounts.ts'
import { type TestApp, startApp } from '../support/app.ts'
import { mailTo, mailsTo, tokenIn, untilAllIsDone } from '../support/mailbox.ts'

const RESET = '/api/v1/users/password-reset'
const CONFIRM = '/api/v1/users/password-reset/confirm'
const NEW_PASSWORD = 'another quiet evening'
const DEAD = { status: 422, code: 'invalid_value', field: 'token' }

async function askToken(app: TestApp, email: string): Promise<string> {
  assert.equal((await post(app, RESET, { email })).status, 202)
  return tokenIn(await mailTo(app.db, email, 'password-reset-'))
}

test('a link in a mail is worth a new password, once, and everybody is signed out', async () => {
  await using app = await startApp()
  const account = await signUp(app)
  const token = await askToken(app, account.email)
  const answer = await post(app, CONFIRM, { token, password: NEW_PASSWORD })
  assert.equal(answer.status, 204, answer.body)

  assertRefused(await get(app, ME, account.token), { status: 401, code: 'unauthenticated' })
  const refreshed = await post(app, REFRESH, { refresh_token: account.refreshToken })
  assertRefused(refreshed, { status: 401, code: 'unauthenticated' })
  const again = await post(app, CONFIRM, { token, password: 'a third quiet evening' })
  assertRefused(again, DEAD)
  const owner = await signIn(app, { email: account.email, password: NEW_PASSWORD })
  // Who reads its mail has the address.
  const me = (await get(app, ME, owner.token)).json<{ email_verified: boolean }>()
  assert.equal(me.email_verified, true)
  const [entry] = await app.db.query(
    `select actor_id, before, after from audit_log where action = 'user.password_reset'`,
  )
  assert.deepEqual(entry, { actor_id: account.id, before: null, after: { password: 'changed' } })
})

test('every address gets the same answer, and a mail only if it is somebody’s', async () => {
  await using app = await startApp()
  const account = await signUp(app)
  const answers = []
  for (const email of [account.email, 'nobody@shop.example', 'no address at all']) {
    const { status, body, headers } = await post(app, RESET, { email })
    answers.push({ status, body, names: Object.keys(headers).sort() })
  }
  assert.deepEqual(answers[1], answers[0])
  assert.deepEqual(answers[2], answers[0])
  assert.equal(answers[0]?.status, 202)
  await mailTo(app.db, account.email, 'password-reset-')
  await untilAllIsDone(app.db)
  const addresses = await app.db.query('select distinct to_address from mails')
  assert.deepEqual(addresses, [{ to_address: account.email }])
})

test('the address is found in any case, and who is suspended gets no link', async () => {
  await using app = await startApp()
  const [one, other] = [await signUp(app), await signUp(app)]
  await app.db.query('update users set suspended_at = now() where id = $1', [other.id])
  await post(app, RESET, { email: other.email })
  await askToken(app, one.email)
  await post(app, RESET, { email: ` ${one.email.toUpperCase()} ` })
  await untilAllIsDone(app.db)
  const resets = async (email: string) =>
    (await mailsTo(app.db, email)).filter((mail) => mail.message_id.startsWith('<password-reset'))
  assert.equal((await resets(one.email)).length, 2)
  assert.equal((await resets(other.email)).length, 0)
})

test('an hour later, or after another link or a new password, a link is dead', async () => {
  await using app = await startApp()
  const expired = await signUp(app)
  const late = await askToken(app, expired.email)
  await app.db.query(`update user_tokens set expires_at = now() where user_id = $1`, [expired.id])
  assertRefused(await post(app, CONFIRM, { token: late, password: NEW_PASSWORD }), DEAD)

  const twice = await signUp(app)
  const first = await askToken(app, twice.email)
  await post(app, RESET, { email: twice.email })
  await untilAllIsDone(app.db)
  const second = tokenIn((await mailsTo(app.db, twice.email)).at(-1) as never)
  assert.notEqual(second, first)
  assert.equal((await post(app, CONFIRM, { token: second, password: NEW_PASSWORD })).status, 204)
  assertRefused(await post(app, CONFIRM, { token: first, password: NEW_PASSWORD }), DEAD)

  const changed = await signUp(app)
  const before = await askToken(app, changed.email)
  const change = { password: NEW_PASSWORD, current_password: PASSWORD }
  assert.equal((await patch(app, ME, change, changed.token)).status, 200)
  assertRefused(await post(app, CONFIRM, { token: before, password: 'a fourth evening' }), DEAD)
})

test('a link lives one hour', async () => {
  await using app = await startApp()
  const { email } = await signUp(app)
  await askToken(app, email)
  const [row] = await app.db.query(
    `select expires_at - now() between interval '58 minutes' and interval '1 hour' as "isOne"
       from user_tokens where kind = 'password_reset'`,
  )
  assert.deepEqual(row, { isOne: true })
})

test('a password is held to the rules of registration, and the link stays good meanwhile', async () => {
  await using app = await startApp()
  const { email } = await signUp(app)
  const token = await askToken(app, email)
  for (const [password, status, code] of [
    ['short', 400, 'invalid_request'],
    ['password1', 422, 'invalid_value'],
    [email, 422, 'invalid_value'],
  ] as const) {
    const answer = await post(app, CONFIRM, { token, password })
    assertRefused(answer, { status, code, field: 'password' }, password)
  }
  assert.equal((await post(app, CONFIRM, { token, password: NEW_PASSWORD })).status, 204)
})

test('mails to one address are few, whether or not it is somebody’s', async () => {
  await using app = await startApp()
  const account = await signUp(app)
  for (const email of [account.email, 'nobody@shop.example']) {
    for (let n = 0; n < 3; n += 1) assert.equal((await post(app, RESET, { email })).status, 202)
    const answer = await post(app, RESET, { email: email.toUpperCase() })
    assertRefused(answer, { status: 429, code: 'rate_limited' })
    assert.ok(Number(answer.headers['retry-after']) > 3_000, 'it says when')
  }
})

test('one client asks for few mails, to whatever addresses', async () => {
  await using app = await startApp({ env: { RATE_LIMIT: '10000,10000' } })
  const statuses = []
  for (let n = 0; n < 21; n += 1) {
    statuses.push((await post(app, RESET, { email: `nobody-${n}@shop.example` })).status)
  }
  assert.deepEqual(statuses, [...Array<number>(20).fill(202), 429])
})

test('no other token is worth a password', async () => {
  await using app = await startApp()
  const account = await signUp(app)
  const verification = tokenIn(await mailTo(app.db, account.email, 'verification-'))
  for (const token of ['', 'x', verification, account.token, account.refreshToken, 'a\0b']) {
    assertRefused(await post(app, CONFIRM, { token, password: NEW_PASSWORD }), DEAD, token)
  }
})

test('a link leads to the shop, whatever the request says about its address', async () => {
  await using app = await startApp({ env: { PUBLIC_URL: 'https://tickets.example/' } })
  const account = await signUp(app)
  const headers = { host: 'evil.example', 'x-forwarded-host': 'evil.example', origin: 'https://evil.example' } // prettier-ignore
  assert.equal((await post(app, RESET, { email: account.email }, headers)).status, 202)
  const mail = await mailTo(app.db, account.email, 'password-reset-')
  assert.match(mail.body_text, /^https:\/\/tickets\.example\/reset\?token=[\w-]{43}$/m)
  assert.doesNotMatch(`${mail.body_text}${mail.body_html}`, /evil/)
})
