/**
 * The policy of every page, read as a browser reads it, and whether the page keeps to it: script runs
 * only under a nonce that no other rendering has, and nothing is inline.
 */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { PASSWORD } from '../support/accounts.ts'
import type { TestAnswer } from '../support/app.ts'
import { type Tag, tagsOf } from '../support/html-tags.ts'
import { routeTable } from '../support/route-table.ts'
import { type Cast, type Thing, startCast } from './cast.ts'
import { ROUTE_POLICY } from './route-policy.ts'

const HOST = 'shop.example'
const BASE64_OF_128_BITS = /^'nonce-[A-Za-z0-9+/_-]{22,}={0,2}'$/

let cast: Cast
before(async () => {
  cast = await startCast()
})
after(async () => {
  await cast[Symbol.asyncDispose]()
})

interface Shown {
  what: string
  answer: TestAnswer
}

const isPage = ({ answer }: Shown) =>
  /^text\/html/.test(String(answer.headers['content-type'])) && answer.body !== ''

/** Of other people's making, each with a policy of its own: see `headers.test.ts`. */
const NOT_OURS = /^GET \/docs(\/(?!errors)|$)|^GET \/mailbox\/:id\/body/

/** Everything that the shop shows: each page to each kind of visitor, refusals and errors too. */
async function everyPage(): Promise<Shown[]> {
  const shown: Shown[] = []
  const ask = async (what: string, url: string, headers: Record<string, string>) => {
    const answer = await cast.app.inject({
      method: 'GET',
      url,
      headers: { host: HOST, accept: 'text/html', ...headers },
    })
    shown.push({ what, answer })
  }
  for (const route of routeTable(cast.app)) {
    const [method = '', path = ''] = route.split(' ')
    const policy = ROUTE_POLICY[route]
    if (method !== 'GET' || / \/(api|files)\//.test(route) || NOT_OURS.test(route)) continue
    for (const role of ['nobody', 'guest', 'organizer', 'admin'] as const) {
      const person = role === 'nobody' ? cast.people.guest : cast.people[role]
      const [kind] = Object.keys(policy?.things ?? {}) as Thing[]
      const cookie: Record<string, string> = role === 'nobody' ? {} : { cookie: person.cookie }
      const thing = kind === undefined ? '1' : await cast.thingOf(kind, person)
      await ask(`${route} by ${role}`, path.replace(/:\w+/, thing), cookie)
      if (kind !== undefined) await ask(`${route}, missing`, path.replace(/:\w+/, cast.missing(kind)), cookie) // prettier-ignore
    }
  }
  await ask('an address that is none', '/nothing/here', {})
  await ask('a search that cannot be', '/?max_price=cheap', {})
  for (const [url, fields] of Object.entries({
    '/sign-in': { email: 'alice@shop.example', password: 'not hers' },
    '/sign-up': { name: '', email: 'none', password: PASSWORD },
    '/forgot-password': { email: '' },
    '/reset': { token: 'none', password: PASSWORD },
    '/verify': { token: 'none' },
  })) {
    for (const origin of [`http://${HOST}`, 'https://evil.example']) {
      const answer = await cast.app.inject({
        method: 'POST',
        url,
        headers: { host: HOST, origin, 'content-type': 'application/x-www-form-urlencoded' },
        payload: new URLSearchParams(fields).toString(),
      })
      assert.ok(answer.status >= 400, `${url}: ${answer.status}`)
      shown.push({ what: `POST ${url} from ${origin}`, answer })
    }
  }
  const pages = shown.filter(isPage)
  assert.ok(pages.length > 50, `${pages.length} pages`)
  for (const status of [200, 400, 403, 404]) {
    assert.ok(pages.some(({ answer }) => answer.status === status), `one with ${status}`) // prettier-ignore
  }
  return pages
}

/** The directives of a policy; of one that is there twice the first counts. */
function policyOf({ headers }: TestAnswer): Map<string, string[]> {
  const policy = new Map<string, string[]>()
  for (const part of String(headers['content-security-policy'] ?? '').split(';')) {
    const [name = '', ...sources] = part.trim().toLowerCase() === '' ? [] : part.trim().split(/\s+/)
    if (name !== '' && !policy.has(name.toLowerCase())) policy.set(name.toLowerCase(), sources)
  }
  return policy
}

/** What may load a kind of thing: what is said of it, or of all that nothing is said of. */
const sourcesFor = (policy: Map<string, string[]>, kind: string): string[] =>
  policy.get(kind) ?? policy.get('default-src') ?? ['*']

/** What an expert would say of a policy: how what it allows could be used. */
function weaknessesOf(policy: Map<string, string[]>): string[] {
  const found: string[] = []
  const kinds = ['script-src', 'style-src', 'img-src', 'connect-src', 'font-src', 'frame-src', 'object-src', 'media-src', 'worker-src', 'manifest-src'] // prettier-ignore
  for (const kind of kinds) {
    for (const source of sourcesFor(policy, kind)) {
      const isKnown =
        /^'(none|self)'$/.test(source) ||
        (kind === 'img-src' && source === 'data:') ||
        (kind === 'script-src' && BASE64_OF_128_BITS.test(source))
      if (!isKnown) found.push(`${kind} allows ${source}`)
    }
  }
  const scripts = sourcesFor(policy, 'script-src')
  // Whatever somebody could make us serve would be a script then.
  if (scripts.includes("'self'")) found.push('script-src allows every file of ours')
  for (const name of ['object-src', 'base-uri', 'frame-ancestors', 'default-src']) {
    if (policy.get(name)?.join(' ') !== "'none'") found.push(`${name} is not 'none'`)
  }
  if (policy.get('form-action')?.join(' ') !== "'self'") found.push("form-action is not 'self'")
  return found
}

const nonceOf = (answer: TestAnswer): string | undefined =>
  /'nonce-([^']+)'/.exec(policyOf(answer).get('script-src')?.join(' ') ?? '')?.[1]

