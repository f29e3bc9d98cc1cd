/** Every route answers everybody as `route-policy.ts` says, about what is theirs and what is not. */
import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { after, before, suite, test } from 'node:test'
import { loadSigningKeys, parseSigningKeys } from '../../src/platform/signing-keys.ts'
import { createAccessTokens } from '../../src/services/user/access-tokens.ts'
import type { TestAnswer } from '../support/app.ts'
import { routeTable } from '../support/route-table.ts'
import { type Cast, type Person, ROLES, type Role, type Thing, startCast } from './cast.ts'
import { ROUTE_POLICY, type RoutePolicy } from './route-policy.ts'
import { stateOfShop } from './state-of-shop.ts'

/** A name that is not this machine's, for which the mailbox would be open. */
const HOST = 'shop.example'

let cast: Cast
before(async () => {
  cast = await startCast()
})
after(async () => {
  await cast[Symbol.asyncDispose]()
})

/** The entries, and a HEAD beside every GET. */
const ROUTES = Object.entries(ROUTE_POLICY).flatMap(([name, policy]) => {
  const [method = '', path = ''] = name.split(' ')
  const route = { name, method, path, policy }
  return method === 'GET' ? [route, { ...route, name: `HEAD ${path}`, method: 'HEAD' }] : [route]
})
type Route = (typeof ROUTES)[number]

/** Reading changes nothing, whoever may or may not. */
const isWrite = ({ method }: Route) => method !== 'GET' && method !== 'HEAD'
const idOf = (route: Route, thing: string) => (route.policy.at ?? route.path).replace(/:\w+/, thing)

async function ask(
  route: Route,
  thing: string,
  credentials: Record<string, string>,
): Promise<TestAnswer> {
  const body = await route.policy.send?.(cast, thing)
  const isForm = route.policy.isPage && body !== undefined
  return await cast.app.inject({
    method: route.method,
    url: idOf(route, thing),
    headers: {
      host: HOST,
      ...(isForm ? { origin: `http://${HOST}` } : {}),
      ...(body === undefined
        ? {}
        : { 'content-type': isForm ? 'application/x-www-form-urlencoded' : 'application/json' }),
      ...credentials,
    },
    ...(body === undefined
      ? {}
      : {
          payload: isForm
            ? new URLSearchParams(body as Record<string, string>).toString()
            : JSON.stringify(body),
        }),
  })
}

async function credentialsOf(route: Route, role: Role): Promise<Record<string, string>> {
  if (role === 'nobody') return {}
  const person = cast.people[role]
  if (!route.policy.isPage) return { authorization: `Bearer ${person.token}` }
  // Signing in or out ends the session it came with.
  const isUsedUp = isWrite(route) && role !== 'suspended'
  const fresh = isUsedUp ? await cast.openSession(person.id, 'page') : undefined
  return { cookie: fresh === undefined ? person.cookie : `session=${fresh}` }
}

type Relation = 'own' | 'others' | 'missing'
type Outcome = number | 'sign in'

/** What the policy says; the only place where it is read. */
function outcomeOf(policy: RoutePolicy, role: Role, about?: [Thing, Relation]): Outcome {
  const isSignedIn = role !== 'nobody' && role !== 'suspended'
  const answers = about && policy.things?.[about[0]]
  const toAdmin = answers?.othersToAdmin ?? answers?.others
  const own = role === 'admin' ? (answers?.ownToAdmin ?? answers?.own) : answers?.own
  const status =
    about === undefined
      ? typeof policy.status === 'object'
        ? policy.status[isSignedIn ? 'signedIn' : 'nobody']
        : policy.status
      : about[1] === 'missing'
        ? 404
        : about[1] === 'own'
          ? own
          : role === 'admin'
            ? toAdmin
            : answers?.others
  assert.ok(status, 'the policy gives a status')
  if (policy.isThingFirst && status === 404) return 404
  if (policy.for === 'anyone') return status
  if (!isSignedIn) return policy.isPage ? 'sign in' : 401
  if (policy.for === 'organizer' && role === 'guest') return 403
  if (policy.for === 'admin' && role !== 'admin') return 403
  return status
}

