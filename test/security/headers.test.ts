/** What every answer tells a browser to refuse, for every route there is. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { TestAnswer } from '../support/app.ts'
import { type EventShop, startEventShop } from '../support/event-api.ts'
import { routeTable } from '../support/route-table.ts'

let shop: EventShop
let routes: { method: 'GET' | 'HEAD' | 'POST' | 'PATCH' | 'DELETE'; url: string }[]
before(async () => {
  shop = await startEventShop()
  const { id } = await shop.create()
  routes = routeTable(shop.app).map((route) => {
    const [method = '', url = ''] = route.split(' ')
    const filled = url.replace(':id', String(id)).replace(/:\w+/g, 'none').replace('*', 'none')
    return { method: method as 'GET', url: filled }
  })
  assert.ok(routes.length > 50, 'routes.length > 50')
})
after(async () => {
  await shop[Symbol.asyncDispose]()
})

const isPage = (answer: TestAnswer) => /^text\/html/.test(String(answer.headers['content-type']))

/** As a stranger, and as an admin, whom fewer are refused. */
async function everyAnswer(headers: Record<string, string> = {}): Promise<[string, TestAnswer][]> {
  const answers: [string, TestAnswer][] = []
  for (const by of [undefined, shop.admin]) {
    for (const { method, url } of [...routes, { method: 'GET' as const, url: '/nothing/here' }]) {
      const call = { method, url, by, headers: { host: 'localhost', ...headers } }
      answers.push([`${method} ${url}`, await shop.call(call)])
    }
  }
  return answers
}

/** The parts of a Content-Security-Policy by their names. */
const policyOf = (answer: TestAnswer): Record<string, string> =>
  Object.fromEntries(
    String(answer.headers['content-security-policy'] ?? '')
      .split(';')
      .map((part) => part.trim().split(' '))
      .map(([name = '', ...values]) => [name, values.join(' ')]),
  )

test('no answer is taken for what it is not, and none sends on more than its origin', async () => {
  for (const [route, answer] of await everyAnswer({ accept: 'text/html' })) {
    assert.equal(answer.headers['x-content-type-options'], 'nosniff', route)
    assert.equal(answer.headers['x-powered-by'], undefined, route)
    assert.equal(answer.headers['server'], undefined, route)
    if (/ \/api\//.test(route)) continue
    assert.match(
      String(answer.headers['referrer-policy']),
      /^(no-referrer|same-origin|strict-origin(-when-cross-origin)?)$/,
      route,
    )
  }
})

test('every page has a policy that runs no script but our own files, frames nothing and is framed by nobody', async () => {
  let pages = 0
  const bearers = new Map<string, string>()
  for (const [route, answer] of await everyAnswer({ accept: 'text/html' })) {
    // A mail is no page, and framed by the mailbox alone: the next test is about it.
    if (/ \/api\/|\/mailbox\/.*\/body/.test(route)) continue
    const policy = policyOf(answer)
    if (isPage(answer)) pages += 1
    // The API's own page brings files of ours; what is ours to write runs nothing without a nonce.
    if (isPage(answer) && !/ \/docs(\/static.*)?\/?$/.test(route)) {
      assert.equal(policy['default-src'], "'none'", route)
      assert.match(policy['script-src'] ?? '', /^'nonce-([\w-]{22})'$/, route)
      const [, nonce = ''] = /'nonce-(.*)'/.exec(policy['script-src'] ?? '') ?? []
      // One rendering may be sent to many, and is one page that says that it is shared.
      const isShared = String(answer.headers['cache-control']).startsWith('public')
      const bearer = isShared ? (route.split(' ')[1] ?? '') : `${route} for one`
      assert.ok(
        [undefined, bearer].includes(bearers.get(nonce)),
        `${route} shares a nonce with ${bearers.get(nonce) ?? ''}`,
      )
      assert.ok(isShared || !bearers.has(nonce), `${route} is rendered for one`)
      bearers.set(nonce, bearer)
      const scripts = answer.body.match(/<script(?! type="application\/ld\+json")[^>]*>/g) ?? []
      assert.ok(scripts.length > 0 || route.startsWith('HEAD'), `${route} has a script`)
      for (const script of scripts) assert.ok(script.includes(`nonce="${nonce}"`), script)
    } else {
      assert.equal(policy['default-src'], "'self'", route)
    }
    assert.equal(policy['object-src'], "'none'", route)
    assert.equal(policy['base-uri'], "'none'", route)
    assert.equal(policy['frame-ancestors'], "'none'", route)
    assert.equal(policy['form-action'], "'self'", route)
    assert.doesNotMatch(JSON.stringify(policy), /unsafe-inline|unsafe-eval|\*|https?:/, route)
  }
  assert.ok(pages > 15, `${pages} pages were looked at`)
})

test('a mail, which is the only text with styles of its own, is shown where nothing can run', async () => {
  const { db } = shop.app
  await shop.buy({ event_id: (await shop.create()).id, quantity: 1 })
  const [mail] = await waitFor(
    async () => await db.query<{ id: number }>('select id from mails limit 1'),
  )
  const url = `/mailbox/${mail?.id ?? 0}/body`
  const policy = policyOf(await shop.call({ method: 'GET', url, headers: { host: 'localhost' } }))
  assert.equal(policy['default-src'], "'none'")
  assert.equal(policy['frame-ancestors'], "'self'")
  assert.ok('sandbox' in policy, 'it is in a sandbox')
  assert.equal(policy['script-src'], undefined)
})

test('over plain HTTP no browser is told to come back over HTTPS', async () => {
  for (const [route, answer] of await everyAnswer()) {
    assert.equal(answer.headers['strict-transport-security'], undefined, route)
  }
})

test('no other site may read an answer, whatever its origin looks like', async () => {
  const origins = [
    ...['null', 'https://evil.example', 'http://localhost', 'http://localhost:3000', 'file://'],
    ...[
      'https://sub.shop.example',
      'https://shop.example.evil.example',
      'https://evilshop.example',
    ],
  ]
  for (const origin of origins) {
    const preflight = { 'access-control-request-method': 'POST', origin, host: 'shop.example' }
    for (const { url } of routes.filter(({ method }) => method === 'GET')) {
      for (const method of ['GET', 'OPTIONS'] as const) {
        const { headers } = await shop.app.inject({ method, url, headers: preflight })
        const allowing = Object.keys(headers).filter((name) => name.startsWith('access-control-'))
        assert.deepEqual(allowing, [], `${method} ${url} for ${origin}`)
      }
    }
  }
})

async function waitFor<Row>(look: () => Promise<Row[]>): Promise<Row[]> {
  const deadline = performance.now() + 20_000
  for (;;) {
    const rows = await look()
    if (rows.length > 0) return rows
    assert.ok(performance.now() < deadline, 'it came in time')
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
