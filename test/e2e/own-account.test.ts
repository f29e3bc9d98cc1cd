/** The own account, on its pages: as plain forms, and in a browser. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { type Account, LOGIN, ME, PASSWORD, get, post, signUp } from '../support/accounts.ts'
import { type TestAnswer, type TestApp, startApp } from '../support/app.ts'
import { type EventShop, startEventShop } from '../support/event-api.ts'
import { mailTo, tokenIn } from '../support/mailbox.ts'
import { browserTest, picture, visit } from './browser.ts'

const HOST = 'shop.example'
const PHONE = 'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) Version/17.5 Safari/604.1'

let shop: EventShop
before(async () => {
  shop = await startEventShop()
})
after(async () => {
  await shop[Symbol.asyncDispose]()
})

const headersFor = (cookie: string, more: Record<string, string> = {}) => ({
  ...{ host: HOST, origin: `http://${HOST}`, cookie, 'user-agent': PHONE },
  ...more,
})

async function open(url: string, cookie: string, language = 'en'): Promise<TestAnswer> {
  const headers = headersFor(cookie, { 'accept-language': language })
  return await shop.app.inject({ method: 'GET', url, headers })
}

async function send(
  url: string,
  fields: Record<string, string>,
  cookie = '',
  language = 'en',
): Promise<TestAnswer> {
  return await shop.app.inject({
    method: 'POST',
    url,
    payload: new URLSearchParams(fields).toString(),
    headers: headersFor(cookie, {
      ...{ 'content-type': 'application/x-www-form-urlencoded', 'accept-language': language },
    }),
  })
}

const cookieIn = (answer: TestAnswer): string =>
  [answer.headers['set-cookie'] ?? []]
    .flat()
    .map((cookie) => String(cookie).split(';')[0])
    .join('; ')

/** The Cookie header of somebody who signs in on the pages. */
async function enter({ email }: { email: string }, password = PASSWORD): Promise<string> {
  const answer = await send('/sign-in', { email, password })
  assert.equal(answer.status, 303, answer.body)
  return cookieIn(answer)
}

async function somebody(): Promise<{ account: Account; cookie: string }> {
  const account = await signUp(shop.app)
  return { account, cookie: await enter(account) }
}

const assertGoes = (answer: TestAnswer, path: string) => {
  assert.deepEqual([answer.status, answer.headers['location']], [303, path], answer.body)
}

