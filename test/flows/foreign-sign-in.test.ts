/** Signing in with a real provider of OpenID Connect, which runs in a process of its own. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { PASSWORD, signUp } from '../support/accounts.ts'
import { type TestApp, startApp } from '../support/app.ts'
import { mailTo, mailsTo, tokenIn, untilAllIsDone } from '../support/mailbox.ts'
import { type OpenIdProvider, startOpenIdProvider } from '../support/openid-provider.ts'
import { ShopBrowser, locationOf } from '../support/shop-browser.ts'
import { signInElsewhere } from '../support/sign-in-elsewhere.ts'

const HOST = 'shop.example'
const CLIENT = {
  id: 'the-shop',
  secret: 'a secret between the shop and the provider',
  redirectUri: `http://${HOST}/sign-in/with/oidc/callback`,
}
const person = (login: string, more: { email?: string; isVerified?: boolean; name?: string } = {}) => ({ login, email: `${login}@people.example`, isVerified: true, name: `${login} Person`, ...more }) // prettier-ignore

let provider: OpenIdProvider
let app: TestApp
before(async () => {
  provider = await startOpenIdProvider()
  app = await startApp({
    env: {
      PUBLIC_URL: `http://${HOST}`,
      OIDC_ISSUER: provider.issuer,
      OIDC_CLIENT_ID: CLIENT.id,
      OIDC_CLIENT_SECRET: CLIENT.secret,
      OIDC_NAME: 'Example',
    },
  })
})
after(async () => {
  await app[Symbol.asyncDispose]()
  await provider[Symbol.asyncDispose]()
})

const browser = () => new ShopBrowser(app, HOST)

/** To the provider and back again. @returns The shop's answer. */
async function signInWith(visitor: ShopBrowser, login: string, next = '/tickets') {
  const left = await visitor.open(`/sign-in/with/oidc?next=${encodeURIComponent(next)}`)
  assert.equal(left.status, 303, left.body)
  return await visitor.open(await signInElsewhere(locationOf(left), login))
}

const askReset = async (email: string) =>
  await app.inject({ method: 'POST', url: '/api/v1/users/password-reset', payload: { email } })

const userOf = async (email: string) =>
  (
    await app.db.query<{ id: number; name: string; hash: string | null; verified: Date | null }>(
      `select id, name, password_hash as hash, email_verified_at as verified
         from users where lower(email) = lower($1)`,
      [email],
    )
  )[0]

const identitiesOf = async (userId: number) =>
  await app.db.query<{ id: number; issuer: string; subject: string; email: string }>(
    'select id, issuer, subject, email from identities where user_id = $1 order by id',
    [userId],
  )

const mailsAbout = async (email: string, cause: string): Promise<number> =>
  (await mailsTo(app.db, email)).filter((mail) => mail.message_id.startsWith(`<${cause}`)).length

const actionsOf = async (userId: number) =>
  (
    await app.db.query<{ action: string }>(
      'select action from audit_log where subject_id = $1 order by id',
      [userId],
    )
  ).map(({ action }) => action)

// First, while the provider does not answer yet.
test('a provider that is away is said to be, and asked again the next time', async () => {
  const visitor = browser()
  const answer = await visitor.open('/sign-in/with/oidc')
  assert.equal(answer.status, 503)
  assert.match(answer.body, /Example does not answer/)
  assert.equal((await visitor.open('/sign-in')).status, 200, 'the shop is open without it')

  const logins = ['ada', 'bea', 'cia', 'dan', 'eve', 'flo', 'gus', 'hal', 'ivy', 'jan', 'kim', 'lea', 'mia', 'noa'] // prettier-ignore
  const people = logins.map((login) => person(login))
  const unsure = person('unsure', { isVerified: false })
  await provider.open([CLIENT], [...people, unsure])
  assert.equal((await visitor.open('/sign-in/with/oidc')).status, 303)
})

