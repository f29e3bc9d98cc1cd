/** A storm of logins: hashing is bounded, and everything else goes on. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assertRefused, get, post, signUp, LOGIN, ME } from '../support/accounts.ts'
import { startApp } from '../support/app.ts'

const STORM = 600

test('a storm of logins is answered or sent away, and cheap calls pass it by', async () => {
  await using app = await startApp()
  const account = await signUp(app)
  let isOver = false
  const storm = Promise.all(
    Array.from(
      { length: STORM },
      async (_, n) =>
        await post(app, LOGIN, {
          email: `nobody-${n}@shop.example`,
          password: 'a wrong guess',
        }),
    ),
  ).finally(() => {
    isOver = true
  })

  // Hundreds of hashes are still to come when these are back.
  for (let n = 0; n < 10; n += 1) {
    assert.equal((await get(app, ME, account.token)).status, 200)
  }
  assert.equal(isOver, false)

  const answers = await storm
  const tried = answers.filter((answer) => answer.status === 401)
  const sentAway = answers.filter((answer) => answer.status !== 401)
  // One runs and two hundred wait, so those are certain to be tried.
  assert.ok(tried.length > 200, `${tried.length} were tried`)
  assert.ok(sentAway.length > 0, 'the queue is bounded')
  for (const answer of sentAway) {
    assertRefused(answer, { status: 503, code: 'unavailable' })
    assert.match(String(answer.headers['retry-after']), /^[1-9]\d*$/)
  }

  const login = await post(app, LOGIN, {
    email: account.email,
    password: account.password,
  })
  assert.equal(login.status, 200, 'afterwards there is room again')
})
