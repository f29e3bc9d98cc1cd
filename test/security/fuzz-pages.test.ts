/**
 * Requests made at random to every page and form, over real sockets: whatever is in the address, the
 * headers, the cookies and the body, there is one answer, and it is no fault of ours.
 * `FUZZ_RUNS=20000 npm test -- security/fuzz-pages` looks further, `TEST_SEED` repeats a run.
 */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import fc from 'fast-check'
import { inAddress } from '../support/fuzz-requests.ts'
import { hostileFor, hostileText, spoil } from '../support/fuzz-values.ts'
import { testSeed } from '../support/random.ts'
import { type RawAnswer, RawClient } from '../support/raw-http.ts'
import { type Cast, type Thing, startCast } from './cast.ts'
import { ROUTE_POLICY, type RoutePolicy } from './route-policy.ts'

const RUNS = Number(process.env['FUZZ_RUNS'] ?? 1_500)
const FORM = 'application/x-www-form-urlencoded'

/** Whatever some page reads of its address. */
const QUERY_FIELDS = [
  ...['next', 'q', 'category', 'city', 'from', 'to', 'min_price', 'max_price', 'available', 'sort'],
  ...[
    'cursor',
    'token',
    'done',
    'event',
    'email',
    'name',
    'user_type',
    'language',
    'other',
    'paid',
  ],
  ...['returned', 'code', 'state', 'error', 'iss'],
]
/** Whatever somebody reads of a request on its way to a page. */
const HEADERS = [
  ...['Accept-Language', 'Cookie', 'Accept', 'Accept-Encoding', 'If-None-Match', 'User-Agent'],
  ...['X-Forwarded-Host', 'X-Forwarded-Proto', 'X-Forwarded-For', 'X-Request-Id', 'Referer'],
]
const COOKIES = ['session', 'page-device', 'sign-in-with', 'language', '__proto__']
const HOSTS = [
  'shop.example',
  'localhost',
  '[::1]:3000',
  'a:b:c',
  '999.999.1',
  '.',
  '%00',
  'a b',
  '<',
  '',
]

interface Route {
  method: string
  path: string
  policy: RoutePolicy
}

const ROUTES = Object.entries(ROUTE_POLICY)
  .filter(([name, { isPage }]) => isPage === true || /^GET \/(assets|events)/.test(name))
  .map(([name, policy]): Route => {
    const [method = '', path = ''] = name.split(' ')
    return { method, path: policy.at ?? path, policy }
  })

/** What is wrong with a request; where nothing is, it is as a browser sends it. */
interface Hostility {
  caller: 'nobody' | 'guest' | 'organizer' | 'admin'
  isHead: boolean
  host: string
  id: string | undefined
  query: readonly (readonly [name: string, text: string])[]
  headers: readonly (readonly [name: string, text: string])[]
  cookies: readonly (readonly [name: string, text: string])[]
  spoilings: readonly ((body: unknown) => unknown)[]
  isJson: boolean
}

const named = (names: readonly string[], maxLength: number) =>
  fc.array(
    fc.constantFrom(...names).chain((name) => fc.tuple(fc.constant(name), hostileFor(name))),
    { maxLength },
  )
const hostility: fc.Arbitrary<Hostility> = fc.record({
  caller: fc.constantFrom('nobody', 'guest', 'guest', 'organizer', 'admin'),
  isHead: fc.integer({ max: 9, min: 0 }).map((n) => n === 0),
  host: fc.oneof({ weight: 9, arbitrary: fc.constant('shop.example') }, fc.constantFrom(...HOSTS)),
  id: fc.oneof({ weight: 4, arbitrary: fc.constant(undefined) }, hostileText),
  query: named(QUERY_FIELDS, 3),
  headers: named(HEADERS, 2),
  cookies: named(COOKIES, 1),
  spoilings: fc.array(spoil, { maxLength: 2 }),
  isJson: fc.integer({ max: 4, min: 0 }).map((n) => n === 0),
})

let cast: Cast
let client: RawClient
before(async () => {
  cast = await startCast()
  client = new RawClient(Number(new URL(await cast.app.listen()).port))
})
after(async () => {
  client[Symbol.dispose]()
  await cast[Symbol.asyncDispose]()
})