const isProgram = ({ name, attributes }: Tag) =>
  name === 'script' && !/^application\/(ld\+)?json$/.test(attributes['type'] ?? '')

/** What a page has that its policy forbids, or that leads to other sites by itself. */
function faultsOf(answer: TestAnswer): string[] {
  return tagsOf(answer.body).flatMap((tag) => {
    const { name, attributes } = tag
    const faults: string[] = []
    for (const [key, value] of Object.entries(attributes)) {
      if (key.startsWith('on') || key === 'style' || key === 'srcdoc') faults.push(`${name} ${key}`)
      const isAddress = ['href', 'src', 'action', 'formaction', 'srcset', 'poster'].includes(key)
      if (isAddress && /^\s*(javascript|vbscript|data:text)/i.test(value)) faults.push(`${name} ${key}=${value}`) // prettier-ignore
      const isLoaded = key === 'src' || key === 'srcset' || (name === 'link' && key === 'href')
      const isNamed = name === 'link' && /canonical|alternate/.test(attributes['rel'] ?? '')
      if (isLoaded && !isNamed && !/^(\/(?!\/)|data:image\/)/.test(value)) faults.push(`${name} loads ${value}`) // prettier-ignore
    }
    if (name === 'style' || name === 'base') faults.push(`<${name}>`)
    if (name === 'meta' && 'http-equiv' in attributes) faults.push(`meta ${attributes['http-equiv'] ?? ''}`) // prettier-ignore
    if (isProgram(tag)) {
      if (!/^\/assets\/[\w.-]+\.js$/.test(attributes['src'] ?? '')) faults.push(`script of ${attributes['src'] ?? 'the page'}`) // prettier-ignore
      if (attributes['nonce'] !== nonceOf(answer)) faults.push('a script without the nonce')
      if (tag.text.trim() !== '') faults.push('a script with text')
    }
    return faults
  })
}