function outcomeIn(answer: TestAnswer): Outcome {
  const isToSignIn = String(answer.headers['location'] ?? '').startsWith('/sign-in')
  return answer.status === 303 && isToSignIn ? 'sign in' : answer.status
}

const isRefusal = (outcome: Outcome) => outcome === 'sign in' || outcome >= 400

async function assertAnswers(
  route: Route,
  role: Role,
  about?: [Thing, Relation],
): Promise<TestAnswer> {
  const expected = outcomeOf(route.policy, role, about)
  const owner = about?.[1] === 'own' ? cast.people[role as 'guest'] : cast.other
  const [thing, relation] = about ?? []
  const id =
    thing === undefined
      ? ''
      : relation === 'missing'
        ? cast.missing(thing)
        : await cast.thingOf(thing, owner)
  const credentials = await credentialsOf(route, role)
  const isHeld = isWrite(route) && isRefusal(expected)
  const before = isHeld ? await stateOfShop(cast.app) : ''
  const answer = await ask(route, id, credentials)
  const hint = `${route.name} by ${role}${about ? `, ${about.join(', ')}` : ''}: ${answer.body.slice(0, 300)}`
  assert.equal(outcomeIn(answer), expected, hint)
  if (isHeld) assert.equal(await stateOfShop(cast.app), before, `${hint}: and nothing changed`)
  return answer
}

/** What a role can be asked to try on a thing: nobody owns nothing. */
const relationsOf = (role: Role): Relation[] =>
  role === 'nobody' ? ['others', 'missing'] : ['own', 'others', 'missing']

test('every route has an entry in the policy, and every entry a route', () => {
  assert.deepEqual(routeTable(cast.app).sort(), ROUTES.map(({ name }) => name).sort())
})

suite('everybody is answered as the policy says, and a refusal changes nothing', () => {
  for (const route of ROUTES) {
    test(route.name, async () => {
      const things = Object.keys(route.policy.things ?? {}) as Thing[]
      for (const role of ROLES) {
        if (things.length === 0) await assertAnswers(route, role)
        for (const thing of things) {
          for (const relation of relationsOf(role)) {
            await assertAnswers(route, role, [thing, relation])
          }
        }
      }
    })
  }
})

/** Answers without what tells one request from another. */
function visibleIn(answer: TestAnswer, id: string) {
  const { date: _date, 'x-request-id': _request, ...headers } = answer.headers
  const [, nonce = 'none'] =
    /'nonce-([^']+)'/.exec(String(headers['content-security-policy'])) ?? []
  const withoutMarks = (text: string) =>
    text
      .replaceAll(nonce, 'NONCE')
      .replaceAll(id, 'ID')
      .replace(/"request_id":"[^"]+"/, '')
  return {
    status: answer.status,
    headers: withoutMarks(JSON.stringify(headers)),
    body: withoutMarks(answer.body),
  }
}

suite('what must not be known to be there looks like what is not there', () => {
  for (const route of ROUTES) {
    const secret = Object.entries(route.policy.things ?? {}).filter(([, { others }]) => others === 404) // prettier-ignore
    for (const [thing] of secret as [Thing, unknown][]) {
      test(`${route.name}: ${thing}`, async () => {
        const roles = ROLES.filter(
          (role) => outcomeOf(route.policy, role, [thing, 'missing']) === 404 && role !== 'admin',
        )
        assert.ok(roles.length > 0, 'somebody gets as far as that')
        for (const role of roles) {
          const [there, missing] = [await cast.thingOf(thing, cast.other), cast.missing(thing)]
          const credentials = await credentialsOf(route, role)
          const foreign = await ask(route, there, credentials)
          const nothing = await ask(route, missing, credentials)
          assert.equal(nothing.status, 404, role)
          assert.deepEqual(visibleIn(foreign, there), visibleIn(nothing, missing), role)
        }
      })
    }
  }
})