suite('somebody new', () => {
  test('has an account without a password, and is known the next time', async () => {
    const visitor = browser()
    const answer = await signInWith(visitor, 'ada', '/tickets?from=elsewhere')
    assert.equal(answer.status, 303, answer.body)
    assert.equal(locationOf(answer), '/tickets?from=elsewhere')
    assert.ok(await visitor.isSignedIn(), 'they are signed in')

    const user = await userOf('ada@people.example')
    assert.ok(user, 'user is there')
    assert.equal(user.name, 'ada Person')
    assert.equal(user.hash, null)
    assert.ok(user.verified, 'user.verified is there')
    const [identity] = await identitiesOf(user.id)
    assert.equal(identity?.issuer, provider.issuer)
    assert.equal(identity.subject, 'ada')
    assert.deepEqual(await actionsOf(user.id), ['user.registered', 'user.identity_connected'])

    const again = browser()
    assert.equal(locationOf(await signInWith(again, 'ada')), '/tickets')
    assert.equal((await identitiesOf(user.id)).length, 1)
  })

  test('with an address that the provider does not vouch for gets no account', async () => {
    const visitor = browser()
    const answer = await signInWith(visitor, 'unsure')
    assert.equal(answer.status, 403)
    assert.match(answer.body, /confirm/)
    assert.equal(await userOf('unsure@people.example'), undefined)
    assert.equal(await visitor.isSignedIn(), false)
  })

  test('who comes back twice at once has one account', async () => {
    const visitors = [browser(), browser(), browser()]
    const back = await Promise.all(
      visitors.map(
        async (visitor) =>
          await signInElsewhere(locationOf(await visitor.open('/sign-in/with/oidc')), 'ivy'),
      ),
    )
    const answers = await Promise.all(
      visitors.map(async (visitor, place) => await visitor.open(back[place] ?? '')),
    )
    assert.deepEqual(answers.map(({ status }) => status), [303, 303, 303]) // prettier-ignore
    const user = await userOf('ivy@people.example')
    assert.equal((await identitiesOf(user?.id ?? 0)).length, 1)
    for (const visitor of visitors) assert.ok(await visitor.isSignedIn(), 'they are signed in')
  })

  test('a password opens nothing of an account that has none, until one is set', async () => {
    await signInWith(browser(), 'bea')
    const visitor = browser()
    const fields = { email: 'bea@people.example', password: 'null' }
    for (const password of ['null', '', 'undefined', PASSWORD]) {
      const answer = await visitor.send('/sign-in', { ...fields, password })
      assert.ok(answer.status === 401 || answer.status === 400, `${answer.status}`)
    }
    assert.equal(await visitor.isSignedIn(), false)
  })
})

