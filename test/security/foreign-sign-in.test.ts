/** Signing in with an account elsewhere, while somebody has a hand in it. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { after, before, beforeEach, suite, test } from 'node:test'
import { type TestApp, startApp } from '../support/app.ts'
import { GITHUB_CLIENT, type GitHubLookalike, startGitHubLookalike } from '../support/github-lookalike.ts' // prettier-ignore
import { CLIENT, type LyingProvider, startLyingProvider } from '../support/lying-provider.ts'
import { type OpenIdProvider, startOpenIdProvider } from '../support/openid-provider.ts'
import { ShopBrowser, locationOf } from '../support/shop-browser.ts'
import { signInElsewhere } from '../support/sign-in-elsewhere.ts'
import { signUp } from '../support/accounts.ts'

const HOST = 'shop.example'

let provider: LyingProvider
let github: GitHubLookalike
let app: TestApp
/** Another process of the same shop. */
let sibling: TestApp
before(async () => {
  provider = await startLyingProvider()
  github = await startGitHubLookalike()
  const env = {
    PUBLIC_URL: `http://${HOST}`,
    OIDC_ISSUER: provider.issuer,
    OIDC_CLIENT_ID: CLIENT.id,
    OIDC_CLIENT_SECRET: CLIENT.secret,
    GITHUB_URL: github.url,
    GITHUB_API_URL: github.url,
    GITHUB_CLIENT_ID: GITHUB_CLIENT.id,
    GITHUB_CLIENT_SECRET: GITHUB_CLIENT.secret,
  }
  app = await startApp({ env })
  const { databaseUrl, dataDir } = app
  sibling = await startApp({ env, databaseUrl, dataDir })
})
after(async () => {
  await sibling[Symbol.asyncDispose]()
  await app[Symbol.asyncDispose]()
  await provider[Symbol.asyncDispose]()
  await github[Symbol.asyncDispose]()
})
beforeEach(() => {
  provider.lies = {}
})

const browser = (shop = app) => new ShopBrowser(shop, HOST)

/** Leaves for the provider. @returns What the shop asks it for. */
async function leave(visitor: ShopBrowser, path = '/sign-in/with/oidc'): Promise<URLSearchParams> {
  const answer = await visitor.open(path)
  assert.equal(answer.status, 303, answer.body)
  const asked = new URL(locationOf(answer)).searchParams
  provider.nonce = asked.get('nonce') ?? ''
  return asked
}

/** The way back, as the provider would write it. */
function wayBack(asked: URLSearchParams, changes: Record<string, string> = {}): string {
  const url = new URL(asked.get('redirect_uri') ?? '')
  const answer = { code: 'a-code', state: asked.get('state') ?? '', iss: provider.issuer }
  for (const [name, value] of Object.entries({ ...answer, ...changes })) {
    url.searchParams.set(name, value)
  }
  return url.href
}

async function assertOut(
  visitor: ShopBrowser,
  answer: { status: number; body: string },
  status = 400,
) {
  assert.equal(answer.status, status, answer.body)
  assert.equal(await visitor.isSignedIn(), false)
}

test('an answer that is in order signs in: what follows is refused for what is wrong with it', async () => {
  const visitor = browser()
  const answer = await visitor.open(wayBack(await leave(visitor)))
  assert.equal(answer.status, 303, answer.body)
  assert.ok(await visitor.isSignedIn(), 'they are signed in')
})