test('the policy of every page allows our own files, and script under its nonce alone', async () => {
  for (const { what, answer } of await everyPage()) {
    assert.deepEqual(weaknessesOf(policyOf(answer)), [], what)
    assert.equal(answer.headers['content-security-policy-report-only'], undefined, what)
  }
})

test('every page keeps to its policy: nothing is inline, nothing comes from elsewhere', async () => {
  for (const { what, answer } of await everyPage()) assert.deepEqual(faultsOf(answer), [], what)
})

test('no two renderings have the same nonce, and every page with a script has one', async () => {
  const pages = await everyPage()
  const nonces = pages.flatMap(({ answer }) => nonceOf(answer) ?? [])
  for (const { what, answer } of pages) {
    const hasScript = tagsOf(answer.body).some(isProgram)
    assert.equal(hasScript && nonceOf(answer) === undefined, false, what)
  }
  assert.ok(nonces.length > 20, `${nonces.length} nonces`)
  // A page that is shared for a second is shared with its nonce.
  const shared = pages.filter(({ answer }) =>
    /public/.test(String(answer.headers['cache-control'])),
  )
  const own = pages.filter((page) => !shared.includes(page)).flatMap(({ answer }) => nonceOf(answer) ?? []) // prettier-ignore
  assert.equal(new Set(own).size, own.length, 'of pages that are for one person each is new')
})

suite('what is weak in a policy or forbidden in a page is found', () => {
  const GOOD = `default-src 'none';script-src 'nonce-${'a'.repeat(22)}';style-src 'self';img-src 'self' data:;connect-src 'self';object-src 'none';base-uri 'none';frame-ancestors 'none';form-action 'self'`
  const answering = (policy: string, body = ''): TestAnswer => ({
    status: 200,
    headers: { 'content-security-policy': policy },
    body,
    json: () => assert.fail('it is a page'),
  })
  test('a good policy has no weakness', () => {
    assert.deepEqual(weaknessesOf(policyOf(answering(GOOD))), [])
    assert.deepEqual(faultsOf(answering(GOOD, `<p class="a">x</p><script type="module" src="/assets/a.js" nonce="${'a'.repeat(22)}"></script>`)), []) // prettier-ignore
  })
  for (const [from, to] of [
    [`'nonce-${'a'.repeat(22)}'`, "'unsafe-inline'"],
    [`'nonce-${'a'.repeat(22)}'`, "'self'"],
    [`'nonce-${'a'.repeat(22)}'`, "'nonce-a'"],
    ["style-src 'self'", "style-src 'self' 'unsafe-inline'"],
    ["img-src 'self'", 'img-src *'],
    ["connect-src 'self'", 'connect-src https:'],
    ["object-src 'none'", "object-src 'self'"],
    ["base-uri 'none';", ''],
    ["frame-ancestors 'none';", ''],
    ["form-action 'self'", 'form-action *'],
    ["default-src 'none'", "default-src 'self'"],
    [GOOD, ''],
  ] as const) {
    test(`${from.slice(0, 40)} → ${to || 'nothing'}`, () => {
      assert.notDeepEqual(weaknessesOf(policyOf(answering(GOOD.replace(from, to)))), [])
    })
  }
  for (const body of [
    '<p onclick="x()">a</p>',
    '<p style="top:0">a</p>',
    '<a href="javascript:x()">a</a>',
    '<img src="https://elsewhere.example/a.png">',
    '<img src="//elsewhere.example/a.png">',
    '<script>x()</script>',
    '<script src="/assets/a.js"></script>',
    `<script src="/assets/a.js" nonce="other"></script>`,
    '<base href="/x">',
    '<style>p{top:0}</style>',
  ]) {
    test(body, () => {
      assert.notDeepEqual(faultsOf(answering(GOOD, body)), [])
    })
  }
})