suite('somebody who has an account with a password', () => {
  const withAccount = async (login: string) => {
    const account = await signUp(app)
    const email = `${login}@people.example`
    await app.db.query('update users set email = $2 where id = $1', [account.id, email])
    return { ...account, email }
  }

  test('is joined by nothing but that password', async () => {
    const account = await withAccount('cia')
    const visitor = browser()
    const answer = await signInWith(visitor, 'cia')
    assert.equal(locationOf(answer), '/sign-in/with/oidc/connect')
    assert.equal(await visitor.isSignedIn(), false)
    assert.deepEqual(await identitiesOf(account.id), [])

    const asked = await visitor.open('/sign-in/with/oidc/connect')
    assert.match(asked.body, /There is an account with the address cia@people\.example/)
    const wrong = await visitor.send('/sign-in/with/oidc/connect', { password: 'a guess' })
    assert.equal(wrong.status, 401)
    assert.match(wrong.body, /The password is wrong/)
    assert.deepEqual(await identitiesOf(account.id), [])

    const right = await visitor.send('/sign-in/with/oidc/connect', { password: PASSWORD })
    assert.equal(locationOf(right), '/tickets', right.body)
    assert.ok(await visitor.isSignedIn(), 'they are signed in')
    assert.equal((await identitiesOf(account.id)).length, 1)
    assert.ok((await actionsOf(account.id)).includes('user.identity_connected'), 'it is logged')
    assert.equal(locationOf(await signInWith(browser(), 'cia')), '/tickets')
  })

  test('is not joined by a note that somebody made up, or that is for something else', async () => {
    await withAccount('dan')
    const visitor = browser()
    const left = await visitor.open('/sign-in/with/oidc')
    // What is kept on the way there is sealed by the same key, and means something else.
    const answer = await visitor.send('/sign-in/with/oidc/connect', { password: PASSWORD })
    assert.equal(answer.status, 400)
    assert.match(answer.body, /This sign-in is over/)
    assert.equal(left.status, 303)
    assert.equal(await visitor.isSignedIn(), false)
  })

  test('stays out when it is suspended, with the password as without', async () => {
    const account = await withAccount('eve')
    const before = browser()
    await signInWith(before, 'eve')
    await app.db.query('update users set suspended_at = now() where id = $1', [account.id])
    const refused = await before.send('/sign-in/with/oidc/connect', { password: PASSWORD })
    assert.equal(refused.status, 403)
    await app.db.query(`insert into identities (user_id, issuer, subject) values ($1, $2, 'eve')`, [
      account.id,
      provider.issuer,
    ])
    const visitor = browser()
    const answer = await signInWith(visitor, 'eve')
    assert.equal(answer.status, 403)
    assert.match(answer.body, /suspended/)
    assert.equal(await visitor.isSignedIn(), false)
  })

  test('connects it in the own account, by the password, and disconnects it', async () => {
    const account = await signUp(app)
    const visitor = browser()
    await visitor.send('/sign-in', { email: account.email, password: PASSWORD })
    const wrong = await visitor.send('/account/connect/oidc', { password: 'a guess' })
    assert.equal(wrong.status, 422)
    assert.doesNotMatch(wrong.body, /code_challenge/)

    const leaving = await visitor.send('/account/connect/oidc', { password: PASSWORD })
    const url = /href="(http:\/\/127[^"]+)"/.exec(leaving.body)?.[1]?.replaceAll('&amp;', '&') ?? ''
    const back = await visitor.open(await signInElsewhere(url, 'flo'))
    assert.equal(locationOf(back), '/account', back.body)
    const [identity] = await identitiesOf(account.id)
    assert.ok(identity, 'identity is there')
    assert.equal(await userOf('flo@people.example'), undefined, 'no account of its own')
    await mailTo(app.db, account.email, 'identity-connected-')

    const removed = await visitor.send(`/account/identities/${identity.id}/remove`, {})
    assert.equal(locationOf(removed), '/account#connected')
    assert.deepEqual(await identitiesOf(account.id), [])
    assert.ok((await actionsOf(account.id)).includes('user.identity_removed'), 'it is logged')
  })

  test('is told of a way in that is added, once, and nobody of the one their account began with', async () => {
    const account = await withAccount('jan')
    await app.db.query(`update users set language = 'de' where id = $1`, [account.id])
    const visitor = browser()
    await signInWith(visitor, 'jan')
    await visitor.send('/sign-in/with/oidc/connect', { password: PASSWORD })
    const mail = await mailTo(app.db, account.email, 'identity-connected-')
    assert.match(mail.body_text, /Ihr Konto[^]+Anmeldung\s+mit\s+Example\s+öffnen/)
    assert.ok(mail.body_text.includes(`http://${HOST}/account#connected`), mail.body_text)

    const leaving = await visitor.send('/account/connect/oidc', { password: PASSWORD })
    const url = /href="(http:\/\/127[^"]+)"/.exec(leaving.body)?.[1]?.replaceAll('&amp;', '&') ?? ''
    assert.equal(locationOf(await visitor.open(await signInElsewhere(url, 'jan'))), '/account')
    await signInWith(browser(), 'kim')
    await untilAllIsDone(app.db)
    assert.equal(await mailsAbout(account.email, 'identity-connected-'), 1)
    assert.equal(await mailsAbout('kim@people.example', 'identity-connected-'), 0)

    const stranger = browser()
    await stranger.send('/sign-in', { email: (await signUp(app)).email, password: PASSWORD })
    const left = await stranger.send('/account/connect/oidc', { password: PASSWORD })
    const away = /href="(http:\/\/127[^"]+)"/.exec(left.body)?.[1]?.replaceAll('&amp;', '&') ?? ''
    const taken = await stranger.open(await signInElsewhere(away, 'jan'))
    assert.equal(taken.status, 409, 'it is another account’s way in')
  })

  test('who began to connect is the only one it is connected to', async () => {
    const [mine, other] = [await signUp(app), await signUp(app)]
    const visitor = browser()
    await visitor.send('/sign-in', { email: mine.email, password: PASSWORD })
    const leaving = await visitor.send('/account/connect/oidc', { password: PASSWORD })
    const url = /href="(http:\/\/127[^"]+)"/.exec(leaving.body)?.[1]?.replaceAll('&amp;', '&') ?? ''
    const back = await signInElsewhere(url, 'gus')
    await visitor.send('/sign-in', { email: other.email, password: PASSWORD })
    assert.equal((await visitor.open(back)).status, 400)
    assert.deepEqual([...(await identitiesOf(mine.id)), ...(await identitiesOf(other.id))], [])
  })
})