async function requestOf({ method, path, policy }: Route, wrong: Hostility): Promise<Buffer> {
  const person = cast.people[wrong.caller === 'nobody' ? 'guest' : wrong.caller]
  const [kind] = Object.keys(policy.things ?? {}) as Thing[]
  const thing = kind === undefined ? '' : await cast.thingOf(kind, person)
  const place = path.replace(/:\w+/, () => inAddress(wrong.id ?? thing))
  const query = wrong.query.map(([name, text]) => `${name}=${inAddress(text)}`).join('&')
  const sent = await policy.send?.(cast, thing)
  const body = bodyOf(
    wrong.spoilings.reduce<unknown>((before, change) => change(before), sent),
    wrong,
  )
  const session =
    wrong.caller === 'nobody' ? [] : [`session=${await cast.openSession(person.id, 'page')}`]
  const cookies = [...session, ...wrong.cookies.map(([name, text]) => `${name}=${text}`)].join('; ')
  const lines = [
    `${wrong.isHead && method === 'GET' ? 'HEAD' : method} ${place}${query === '' ? '' : `?${query}`} HTTP/1.1`,
    `Host: ${wrong.host}`,
    ...(cookies === '' ? [] : [`Cookie: ${cookies}`]),
    ...wrong.headers.map(([name, text]) => `${name}: ${text}`),
    ...(method === 'GET'
      ? []
      : [
          'Sec-Fetch-Site: same-origin',
          `Content-Type: ${wrong.isJson ? 'application/json' : FORM}`,
          `Content-Length: ${body.length}`,
        ]),
  ].map((line) => line.replace(/[\r\n]/g, ' '))
  return Buffer.concat([
    Buffer.from(`${lines.join('\r\n')}\r\n\r\n`),
    method === 'GET' ? Buffer.alloc(0) : body,
  ])
}

function bodyOf(fields: unknown, { isJson }: Hostility): Buffer {
  if (isJson) return Buffer.from(JSON.stringify(fields ?? {}))
  if (typeof fields !== 'object' || fields === null) return Buffer.from(inAddress(String(fields)))
  const pairs = Object.entries(fields).flatMap(([name, value]) =>
    [value].flat(5).map((each) => `${inAddress(name)}=${inAddress(String(each))}`),
  )
  return Buffer.from(pairs.join('&'))
}

function assertSound({ status, headers, body }: RawAnswer): void {
  if (status === 503) assert.ok(headers['retry-after'], '503 says when to try again')
  else assert.ok(status < 500, `${status} is a fault of ours: ${body.slice(0, 2_000)}`)
  assert.equal(headers['x-content-type-options'], 'nosniff')
  const { location } = headers
  if (location !== undefined && !location.startsWith('https://github.com/')) {
    assert.match(location, /^\/(?!\/)[\x21-\x7e]*$/, 'nobody is led elsewhere')
  }
  if (headers['content-type']?.startsWith('text/html') === true) {
    assert.match(headers['content-security-policy'] ?? '', /default-src 'none'|default-src 'self'/)
  }
}

test('whatever is sent to a page, there is one answer, and no fault of ours', async () => {
  assert.ok(ROUTES.length > 50, `${ROUTES.length} pages and forms`)
  const statuses = new Map<number, number>()
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...ROUTES), hostility, async (route, wrong) => {
      const bytes = await requestOf(route, wrong)
      try {
        const answer = await client.send(bytes, {
          isHead: bytes.toString('latin1', 0, 4) === 'HEAD',
        })
        statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1)
        assertSound(answer)
      } catch (error) {
        const sent = JSON.stringify(bytes.toString('latin1').slice(0, 3_000))
        throw new Error(`${(error as Error).message}\nas ${wrong.caller}, sent:\n${sent}`, {
          cause: error,
        })
      }
    }),
    { numRuns: RUNS, seed: testSeed(), endOnFailure: true },
  )
  for (const status of [200, 303, 404, 422]) assert.ok(statuses.has(status), `some were ${status}`)
})
