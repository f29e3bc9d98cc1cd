/** The links in mails: worth one use, hard to guess, harmless to open, and kept by nobody but the mail. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { verifyPassword } from '../../src/services/user/passwords.ts'
import { findUser } from '../../src/services/user/users.sql.ts'
import { LOGIN, ME, assertRefused, get, post, signUp } from '../support/accounts.ts'
import { type TestApp, startApp } from '../support/app.ts'
import { mailTo, tokenIn, until } from '../support/mailbox.ts'

const CONFIRM = '/api/v1/users/password-reset/confirm'
const VERIFY = '/api/v1/users/verify-email'
const HOST = 'shop.example'

async function resetToken(app: TestApp, email: string): Promise<string> {
  assert.equal((await post(app, '/api/v1/users/password-reset', { email })).status, 202)
  return tokenIn(await mailTo(app.db, email, 'password-reset-'))
}

test('of twenty uses of a link at once, in two processes, one counts', async () => {
  await using app = await startApp()
  await using other = await startApp({ databaseUrl: app.databaseUrl, dataDir: app.dataDir })
  const account = await signUp(app)
  const verification = tokenIn(await mailTo(app.db, account.email, 'verification-'))
  const reset = await resetToken(app, account.email)
  const atOnce = async (send: (shop: TestApp, n: number) => Promise<{ status: number }>) => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, async (_, n) => await send(n % 2 === 0 ? app : other, n)),
    )
    return answers.map(({ status }) => status).sort()
  }
  const once = [204, ...Array<number>(19).fill(422)]
  assert.deepEqual(await atOnce(async (shop) => await post(shop, VERIFY, { token: verification })), once) // prettier-ignore

  const password = (n: number) => `a quiet evening, number ${n}`
  const statuses = await atOnce(
    async (shop, n) => await post(shop, CONFIRM, { token: reset, password: password(n) }),
  )
  assert.deepEqual(statuses, once)
  const stored = await findUser(app.db, account.id)
  const opens = []
  for (let n = 0; n < 20; n += 1)
    opens.push(await verifyPassword(stored?.passwordHash, password(n)))
  assert.equal(opens.filter(Boolean).length, 1)
})

test('opening a link changes nothing, however often; the form behind it does', async () => {
  await using app = await startApp()
  const account = await signUp(app)
  const verification = tokenIn(await mailTo(app.db, account.email, 'verification-'))
  const reset = await resetToken(app, account.email)
  const send = async (url: string, fields: Record<string, string>, origin = `http://${HOST}`) =>
    await app.inject({
      method: 'POST',
      url,
      payload: new URLSearchParams(fields).toString(),
      headers: { host: HOST, origin, 'content-type': 'application/x-www-form-urlencoded' },
    })
  for (const url of [`/reset?token=${reset}`, `/verify?token=${verification}`]) {
    for (const method of ['GET', 'HEAD', 'GET'] as const) {
      const answer = await app.inject({ method, url, headers: { host: HOST } })
      assert.equal(answer.status, 200)
      assert.equal(answer.headers['cache-control'], 'no-store')
    }
  }
  const me = async () => (await get(app, ME, account.token)).json<{ email_verified: boolean }>()
  assert.equal((await me()).email_verified, false)

  const foreign = await send('/verify', { token: verification }, 'https://evil.example')
  assert.equal(foreign.status, 403)
  assert.match((await send('/verify', { token: verification })).body, /Your address is confirmed/)
  assert.equal((await me()).email_verified, true)
  assert.equal((await send('/verify', { token: verification })).status, 422)

  const password = 'another quiet evening'
  const weak = await send('/reset', { token: reset, password: 'short' })
  assert.equal(weak.status, 400)
  assert.ok(weak.body.includes(`value="${reset}"`), 'the form comes again with its link')
  assert.match((await send('/reset', { token: reset, password })).body, /Your password is changed/)
  assert.equal((await post(app, LOGIN, { email: account.email, password })).status, 200)
  const again = await send('/reset', { token: reset, password })
  assert.equal(again.status, 422)
  assert.match(again.body, /This link is no longer good/)
})

test('asking for a link costs the same whether or not the address is somebody’s', async () => {
  await using app = await startApp({ args: ['--role', 'user'] })
  const account = await signUp(app)
  await app.db.query('delete from outbox')
  await app.db.query(
    `create table said (statement text);
     create function say() returns trigger language plpgsql as
       $$ begin insert into said values (tg_table_name || ' ' || tg_op); return null; end $$;
     create trigger say after insert on outbox for each row execute function say();
     create trigger say after insert or update or delete on users for each row execute function say();
     create trigger say after insert on user_tokens for each row execute function say();`,
  )
  const workFor = async (email: string) => {
    await app.db.query('delete from said')
    assert.equal((await post(app, '/api/v1/users/password-reset', { email })).status, 202)
    return await app.db.query('select statement from said order by statement')
  }
  const work = await workFor(account.email)
  assert.deepEqual(work, [{ statement: 'outbox INSERT' }])
  assert.deepEqual(await workFor('nobody@shop.example'), work)
  const messages = await app.db.query<{ payload: { user_id: number | null; request: string } }>(
    'select payload from outbox order by id',
  )
  assert.deepEqual(
    messages.map(({ payload }) => payload.user_id),
    [account.id, null],
  )
})

test('the token of a link is nowhere but in its mail: PostgreSQL has a hash, jobs have none', async () => {
  await using app = await startApp()
  const account = await signUp(app)
  // As long as mails cannot be kept, their jobs fail and stay.
  await app.db.query('alter table mails rename to away')
  await post(app, '/api/v1/users/password-reset', { email: account.email })
  await until('the job has failed', async () => (await app.db.query(`select 1 from jobs where consumer = 'mail-password-reset' and last_error is not null`)).length === 1) // prettier-ignore
  const tokens = await app.db.query(`select 1 from user_tokens where kind = 'password_reset'`)
  assert.equal(tokens.length, 0, 'no mail, no token')
  const jobs = await app.db.query<{ text: string }>('select to_jsonb(j)::text as text from jobs j')
  await app.db.query('alter table away rename to mails')
  await app.db.query('update jobs set run_at = now()')
  const token = tokenIn(await mailTo(app.db, account.email, 'password-reset-'))
  assert.equal(Buffer.from(token, 'base64url').length, 32)
  for (const { text } of jobs) assert.ok(!text.includes(token), text)
  const kept = await app.db.query<{ text: string }>(
    'select to_jsonb(t)::text as text from user_tokens t',
  )
  assert.ok(kept.length > 0, 'there are tokens')
  for (const { text } of kept) assert.ok(!text.includes(token), text)
})

test('who knows the request of a link, but not our key, cannot make its token', async () => {
  await using app = await startApp()
  await using stranger = await startApp({ databaseUrl: app.databaseUrl })
  const account = await signUp(app)
  const token = await resetToken(app, account.email)
  const mail = await mailTo(app.db, account.email, 'password-reset-')
  const request = /password-reset-([\w-]+)@/.exec(mail.message_id)?.[1] ?? ''
  assert.ok(request.length > 30, 'the request is in the message id, for all to see')
  assert.ok(!token.includes(request), 'the token is not made of it alone')
  for (const guess of [request, Buffer.from(request).toString('base64url')]) {
    const answer = await post(stranger, CONFIRM, { token: guess, password: 'another evening' })
    assertRefused(answer, { status: 422, code: 'invalid_value', field: 'token' })
  }
})