suite('what is connected', () => {
  test('the last way into an account cannot be removed, nor what is another’s', async () => {
    const visitor = browser()
    await signInWith(visitor, 'hal')
    const user = await userOf('hal@people.example')
    const [identity] = await identitiesOf(user?.id ?? 0)
    assert.ok(identity, 'identity is there')
    const refused = await visitor.send(`/account/identities/${identity.id}/remove`, {})
    assert.equal(refused.status, 422)
    assert.equal((await identitiesOf(user?.id ?? 0)).length, 1)

    const stranger = browser()
    await stranger.send('/sign-in', { email: (await signUp(app)).email, password: PASSWORD })
    const answer = await stranger.send(`/account/identities/${identity.id}/remove`, {})
    assert.equal(answer.status, 404)
    assert.equal((await identitiesOf(user?.id ?? 0)).length, 1)
  })

  test('a reset keeps what bears the address of the account, and disconnects what does not', async () => {
    const account = await signUp(app)
    for (const [subject, email] of [
      ['own', account.email.toUpperCase()],
      ['foreign', 'somebody@else.example'],
      ['unknown', null],
    ]) {
      await app.db.query(
        'insert into identities (user_id, issuer, subject, email) values ($1, $2, $3, $4)',
        [account.id, provider.issuer, `${subject}-${account.id}`, email],
      )
    }
    await askReset(account.email)
    const token = tokenIn(await mailTo(app.db, account.email, 'password-reset'))
    const visitor = browser()
    const answer = await visitor.send('/reset', { token, password: 'another evening at the opera' })
    assert.ok(answer.status < 400, answer.body)
    const left = await identitiesOf(account.id)
    assert.deepEqual(left.map(({ subject }) => subject), [`own-${account.id}`]) // prettier-ignore
  })
})

suite('who has no password', () => {
  test('deletes their account by a link in a mail, which is theirs alone, while they are signed in', async () => {
    const email = 'lea@people.example'
    const visitor = browser()
    await signInWith(visitor, 'lea')
    const asked = await visitor.open('/account/delete')
    assert.match(asked.body, /has no password that we could ask you for/)
    assert.doesNotMatch(asked.body, /name="current_password"/)
    const sent = await visitor.send('/account/delete/link', {})
    assert.equal(locationOf(sent), '/account/delete?sent')
    assert.match((await visitor.open('/account/delete?sent')).body, /link that we sent to lea@people\.example/) // prettier-ignore
    const token = tokenIn(await mailTo(app.db, email, 'account-deletion-'))
    for (const status of [303, 303, 429]) {
      assert.equal((await visitor.send('/account/delete/link', {})).status, status)
    }
    await askReset(email)
    const forSomethingElse = tokenIn(await mailTo(app.db, email, 'password-reset-'))

    const stranger = browser()
    await signInWith(stranger, 'mia')
    const path = `/account/delete?token=${token}`
    for (const [who, fields, status] of [
      [visitor, { current_password: '' }, 400],
      [visitor, { current_password: 'null' }, 422],
      [visitor, { token: 'nonsense' }, 422],
      [visitor, { token: forSomethingElse }, 422],
      [stranger, { token }, 422],
    ] as const) {
      const refused = await who.send('/account/delete', fields)
      assert.equal(refused.status, status, JSON.stringify(fields))
    }
    const nobody = browser()
    assert.equal(locationOf(await nobody.open(path)), `/sign-in?next=${encodeURIComponent(path)}`)
    assert.match(locationOf(await nobody.send('/account/delete', { token })), /^\/sign-in/)
    assert.match((await visitor.open(path)).body, /Delete my account for good/)
    assert.ok(await userOf(email), 'they are still there')
    assert.ok(await userOf('mia@people.example'), 'and so is the stranger')

    const gone = await visitor.send('/account/delete', { token })
    assert.equal(gone.status, 200, gone.body)
    assert.match(gone.body, /Your account is deleted/)
    assert.equal(await userOf(email), undefined)
    assert.equal(await visitor.isSignedIn(), false)
  })

  test('and sets one, deletes their account by that alone', async () => {
    const email = 'noa@people.example'
    const visitor = browser()
    await signInWith(visitor, 'noa')
    await visitor.send('/account/delete/link', {})
    const token = tokenIn(await mailTo(app.db, email, 'account-deletion-'))
    await askReset(email)
    const password = 'another evening at the opera'
    const link = tokenIn(await mailTo(app.db, email, 'password-reset-'))
    assert.equal((await visitor.send('/reset', { token: link, password })).status, 200)
    await signInWith(visitor, 'noa')

    assert.match((await visitor.open('/account/delete')).body, /name="current_password"/)
    const dead = await visitor.send('/account/delete', { token })
    assert.equal(dead.status, 422)
    assert.match(dead.body, /href="\/account\/delete"/)
    await visitor.send('/account/delete/link', {})
    await untilAllIsDone(app.db)
    assert.equal(await mailsAbout(email, 'account-deletion-'), 1, 'no other link was sent')
    const gone = await visitor.send('/account/delete', { current_password: password })
    assert.equal(gone.status, 200, gone.body)
    assert.equal(await userOf(email), undefined)
  })
})
