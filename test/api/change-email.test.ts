/** A new e-mail address: proved by a link before it takes effect, and the old one is told. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  LOGIN,
  ME,
  PASSWORD,
  assertRefused,
  get,
  patch,
  post,
  signIn,
  signUp,
} from '../support/accounts.ts'
import { type TestApp, startApp } from '../support/app.ts'
import { mailTo, mailsTo, tokenIn, untilAllIsDone } from '../support/mailbox.ts'
import { NEW_EMAIL, VERIFY, ask, askNewEmail, newEmailToken } from '../support/own-account.ts'

const DEAD = { status: 422, code: 'invalid_value', field: 'token' }
const NEW = 'new.address@mail.example'

const emailOf = async (app: TestApp, account: { token: string }) =>
  (await get(app, ME, account.token)).json<{ email: string; email_verified: boolean }>()

test('a new address takes effect with the link that was sent to it, and not before', async () => {
  await using app = await startApp()
  const account = await signUp(app)
  assert.equal((await askNewEmail(app, account, NEW)).status, 202)
  const token = await newEmailToken(app, NEW)
  assert.equal((await emailOf(app, account)).email, account.email)

  assert.equal((await post(app, VERIFY, { token })).status, 204)
  const { email, email_verified } = await emailOf(app, account)
  assert.deepEqual({ email, email_verified }, { email: NEW, email_verified: true })
  await signIn(app, { email: NEW, password: PASSWORD })
  assertRefused(await post(app, LOGIN, { email: account.email, password: PASSWORD }), {
    ...{ status: 401, code: 'invalid_credentials' },
  })
  assertRefused(await post(app, VERIFY, { token }), DEAD)
  // The old address is free for others.
  const next = { name: 'Next', email: account.email, password: PASSWORD }
  assert.equal((await post(app, '/api/v1/users/register', next)).status, 201)
  const entries = await app.db.query(
    `select action, after from audit_log where actor_id = $1 order by id`,
    [account.id],
  )
  assert.deepEqual(entries, [
    { action: 'user.registered', after: { user_type: 'guest' } },
    { action: 'user.email_change_asked', after: null },
    { action: 'user.changed', after: { email: 'changed' } },
  ])
})

test('the old address is told, when it can still be stopped and when it is done', async () => {
  await using app = await startApp()
  const account = await signUp(app)
  await askNewEmail(app, account, NEW)
  const warning = await mailTo(app.db, account.email, 'address-change-asked-')
  assert.match(warning.body_text, /n…@mail\.example/)
  assert.match(warning.body_text, /\/account\/password/)
  assert.doesNotMatch(warning.body_text + warning.body_html, /token=|new\.address@/)

  await post(app, VERIFY, { token: await newEmailToken(app, NEW) })
  const done = await mailTo(app.db, account.email, 'address-changed-')
  assert.match(done.body_text, /n…@mail\.example/)
  assert.doesNotMatch(done.body_text + done.body_html, /token=|new\.address@/)
})

test('a new password makes the link to a new address do nothing', async () => {
  await using app = await startApp()
  const account = await signUp(app)
  await askNewEmail(app, account, NEW)
  const token = await newEmailToken(app, NEW)
  const change = { current_password: PASSWORD, password: 'another quiet evening' }
  assert.equal((await patch(app, ME, change, account.token)).status, 200)
  assertRefused(await post(app, VERIFY, { token }), DEAD)
})

test('what is asked last counts, and nobody proves an address by the mail to another', async () => {
  await using app = await startApp()
  const account = await signUp(app)
  await askNewEmail(app, account, NEW)
  const first = await newEmailToken(app, NEW)
  await askNewEmail(app, account, 'other@mail.example')
  const second = await newEmailToken(app, 'other@mail.example')
  assertRefused(await post(app, VERIFY, { token: first }), DEAD)
  assert.equal((await post(app, VERIFY, { token: second })).status, 204)
  assert.equal((await emailOf(app, account)).email, 'other@mail.example')
})

test('what was sent to the old address opens the account no longer', async () => {
  await using app = await startApp()
  const account = await signUp(app)
  const verification = tokenIn(await mailTo(app.db, account.email, 'verification-'))
  await post(app, '/api/v1/users/password-reset', { email: account.email })
  const reset = tokenIn(await mailTo(app.db, account.email, 'password-reset-'))
  await askNewEmail(app, account, NEW)
  await post(app, VERIFY, { token: await newEmailToken(app, NEW) })

  const confirm = '/api/v1/users/password-reset/confirm'
  assertRefused(await post(app, confirm, { token: reset, password: 'taken over by mail' }), DEAD)
  assertRefused(await post(app, VERIFY, { token: verification }), DEAD)
})

test('it needs the password, and an address that is one, new, and nobody’s', async () => {
  await using app = await startApp()
  const [account, other] = [await signUp(app), await signUp(app)]
  const refusals: [object, { status: number; code: string; field: string }][] = [
    [{ email: NEW, current_password: 'wrong wrong' }, { status: 422, code: 'invalid_value', field: 'current_password' }], // prettier-ignore
    [{ email: 'no address' }, { status: 400, code: 'invalid_request', field: 'email' }],
    [{ email: account.email }, { status: 422, code: 'invalid_value', field: 'email' }],
    [{ email: other.email.toUpperCase() }, { status: 409, code: 'email_taken', field: 'email' }],
  ]
  for (const [body, refusal] of refusals) {
    const whole = { current_password: PASSWORD, ...body }
    assertRefused(await ask(app, 'POST', NEW_EMAIL, account, whole), refusal)
  }
  await untilAllIsDone(app.db)
  for (const email of [NEW, other.email.toUpperCase()]) {
    assert.deepEqual(await mailsTo(app.db, email), [])
  }
  // Its own address in another case is no other's.
  assert.equal((await askNewEmail(app, account, account.email.toUpperCase())).status, 202)
  const token = await newEmailToken(app, account.email.toUpperCase())
  assert.equal((await post(app, VERIFY, { token })).status, 204)
})

test('of two who change to one address at once, one gets it', async () => {
  await using app = await startApp()
  const people = [await signUp(app), await signUp(app)]
  const tokens: string[] = []
  for (const person of people) {
    assert.equal((await askNewEmail(app, person, NEW)).status, 202)
    await untilAllIsDone(app.db)
    tokens.push(tokenIn((await mailsTo(app.db, NEW)).at(-1) ?? assert.fail('no mail')))
  }
  const answers = await Promise.all(tokens.map(async (token) => await post(app, VERIFY, { token })))
  assert.deepEqual(answers.map(({ status }) => status).sort(), [204, 409])
  const refused = answers.find(({ status }) => status === 409)
  assertRefused(refused ?? assert.fail(), { status: 409, code: 'email_taken', field: 'email' })
  const addresses = await Promise.all(
    people.map(async (person) => (await emailOf(app, person)).email),
  )
  assert.equal(addresses.filter((email) => email === NEW).length, 1)
})

test('mails to a new address are few, whoever asks', async () => {
  await using app = await startApp()
  const people = [await signUp(app), await signUp(app)]
  const statuses: number[] = []
  for (const person of [...people, ...people]) {
    statuses.push((await askNewEmail(app, person, NEW)).status)
  }
  assert.deepEqual(statuses, [202, 202, 202, 429])
})
