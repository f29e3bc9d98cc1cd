/**
 * No other site makes a browser send one of our forms, or use a cookie that it keeps for us. The
 * forms are those that the router has: one without protection is found here on its first day.
 */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { PASSWORD, cookiesOf, post } from '../support/accounts.ts'
import type { TestAnswer } from '../support/app.ts'
import { startApp } from '../support/app.ts'
import { routeTable } from '../support/route-table.ts'
import { type Cast, type Thing, startCast } from './cast.ts'
import { ROUTE_POLICY, type RoutePolicy } from './route-policy.ts'
import { stateOfShop } from './state-of-shop.ts'

const HOST = 'shop.example'
const FORM = 'application/x-www-form-urlencoded'

/** What browsers say of themselves when another site makes them send something. */
const FROM_ELSEWHERE: Record<string, string>[] = [
  { origin: 'https://evil.example' },
  { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' },
  { 'sec-fetch-site': 'cross-site' },
  { 'sec-fetch-site': 'same-site' },
  { origin: 'null' },
  { origin: `http://${HOST}`, 'sec-fetch-site': 'cross-site' },
  { origin: `http://${HOST}.evil.example` },
  { origin: `http://evil${HOST}` },
  { origin: `http://sub.${HOST}` },
  { origin: `http://${HOST}:8080` },
  { origin: 'https://evil.example', 'content-type': 'text/plain' },
  { 'sec-fetch-site': 'cross-site', 'content-type': 'multipart/form-data; boundary=x' },
  { origin: 'https://evil.example', 'content-type': 'application/json' },
]

let cast: Cast
before(async () => {
  cast = await startCast()
})
after(async () => {
  await cast[Symbol.asyncDispose]()
})

const FORMS = Object.entries(ROUTE_POLICY)
  .filter(([name]) => !/^GET | \/api\//.test(name))
  .map(([name, policy]) => ({ name, policy }))

test('the forms that are tried are those that the shop has', () => {
  const live = routeTable(cast.app).filter((route) => !/^(GET|HEAD) | \/api\//.test(route))
  assert.deepEqual(live.sort(), FORMS.map(({ name }) => name).sort())
  assert.ok(live.length >= 7, `${live.length} forms`)
})

/** Sends a form as somebody signed in who may, filled so that it would be taken. */
async function send(
  { name, policy }: { name: string; policy: RoutePolicy },
  headers: Record<string, string>,
): Promise<TestAnswer> {
  const [method = '', path = ''] = name.split(' ')
  const person = cast.people[policy.for === 'organizer' || policy.for === 'admin' ? policy.for : 'guest'] // prettier-ignore
  const [kind] = Object.keys(policy.things ?? {}) as Thing[]
  const thing = kind === undefined ? '' : await cast.thingOf(kind, person)
  const session = await cast.openSession(person.id, 'page')
  const body = ((await policy.send?.(cast, thing)) ?? {}) as Record<string, string>
  const before = await stateOfShop(cast.app)
  const answer = await cast.app.inject({
    method: method,
    url: (policy.at ?? path).replace(/:\w+/, thing),
    headers: { host: HOST, 'content-type': FORM, cookie: `session=${session}`, ...headers },
    payload: new URLSearchParams(body).toString(),
  })
  if (answer.status === 403) assert.equal(await stateOfShop(cast.app), before, `${name} changed nothing`) // prettier-ignore
  return answer
}

suite('a form that comes from elsewhere is refused, and nothing is done', () => {
  for (const form of FORMS) {
    test(form.name, async () => {
      for (const headers of [...FROM_ELSEWHERE, {}]) {
        const answer = await send(form, headers)
        assert.equal(answer.status, 403, JSON.stringify(headers))
        assert.match(answer.body, /did not come from our own page/, JSON.stringify(headers))
        assert.deepEqual(cookiesOf(answer), {}, 'and no cookie is set')
      }
      const own = await send(form, { origin: `http://${HOST}`, 'sec-fetch-site': 'same-origin' })
      assert.notEqual(own.status, 403, 'the control: from our own page it is taken')
    })
  }
})

const REFRESH = '/api/v1/users/refresh'
const LOGOUT = '/api/v1/users/logout'

test('a refresh token in a cookie is used by no other site; one in the body is the asker’s own', async () => {
  const ask = async (url: string, headers: Record<string, string>) =>
    await cast.app.inject({ method: 'POST', url, headers: { host: HOST, ...headers } })
  const cookie = `refresh_token=${await cast.openSession(cast.known.id, 'refresh')}`
  for (const headers of FROM_ELSEWHERE.filter((each) => !('content-type' in each))) {
    for (const url of [REFRESH, LOGOUT]) {
      const answer = await ask(url, { cookie, ...headers })
      assert.equal(answer.status, 403, `${url} ${JSON.stringify(headers)}`)
      assert.deepEqual(cookiesOf(answer), {}, 'and no cookie is set')
    }
  }
  const own = await ask(REFRESH, { cookie, origin: `http://${HOST}` })
  assert.equal(own.status, 200, 'the session was not touched')
  const next = String(cookiesOf(own)['refresh_token']).split(';')[0] ?? ''
  assert.equal((await ask(LOGOUT, { cookie: next })).status, 204, 'a program says nothing of itself') // prettier-ignore

  const token = await cast.openSession(cast.known.id, 'refresh')
  const inBody = await post(cast.app, REFRESH, { refresh_token: token }, { origin: 'https://app.example' }) // prettier-ignore
  assert.equal(inBody.status, 200, inBody.body)
})

test('no form of HTML is a call of the API', async () => {
  const calls = Object.entries(ROUTE_POLICY).filter(([name, { send: body }]) => / \/api\//.test(name) && body) // prettier-ignore
  assert.ok(calls.length > 10, `${calls.length} calls`)
  for (const [name, policy] of calls) {
    const [method = '', path = ''] = name.split(' ')
    const body = JSON.stringify(await policy.send?.(cast, '1'))
    for (const type of ['text/plain', FORM, 'multipart/form-data; boundary=x']) {
      const answer = await cast.app.inject({
        method: method,
        url: path.replace(/:\w+/, '1'),
        headers: { authorization: `Bearer ${cast.people.admin.token}`, 'content-type': type },
        payload: body,
      })
      assert.ok([400, 404, 415].includes(answer.status), `${name} as ${type}: ${answer.status}`)
    }
  }
})

test('over TLS every cookie is for this host and its server alone', async () => {
  await using app = await startApp({ args: ['--tls', 'self-signed'] })
  const origin = `https://${HOST}`
  const sendForm = async (url: string, fields: Record<string, string>, cookie = '') =>
    await app.inject({
      method: 'POST',
      url,
      headers: { host: HOST, origin, cookie, 'content-type': FORM },
      payload: new URLSearchParams(fields).toString(),
    })
  const person = { name: 'Alice', email: 'alice@shop.example', password: PASSWORD }
  const answers = [await sendForm('/sign-up', person), await sendForm('/sign-in', person)]
  const cookie = answers.flatMap((answer) => Object.values(cookiesOf(answer)).map((each) => each.split(';')[0])).join('; ') // prettier-ignore
  answers.push(await sendForm('/sign-out', {}, cookie))
  for (const answer of answers) {
    assert.equal(answer.status, 303, answer.body)
    const set = Object.entries(cookiesOf(answer))
    assert.ok(set.length > 0, 'a cookie is set')
    for (const [name, text] of set) {
      assert.match(name, /^__Host-/)
      assert.match(text, /; Secure(;|$)/)
      assert.match(text, /; HttpOnly(;|$)/)
      assert.match(text, /; SameSite=(Lax|Strict)(;|$)/)
      assert.match(text, /; Path=\/(;|$)/)
      assert.doesNotMatch(text, /Domain=/)
    }
  }
  const login = await post(app, '/api/v1/users/login', { email: person.email, password: PASSWORD })
  const ofApi = Object.values(cookiesOf(login))
  assert.equal(ofApi.length, 2, 'the refresh token and the device')
  for (const text of ofApi) {
    assert.match(text, /; HttpOnly(;|$)/)
    assert.match(text, /; Secure(;|$)/)
    assert.match(text, /; SameSite=Strict(;|$)/)
  }
})