/** Texts that are no access token, though some of them are ours. */
async function badTokens(person: Person): Promise<[what: string, token: string][]> {
  const keys = await loadSigningKeys({ authKey: undefined, dataDir: cast.dataDir })
  const { privateKey } = generateKeyPairSync('ed25519')
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string
  const issueWith = (usedKeys: typeof keys, ageMs: number) =>
    createAccessTokens({
      keys: usedKeys,
      clock: () => Date.now() - ageMs,
      minimumVersionOf: () => undefined,
    }).issue({ id: person.id, userType: 'admin', tokenVersion: 0 })
  return [
    ['nothing', ''],
    ['nonsense', 'nonsense'],
    ['an expired one', issueWith(keys, 1_000_000)],
    ["a stranger's", issueWith(parseSigningKeys(pem, 'a stranger'), 0)],
    ['a refresh token', await cast.openSession(person.id, 'refresh')],
    ['a page session', await cast.openSession(person.id, 'page')],
    ['a ticket code', person.ticketCode],
  ]
}

const guarded = ROUTES.filter(({ policy }) => policy.for !== 'anyone')

test('without a good token every guarded call of the API is 401, and changes nothing', async () => {
  const person = cast.people.admin
  const attempts: [string, Record<string, string>][] = [
    ['no credentials', {}],
    ['the cookie of a page', { cookie: person.cookie }],
    ...(await badTokens(person)).map(([what, token]): [string, Record<string, string>] => [
      what,
      { authorization: `Bearer ${token}` },
    ]),
  ]
  const control = await cast.app.inject({
    method: 'GET',
    url: '/api/v1/admin/users',
    headers: { authorization: `Bearer ${person.token}` },
  })
  assert.equal(control.status, 200, 'the control: this person may')
  const routes = guarded.filter(({ policy }) => !policy.isPage)
  assert.ok(routes.length > 10, `${routes.length} guarded calls`)
  const before = await stateOfShop(cast.app)
  for (const route of routes) {
    for (const [what, credentials] of attempts) {
      const answer = await ask(route, '1', credentials)
      assert.equal(answer.status, 401, `${route.name} with ${what}`)
      assert.equal(answer.headers['www-authenticate'], 'Bearer', `${route.name} with ${what}`)
    }
  }
  assert.equal(await stateOfShop(cast.app), before)
})

test('without a good session every guarded page leads to sign in, and changes nothing', async () => {
  const person = cast.people.admin
  const expired = await cast.openSession(person.id, 'page')
  await cast.app.db.query(
    `update sessions set expires_at = now() - interval '1 second' where user_id = $1
       and id = (select max(id) from sessions)`,
    [person.id],
  )
  const attempts: [string, Record<string, string>][] = [
    ['no credentials', {}],
    ['an expired session', { cookie: `session=${expired}` }],
    ['an access token as session', { cookie: `session=${person.token}` }],
    ['a refresh token as session', { cookie: `session=${await cast.openSession(person.id, 'refresh')}` }], // prettier-ignore
    ['a Bearer token', { authorization: `Bearer ${person.token}` }],
    ['two sessions in one', { cookie: `session=x${person.cookie}` }],
  ]
  const routes = guarded.filter(({ policy }) => policy.isPage)
  assert.ok(routes.length > 5, `${routes.length} guarded pages`)
  const sale = await cast.thingOf('sale', cast.other)
  const before = await stateOfShop(cast.app)
  for (const route of routes) {
    for (const [what, credentials] of attempts) {
      const answer = await ask(route, route.policy.isThingFirst ? sale : '1', credentials)
      assert.equal(outcomeIn(answer), 'sign in', `${route.name} with ${what}`)
    }
  }
  assert.equal(await stateOfShop(cast.app), before)
})