suite('the state', () => {
  test('an answer without a state, with another, with two, or in another browser is refused unasked', async () => {
    const visitor = browser()
    const asked = await leave(visitor)
    const other = await leave(browser())
    const before = provider.redeemed.length
    for (const state of [undefined, '', other.get('state') ?? '', `${asked.get('state')} `]) {
      const url = new URL(wayBack(asked, { state: '' }))
      url.searchParams.delete('state')
      if (state !== undefined) url.searchParams.set('state', state)
      await assertOut(visitor, await visitor.open(url.href))
    }
    await assertOut(visitor, await visitor.open(`${wayBack(asked)}&state=another`))
    const stranger = browser()
    await assertOut(stranger, await stranger.open(wayBack(asked)))
    await leave(stranger)
    await assertOut(stranger, await stranger.open(wayBack(asked)))
    assert.equal(provider.redeemed.length, before)

    // What others sent here did not end what this browser had begun.
    provider.nonce = asked.get('nonce') ?? ''
    assert.equal((await visitor.open(wayBack(asked))).status, 303)
  })

  test('a state is good once, also in another process and for many at once', async () => {
    const visitor = browser()
    const asked = await leave(visitor)
    const copies = Array.from({ length: 8 }, (_, place) => {
      const copy = browser(place % 2 === 0 ? app : sibling)
      for (const [name, value] of visitor.cookies) copy.cookies.set(name, value)
      return copy
    })
    const before = provider.redeemed.length
    const answers = await Promise.all(copies.map(async (copy) => await copy.open(wayBack(asked))))
    assert.deepEqual(answers.map(({ status }) => status).sort(), [303, ...Array(7).fill(400)])
    assert.equal(provider.redeemed.length, before + 1, 'one code was redeemed')
    const late = copies[1] ?? visitor
    for (const [name, value] of visitor.cookies) late.cookies.set(name, value)
    assert.equal((await late.open(wayBack(asked, { code: 'another' }))).status, 400)
  })

  test('what a browser keeps meanwhile is sealed, for the server alone, and not to be changed', async () => {
    const visitor = browser()
    const answer = await visitor.open('/sign-in/with/oidc')
    const cookie = [answer.headers['set-cookie']].flat().join()
    assert.match(cookie, /^sign-in-with=/)
    assert.match(cookie, /HttpOnly; SameSite=Lax/)
    assert.match(cookie, /Max-Age=600/)
    const asked = new URL(locationOf(answer)).searchParams
    const note = visitor.cookies.get('sign-in-with') ?? ''
    const bytes = Buffer.from(note, 'base64url')
    for (const secret of [asked.get('state'), asked.get('nonce')]) {
      assert.equal(bytes.includes(secret ?? ''), false)
    }
    for (let place = 0; place < bytes.length; place += 17) {
      const changed = Buffer.from(bytes)
      changed[place] = (changed[place] ?? 0) ^ 1
      visitor.cookies.set('sign-in-with', changed.toString('base64url'))
      await assertOut(visitor, await visitor.open(wayBack(asked)))
    }
    for (const made of ['', 'x', 'a'.repeat(5_000), bytes.subarray(0, 40).toString('base64url')]) {
      visitor.cookies.set('sign-in-with', made)
      await assertOut(visitor, await visitor.open(wayBack(asked)))
    }
  })
})

suite('the code', () => {
  test('is asked for with S256 and redeemed with what makes the challenge, at the same address', async () => {
    const visitor = browser()
    const asked = await leave(visitor)
    assert.equal(asked.get('code_challenge_method'), 'S256')
    await visitor.open(wayBack(asked))
    const sent = provider.redeemed.at(-1)
    const verifier = sent?.get('code_verifier') ?? ''
    assert.match(verifier, /^[\w~.-]{43,128}$/)
    const challenge = createHash('sha256').update(verifier).digest('base64url')
    assert.equal(asked.get('code_challenge'), challenge)
    assert.equal(asked.get('redirect_uri'), `http://${HOST}/sign-in/with/oidc/callback`)
    assert.equal(sent?.get('redirect_uri'), asked.get('redirect_uri'))
    assert.equal(sent.get('code'), 'a-code')
    const again = await leave(browser())
    for (const name of ['state', 'nonce', 'code_challenge']) {
      assert.notEqual(again.get(name), asked.get(name), name)
    }
  })

  test('the address to come back to is ours, whatever the request says about its own', async () => {
    for (const host of ['evil.example', `${HOST}.evil.example`, `evil.example:80`]) {
      const answer = await app.inject({
        method: 'GET',
        url: '/sign-in/with/oidc?redirect_uri=https://evil.example/',
        headers: { host, 'x-forwarded-host': 'evil.example' },
      })
      const asked = new URL(locationOf(answer)).searchParams
      assert.deepEqual(asked.getAll('redirect_uri'), [`http://${HOST}/sign-in/with/oidc/callback`])
    }
  })

  test('a provider that takes plain challenges only is not signed in with', async () => {
    await using plain = await startLyingProvider()
    plain.lies = { metadata: { code_challenge_methods_supported: ['plain'] } }
    await using shop = await shopWith(plain)
    const answer = await browser(shop).open('/sign-in/with/oidc')
    assert.equal(answer.status, 400)
    assert.equal(locationOf(answer), '')
  })
})

