/** Proving an e-mail address, and the language of mails. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  ALICE,
  ME,
  REGISTER,
  assertRefused,
  get,
  patch,
  post,
  signIn,
  signUp,
} from '../support/accounts.ts'
import { startApp } from '../support/app.ts'
import { mailTo, mailsTo, tokenIn, untilAllIsDone } from '../support/mailbox.ts'

const VERIFY = '/api/v1/users/verify-email'
const SEND = '/api/v1/users/verify-email/send'
const DEAD = { status: 422, code: 'invalid_value', field: 'token' }

interface Me {
  language: string
  email_verified: boolean
}

test('who registers is asked whether the address is theirs, and says so once', async () => {
  await using app = await startApp()
  const account = await signUp(app)
  const me = async () => (await get(app, ME, account.token)).json<Me>()
  assert.equal((await me()).email_verified, false)
  const token = tokenIn(await mailTo(app.db, account.email, 'verification-'))
  assert.equal((await post(app, VERIFY, { token })).status, 204)
  assert.equal((await me()).email_verified, true)
  assertRefused(await post(app, VERIFY, { token }), DEAD)
  const [entry] = await app.db.query(
    `select actor_id, subject_id from audit_log where action = 'user.email_verified'`,
  )
  assert.deepEqual(entry, { actor_id: account.id, subject_id: account.id })
})

test('the mail comes again when it is asked for, a few times, and no more when it was proved', async () => {
  await using app = await startApp()
  const account = await signUp(app)
  const send = async () => await post(app, SEND, {}, { authorization: `Bearer ${account.token}` })
  const first = tokenIn(await mailTo(app.db, account.email, 'verification-'))
  assert.equal((await send()).status, 202)
  await untilAllIsDone(app.db)
  const mails = await mailsTo(app.db, account.email)
  assert.equal(new Set(mails.map((mail) => mail.message_id)).size, 2)
  for (let n = 0; n < 2; n += 1) assert.equal((await send()).status, 202)
  assertRefused(await send(), { status: 429, code: 'rate_limited' })

  // Any of them will do.
  assert.equal((await post(app, VERIFY, { token: first })).status, 204)
  await untilAllIsDone(app.db)
  const before = (await mailsTo(app.db, account.email)).length
  assert.equal((await send()).status, 202)
  await untilAllIsDone(app.db)
  assert.equal((await mailsTo(app.db, account.email)).length, before)
  assertRefused(await post(app, SEND, {}), { status: 401, code: 'unauthenticated' })
})

test('a link lives one day', async () => {
  await using app = await startApp()
  const account = await signUp(app)
  const token = tokenIn(await mailTo(app.db, account.email, 'verification-'))
  const [row] = await app.db.query(
    `update user_tokens set expires_at = expires_at - interval '1 day'
      returning expires_at between now() - interval '2 minutes' and now() as "wasOne"`,
  )
  assert.deepEqual(row, { wasOne: true })
  assertRefused(await post(app, VERIFY, { token }), DEAD)
})

test('mails are in the language that the browser asked for, until their reader chooses', async () => {
  await using app = await startApp()
  const headers = { 'accept-language': 'de-AT,de;q=0.9,en;q=0.7' }
  assert.equal((await post(app, REGISTER, ALICE, headers)).status, 201)
  const mail = await mailTo(app.db, ALICE.email, 'verification-')
  assert.equal(mail.subject, 'Bestätigen Sie Ihre E-Mail-Adresse')
  const { token } = await signIn(app, ALICE)
  assert.equal((await get(app, ME, token)).json<Me>().language, 'de')

  const changed = await patch(app, ME, { language: 'en' }, token)
  assert.equal(changed.json<Me>().language, 'en', changed.body)
  await post(app, '/api/v1/users/password-reset', { email: ALICE.email })
  const reset = await mailTo(app.db, ALICE.email, 'password-reset-')
  assert.equal(reset.subject, 'Choose a new password')
  assertRefused(await patch(app, ME, { language: 'fr' }, token), {
    status: 400,
    code: 'invalid_request',
    field: 'language',
  })
})