suite('the forms of the own account', () => {
  test('a new name is shown at once, and a refused one is said at its field with what was typed', async () => {
    const { cookie } = await somebody()
    const refused = await send('/account/name', { name: 'x'.repeat(101) }, cookie)
    assert.equal(refused.status, 400)
    assert.match(refused.body, new RegExp(`value="${'x'.repeat(101)}"`))
    assert.match(refused.body, /id="name-fault">The name must have 1 to 100 characters/)
    assertGoes(await send('/account/name', { name: 'Zoë <b>' }, cookie), '/account?done=name')
    const page = await open('/account?done=name', cookie)
    assert.match(page.body, /Your name is changed\./)
    assert.match(page.body, /Zoë &lt;b>/)
  })

  test('a new address waits for its link, and is the account’s after it', async () => {
    const { account, cookie } = await somebody()
    const email = 'new.one@mail.example'
    const wrong = { email, current_password: 'wrong wrong' }
    const refused = await send('/account/email', wrong, cookie)
    assert.equal(refused.status, 422)
    assert.match(refused.body, /id="current_password-fault">This is not the password/)
    assert.match(refused.body, /value="new\.one@mail\.example"/)
    assert.doesNotMatch(refused.body, /wrong wrong/)

    const right = { email, current_password: PASSWORD }
    assertGoes(await send('/account/email', right, cookie), '/account?done=email')
    const waiting = await open('/account', cookie)
    assert.match(waiting.body, /the link that we sent to new\.one@mail\.example/)
    assert.ok(waiting.body.includes(account.email), 'the old address is there')
    const token = tokenIn(await mailTo(shop.app.db, email, 'new-address-'))
    // Opening the link asks; the form does it.
    assert.match((await open(`/verify?token=${token}`, '')).body, /Is this your address\?/)
    assert.ok((await open('/account', cookie)).body.includes(account.email), 'and still is')
    assert.match((await send('/verify', { token })).body, /Your address is confirmed/)
    const changed = await open('/account', cookie)
    assert.ok(changed.body.includes(email), 'the new address is there')
    assert.equal(changed.body.includes(account.email), false)
    await enter({ email })
  })

  test('of two who were sent a link to one address, the second is told so', async () => {
    const email = 'wanted@mail.example'
    const tokens: string[] = []
    for (let n = 0; n < 2; n += 1) {
      const { account } = await somebody()
      const asked = { email, current_password: PASSWORD }
      const headers = { authorization: `Bearer ${account.token}` }
      assert.equal((await post(shop.app, `${ME}/email`, asked, headers)).status, 202)
      await mailTo(shop.app.db, account.email, 'address-change-asked-')
    }
    await untilTwoMails(shop.app, email)
    const mails = await shop.app.db.query<{ body_text: string }>(
      'select body_text from mails where to_address = $1',
      [email],
    )
    for (const { body_text } of mails) tokens.push(/token=([\w-]+)/.exec(body_text)?.[1] ?? '')
    assert.equal((await send('/verify', { token: tokens[0] ?? '' })).status, 200)
    const late = await send('/verify', { token: tokens[1] ?? '' })
    assert.equal(late.status, 409)
    assert.match(late.body, /Another account has this address meanwhile/)
  })

  test('the language of pages and mails is chosen once for both', async () => {
    const { account, cookie } = await somebody()
    const answer = await send('/account/language', { language: 'de' }, cookie)
    assertGoes(answer, '/account?done=language')
    const german = await open('/account', `${cookie}; ${cookieIn(answer)}`)
    assert.match(german.body, /<html lang="de"/)
    assert.match(german.body, /<h1>Ihr Konto<\/h1>/)
    const me = await get(shop.app, ME, account.token)
    assert.equal(me.json<{ language: string }>().language, 'de')
    // On another device, too, whose browser asks for English.
    assert.match((await open('/account', cookie)).body, /<h1>Ihr Konto<\/h1>/)
    assertGoes(await send('/account/language', { language: 'tlh' }, cookie), '/account/language')
  })

  test('a new password keeps who changed it signed in, and nobody else', async () => {
    const { account, cookie } = await somebody()
    const elsewhere = await enter(account)
    const easy = { current_password: PASSWORD, password: 'password123' }
    const refused = await send('/account/password', easy, cookie)
    assert.equal(refused.status, 422)
    assert.match(refused.body, /id="password-fault">This password is among the first/)
    const next = 'another quiet evening'
    const changed = await send(
      '/account/password',
      { current_password: PASSWORD, password: next },
      cookie,
    )
    assertGoes(changed, '/account?done=password')
    assert.equal((await open('/account', cookieIn(changed))).status, 200)
    for (const old of [cookie, elsewhere]) assert.equal((await open('/account', old)).status, 303)
    await enter(account, next)
  })

  test('sessions are listed with their devices, and ended one by one or all but this', async () => {
    const { account, cookie } = await somebody()
    const other = await enter(account)
    const page = await open('/account/sessions', cookie)
    assert.equal(page.body.match(/Safari · iPhone/g)?.length, 3, 'two, one with a button')
    assert.match(page.body, /This device/)
    assert.match(page.body, /in the last hour/)
    assert.match(page.body, /By an app/)
    const ends = [...page.body.matchAll(/action="(\/account\/sessions\/[0-9a-f-]{36}\/end)"/g)]
    assert.equal(ends.length, 2, 'not the one that is looked from')
    for (const [, action] of ends) {
      assertGoes(await send(action ?? '', {}, cookie), '/account/sessions?done=one')
    }
    assert.equal((await open('/account', other)).status, 303)
    const third = await enter(account)
    assertGoes(
      await send('/account/sessions/others/end', {}, cookie),
      '/account/sessions?done=others',
    )
    assert.equal((await open('/account', third)).status, 303)
    const alone = await open('/account/sessions?done=others', cookie)
    assert.match(alone.body, /You are signed in nowhere else\./)
    assert.equal((await send('/account/sessions/x/end', {}, cookie)).status, 404)
  })

  test('one’s data is a file', async () => {
    const { account, cookie } = await somebody()
    const answer = await open('/account/export', cookie)
    assert.match(String(answer.headers['content-disposition']), /^attachment/)
    assert.match(String(answer.headers['content-type']), /^application\/json/)
    assert.equal(answer.json<{ account: { email: string } }>().account.email, account.email)
  })

  test('leaving is told about, asks for what it needs, and ends here', async () => {
    const { account, cookie } = await somebody()
    const event = await shop.create({ ticket_price: 0 })
    const headers = { authorization: `Bearer ${account.token}` }
    const bought = await post(
      shop.app,
      '/api/v1/orders',
      { event_id: event.id, quantity: 2 },
      headers,
    )
    assert.equal(bought.status, 201, bought.body)
    const page = await open('/account/delete', cookie)
    assert.match(page.body, /You have 2 tickets for events ahead/)
    const unsaid = await send('/account/delete', { current_password: PASSWORD }, cookie)
    assert.equal(unsaid.status, 409)
    assert.match(unsaid.body, /id="accepts_losing_sight-fault">Say that you have saved/)
    const wrong = { current_password: 'wrong wrong', accepts_losing_sight: 'yes' }
    const refused = await send('/account/delete', wrong, cookie)
    assert.match(refused.body, /id="current_password-fault"/)
    assert.match(refused.body, /value="yes" checked/)
    const right = { current_password: PASSWORD, accepts_losing_sight: 'yes' }
    const gone = await send('/account/delete', right, cookie)
    assert.equal(gone.status, 200, gone.body)
    assert.match(gone.body, /Your account is deleted/)
    assert.match(gone.body, />Sign in</)
    assert.match(String(gone.headers['set-cookie']), /^session=;/)
    assert.equal((await open('/account', cookie)).status, 303)
    const login = { email: account.email, password: PASSWORD }
    assert.equal((await post(shop.app, LOGIN, login)).status, 401)
  })

  test('who cannot leave yet is told why, and has no form', async () => {
    const { account, cookie } = await somebody()
    const event = await shop.create()
    const headers = { authorization: `Bearer ${account.token}` }
    const hold = { event_id: event.id, quantity: 1, hold: true }
    assert.equal((await post(shop.app, '/api/v1/orders', hold, headers)).status, 201)
    const page = await open('/account/delete', cookie)
    assert.match(page.body, /Tickets are held for you in one order\./)
    assert.doesNotMatch(page.body, /action="\/account\/delete"/)
    const refused = await send('/account/delete', { current_password: PASSWORD }, cookie)
    assert.equal(refused.status, 409)
  })
})