suite('a real provider', () => {
  const redirectUri = `http://${HOST}/sign-in/with/oidc/callback`
  const someone = { login: 'someone', email: 'someone@people.example', isVerified: true, name: '' }
  let real: OpenIdProvider
  let shop: TestApp
  before(async () => {
    real = await startOpenIdProvider()
    await real.open([{ ...CLIENT, redirectUri }], [someone])
    shop = await shopWith(real)
  })
  after(async () => {
    await shop[Symbol.asyncDispose]()
    await real[Symbol.asyncDispose]()
  })

  test('a stolen code is worth nothing in another sign-in, whose verifier is another', async () => {
    const victim = browser(shop)
    const stolen = await signInElsewhere(locationOf(await victim.open('/sign-in/with/oidc')), 'someone') // prettier-ignore
    const thief = browser(shop)
    const own = new URL(locationOf(await thief.open('/sign-in/with/oidc'))).searchParams
    const url = new URL(stolen)
    url.searchParams.set('state', own.get('state') ?? '')
    await assertOut(thief, await thief.open(url.href))
  })

  test('it takes what we ask, and neither a plain challenge nor none nor another address', async () => {
    const asked = locationOf(await browser(shop).open('/sign-in/with/oidc'))
    const changes: ((query: URLSearchParams) => void)[] = [
      (query) => {
        query.set('code_challenge_method', 'plain')
      },
      (query) => {
        query.delete('code_challenge')
        query.delete('code_challenge_method')
      },
      (query) => {
        query.set('redirect_uri', `${redirectUri}/`)
      },
    ]
    for (const change of changes) {
      const url = new URL(asked)
      change(url.searchParams)
      const answer = await fetch(url, { redirect: 'manual' })
      const where = answer.headers.get('location') ?? ''
      assert.ok(answer.status === 400 || where.includes('error=invalid_request'), url.href)
    }
    assert.equal((await fetch(asked, { redirect: 'manual' })).status, 303, 'the control')
  })
})

suite('the id token', () => {
  const wrong: Record<string, LyingProvider['lies']> = {
    'of another sign-in: nonce': { claims: { nonce: 'another' } },
    'of no sign-in: no nonce': { claims: { nonce: undefined } },
    'of another issuer': { claims: { iss: 'https://evil.example' } },
    'for another client: aud': { claims: { aud: 'another-shop' } },
    'for others besides us': { claims: { aud: [CLIENT.id, 'another-shop'] } },
    'for us among others, given to another: azp': { claims: { aud: [CLIENT.id, 'another-shop'], azp: 'another-shop' } }, // prettier-ignore
    'for us alone, given to another: azp': { claims: { azp: 'another-shop' } },
    'that has expired': { claims: { exp: Math.floor(Date.now() / 1000) - 600 } },
    'that never expires': { claims: { exp: undefined } },
    'of nobody': { claims: { sub: undefined } },
    'of somebody without a name': { claims: { sub: '' } },
    'that is signed by another key': { signature: 'foreign' },
    'that was changed after it was signed': { signature: 'changed' },
    'that is signed with the client’s secret': { signature: 'secret' },
    'that nobody signed': { signature: 'none' },
  }
  for (const [what, lies] of Object.entries(wrong)) {
    test(`one ${what} opens nothing`, async () => {
      const visitor = browser()
      const asked = await leave(visitor)
      provider.lies = lies
      await assertOut(visitor, await visitor.open(wayBack(asked)))
    })
  }
})

suite('mixing up providers', () => {
  test('an answer that names another issuer, or none, is refused before its code is sent anywhere', async () => {
    for (const iss of ['https://evil.example', undefined, '', github.url]) {
      const visitor = browser()
      const url = new URL(wayBack(await leave(visitor)))
      url.searchParams.delete('iss')
      if (iss !== undefined) url.searchParams.set('iss', iss)
      const before = provider.redeemed.length
      await assertOut(visitor, await visitor.open(url.href))
      assert.equal(provider.redeemed.length, before)
    }
  })

  test('an answer of one provider is none of another, though state and browser are right', async () => {
    const visitor = browser()
    const asked = await leave(visitor)
    const query = new URL(wayBack(asked)).search
    await assertOut(visitor, await visitor.open(`/sign-in/with/github/callback${query}`))

    const other = browser()
    const toGitHub = new URL(locationOf(await other.open('/sign-in/with/github'))).searchParams
    const before = provider.redeemed.length
    const state = toGitHub.get('state') ?? ''
    const back = `/sign-in/with/oidc/callback?code=a-code&state=${state}&iss=${provider.issuer}`
    await assertOut(other, await other.open(back))
    assert.equal(provider.redeemed.length, before)
  })

  test('a document that speaks of another issuer is not believed', async () => {
    await using liar = await startLyingProvider()
    liar.lies = { metadata: { issuer: 'https://accounts.google.com' } }
    await using shop = await shopWith(liar)
    assert.equal((await browser(shop).open('/sign-in/with/oidc')).status, 400)
  })
})

suite('afterwards', () => {
  test('nobody is led to another site by what `next` says', async () => {
    for (const next of [
      '//evil.example',
      '/\\evil.example',
      'https://evil.example/',
      '/.//evil.example',
      '/\t/evil.example',
      '/sign-in/with/oidc',
    ]) {
      const visitor = browser()
      const asked = await leave(visitor, `/sign-in/with/oidc?next=${encodeURIComponent(next)}`)
      assert.equal(locationOf(await visitor.open(wayBack(asked))), '/', next)
      const signedIn = await visitor.open(`/sign-in/with/oidc?next=${encodeURIComponent(next)}`)
      assert.equal(locationOf(signedIn), '/', next)
    }
  })

  test('an address that the provider does not vouch for joins no account, nor does one that it does', async () => {
    const owner = await signUp(app)
    for (const email_verified of [false, undefined, 'true', 1, null, true]) {
      const visitor = browser()
      const asked = await leave(visitor)
      const sub = `${String(email_verified)}-intruder`
      provider.lies = { claims: { email: owner.email.toUpperCase(), email_verified, sub } }
      const answer = await visitor.open(wayBack(asked))
      if (email_verified === true) assert.match(locationOf(answer), /\/connect$/)
      else assert.equal(answer.status, 403)
      assert.equal(await visitor.isSignedIn(), false)
    }
    const joined = await app.db.query('select 1 from identities where user_id = $1', [owner.id])
    assert.deepEqual(joined, [])
  })

  test('failures from one address are limited', async () => {
    await using shop = await shopWith(provider, { RATE_LIMIT: '100000,100000' })
    const visitor = browser(shop)
    const statuses = new Set<number>()
    for (let attempt = 0; attempt < 101; attempt += 1) {
      statuses.add((await visitor.open('/sign-in/with/oidc/callback?state=guess')).status)
    }
    assert.deepEqual([...statuses], [400, 429])
  })
})

suite('GitHub', () => {
  const person = (id: number, emails: { email: string; primary: boolean; verified: boolean }[]) => ({ id, name: null, emails }) // prettier-ignore
  const leaveForGitHub = async (visitor: ShopBrowser) =>
    locationOf(await visitor.open('/sign-in/with/github'))

  test('its verified primary address makes an account, and its number knows it again', async () => {
    const octo = person(583_231, [
      { email: 'second@people.example', primary: false, verified: true },
      { email: 'octo@people.example', primary: true, verified: true },
    ])
    const visitor = browser()
    const answer = await visitor.open(github.signIn(await leaveForGitHub(visitor), octo))
    assert.equal(answer.status, 303, answer.body)
    assert.ok(await visitor.isSignedIn(), 'they are signed in')
    const rows = await app.db.query<{ name: string; email: string; subject: string }>(
      `select u.name, u.email, i.subject from identities i join users u on u.id = i.user_id
        where i.issuer = $1`,
      [`${github.url}/login/oauth`],
    )
    assert.deepEqual(rows, [{ name: 'octo', email: 'octo@people.example', subject: '583231' }])
    const moved = person(583_231, [{ email: 'new@people.example', primary: true, verified: true }])
    const again = browser()
    await again.open(github.signIn(await leaveForGitHub(again), moved))
    assert.ok(await again.isSignedIn(), 'they are known')
    assert.deepEqual(
      await app.db.query("select 1 from users where email = 'new@people.example'"),
      [],
    )
  })

  test('an address that is not verified, or not the primary one, makes none', async () => {
    for (const [place, emails] of [
      [{ email: 'no@people.example', primary: true, verified: false }],
      [{ email: 'no@people.example', primary: false, verified: true }],
      [],
    ].entries()) {
      const visitor = browser()
      const back = github.signIn(await leaveForGitHub(visitor), person(900 + place, emails))
      await assertOut(visitor, await visitor.open(back), 403)
    }
  })

  test('a code that was given for another challenge, or under another name, opens nothing', async () => {
    const someone = person(77, [{ email: 'b@people.example', primary: true, verified: true }])
    const visitor = browser()
    const url = new URL(await leaveForGitHub(visitor))
    url.searchParams.set('code_challenge', 'another')
    await assertOut(visitor, await visitor.open(github.signIn(url.href, someone)))
    const other = browser()
    const back = new URL(github.signIn(await leaveForGitHub(other), someone))
    back.searchParams.set('iss', 'https://github.com/login/oauth')
    await assertOut(other, await other.open(back.href))
  })
})

async function shopWith(
  { issuer }: { issuer: string },
  env: Record<string, string> = {},
): Promise<TestApp> {
  return await startApp({
    env: {
      PUBLIC_URL: `http://${HOST}`,
      OIDC_ISSUER: issuer,
      OIDC_CLIENT_ID: CLIENT.id,
      OIDC_CLIENT_SECRET: CLIENT.secret,
      ...env,
    },
  })
}