async function untilTwoMails(app: TestApp, email: string): Promise<void> {
  for (let tries = 0; tries < 1_500; tries += 1) {
    const mails = await app.db.query('select 1 from mails where to_address = $1', [email])
    if (mails.length === 2) return
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  assert.fail('two mails')
}

test('every form says its faults in German, and nothing of it is English', async () => {
  const german = async (url: string, fields: Record<string, string>, cookie = '') =>
    (await send(url, fields, cookie, 'de')).body
  const signIn = await german('/sign-in', { email: 'a@shop.example', password: 'wrong wrong' })
  assert.match(signIn, /E-Mail-Adresse oder Passwort stimmt nicht\./)
  const { cookie, account } = await somebody()
  await send('/account/language', { language: 'de' }, cookie)
  const taken = { name: 'Zoë', email: account.email, password: PASSWORD }
  assert.match(await german('/sign-up', taken), /Mit dieser E-Mail-Adresse gibt es schon ein Konto/)
  assert.match(await german('/sign-up', {}), /Geben Sie Ihren Namen ein\./)
  assert.match(
    await german('/reset', { token: 'x', password: PASSWORD }),
    /Dieser Link gilt nicht mehr/,
  )
  assert.match(await german('/forgot-password', {}), /Geben Sie Ihre E-Mail-Adresse ein\./)
  const pages = ['', '/name', '/email', '/language', '/password', '/sessions', '/delete']
  for (const path of pages) {
    const { status, body } = await open(`/account${path}`, cookie, 'de')
    assert.equal(status, 200, path)
    const main = /<main.*<\/main>/s.exec(body)?.[0].replace(/<[^>]+>/g, ' ') ?? ''
    assert.doesNotMatch(main, /\b(the|your|you|change|password|save)\b/i, path)
  }
})

test('password managers find what they look for', async () => {
  const { cookie } = await somebody()
  const found: [string, string, string[]][] = [
    ['/sign-in', '', ['username', 'current-password']],
    ['/sign-up', '', ['name', 'username', 'new-password']],
    ['/reset?token=x', '', ['new-password']],
    ['/account/password', cookie, ['username', 'current-password', 'new-password']],
    ['/account/delete', cookie, ['username', 'current-password']],
  ]
  for (const [url, session, expected] of found) {
    const { body } = await open(url, session)
    const main = body.slice(body.indexOf('<main'))
    const names = [...main.matchAll(/autocomplete="([^"]+)"/g)].map(([, name]) => name)
    assert.deepEqual(names, expected, url)
  }
})

for (const script of [false, true]) {
  browserTest(
    `somebody opens an account, changes all of it and leaves, ${script ? 'with' : 'without'} script`,
    async () => {
      await using app = await startApp()
      const url = await app.listen()
      await using visitor = await visit(url, { script })
      const { page, faults } = visitor
      const email = `zoe-${script ? 'with' : 'without'}@mail.example`
      await page.goto('/sign-up')
      await page.getByLabel('Name', { exact: true }).fill('Zoë')
      await page.getByLabel('E-mail address').fill(email)
      const password = page.getByLabel('Password', { exact: true })
      await password.fill('short')
      if (script) {
        await page.getByText('Too short: 8 characters at least.').waitFor()
        await password.fill(PASSWORD)
        await page.getByText('Good and long.').waitFor()
        await page.getByRole('button', { name: 'Show Password' }).click()
        assert.equal(await password.getAttribute('type'), 'text')
      } else {
        await password.fill(PASSWORD)
        assert.equal(await page.getByRole('button', { name: 'Show Password' }).count(), 0)
      }
      await page.getByRole('button', { name: 'Create account' }).click()

      await page.getByRole('link', { name: 'Account', exact: true }).click()
      await page.getByRole('heading', { name: 'Your account', exact: true }).waitFor()
      await page.getByRole('link', { name: 'Change Name' }).click()
      await page.getByLabel('Name', { exact: true }).fill('Zoë Zimmer')
      await page.getByRole('button', { name: 'Save' }).click()
      await page.getByText('Your name is changed.').waitFor()
      await picture(page, `own-account-${script ? 'script' : 'plain'}`)

      await page.getByRole('link', { name: 'Change Password' }).click()
      await page.getByLabel('Your present password').fill('not this one')
      await page.getByLabel('New password').fill('another quiet evening')
      await page.getByRole('button', { name: 'Change your password' }).click()
      await page.getByRole('link', { name: 'See “Your present password” below.' }).waitFor()
      await page.getByText('This is not the password of your account.').waitFor()
      await page.getByLabel('Your present password').fill(PASSWORD)
      await page.getByLabel('New password').fill('another quiet evening')
      await page.getByRole('button', { name: 'Change your password' }).click()
      await page.getByText('Your password is changed.').waitFor()

      await page.getByRole('link', { name: /Look at them/ }).click()
      await page.getByText('This device').waitFor()
      await page.getByText('Chrome · Linux').waitFor()
      await page.getByRole('link', { name: 'Back to your account' }).click()

      const download = page.waitForEvent('download')
      await page.getByRole('link', { name: /Download your data/ }).click()
      assert.equal((await download).suggestedFilename(), 'box-office-export.json')

      await page.getByRole('link', { name: 'Delete your account' }).click()
      await page.getByText('What stays').waitFor()
      await page.getByLabel('Your present password').fill('another quiet evening')
      await page.getByRole('button', { name: 'Delete my account for good' }).click()
      await page.getByRole('heading', { name: 'Your account is deleted' }).waitFor()
      await page.goto('/account')
      await page.getByRole('heading', { name: 'Sign in' }).waitFor()
      assert.deepEqual(faults, [])
    },
  )
}

browserTest('the pages of the account, as people see them', async () => {
  await using app = await startApp()
  const url = await app.listen()
  const account = await signUp(app, { name: 'Zoë Zimmer' })
  const looks = [
    { width: 320, colorScheme: 'light' },
    { width: 1280, colorScheme: 'dark' },
  ] as const
  for (const look of looks) {
    await using visitor = await visit(url, { script: true, ...look })
    const { page, faults } = visitor
    for (const path of ['/sign-in', '/sign-up', '/forgot-password', '/reset?token=x']) {
      await page.goto(path)
      await picture(page, `account${path.split('?')[0]?.replace('/', '-') ?? ''}-${look.width}`)
    }
    await page.goto('/sign-in')
    await page.getByLabel('E-mail address').fill(account.email)
    await page.getByLabel('Password', { exact: true }).fill(PASSWORD)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByRole('button', { name: 'Sign out' }).waitFor()
    for (const path of ['', '/name', '/email', '/language', '/password', '/sessions', '/delete']) {
      await page.goto(`/account${path}`)
      const width = await page.evaluate('document.documentElement.scrollWidth')
      assert.ok(Number(width) <= look.width, `/account${path} fits into ${look.width} pixels`)
      await picture(page, `own-account${path.replace('/', '-')}-${look.width}`)
    }
    assert.deepEqual(faults, [])
  }
})
