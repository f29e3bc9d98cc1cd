/** Every refusal is a problem document that tells what to do and nothing of the inside. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { ERRORS, type ErrorCode } from '../../src/kernel/errors.ts'
import { type TestAnswer } from '../support/app.ts'
import { type EventShop, startEventShop } from '../support/event-api.ts'
import { routeTable } from '../support/route-table.ts'

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE'] as const

let shop: EventShop
before(async () => {
  shop = await startEventShop()
})
after(async () => {
  await shop[Symbol.asyncDispose]()
})

/** What only somebody who reads the code or the database has seen. */
const INSIDE = /\bat .*:\d+:\d+|node_modules|\.ts\b|select .* from|insert into|relation|column|constraint|postgres|FST_|HPE_|ECONN|syntax error/i // prettier-ignore

function assertProblem(answer: TestAnswer, code: ErrorCode, hint: string): void {
  assert.equal(answer.status, ERRORS[code].status, `${hint}: ${answer.body}`)
  assert.match(String(answer.headers['content-type']), /^application\/problem\+json/, hint)
  const problem = answer.json<Record<string, unknown>>()
  assert.equal(problem['code'], code, hint)
  assert.equal(problem['status'], answer.status, hint)
  assert.equal(problem['type'], `/docs/errors#${code}`, hint)
  assert.equal(problem['request_id'], answer.headers['x-request-id'], hint)
  assert.equal(answer.headers['cache-control'], 'no-store', hint)
  assert.doesNotMatch(answer.body, INSIDE, hint)
}

test('every address of the API refuses every method that it does not have, and names those it has', async () => {
  const byUrl = groups()
  let refused = 0
  for (const [url, routes] of byUrl) {
    if (!url.startsWith('/api/')) continue
    const has = new Set(routes.map((route) => route.split(' ')[0]))
    for (const method of METHODS) {
      if (has.has(method)) continue
      const filled = url.replace(/:\w+/g, '1')
      const answer = await shop.app.inject({ method: method, url: filled })
      if (method === 'HEAD') assert.equal(answer.status, 405)
      else assertProblem(answer, 'method_not_allowed', `${method} ${filled}`)
      const allowed = String(answer.headers['allow']).split(', ')
      assert.deepEqual(allowed.sort(), [...has].sort(), filled)
      refused += 1
    }
  }
  assert.ok(refused > 50, `${refused} were refused`)
})

function groups(): Map<string, string[]> {
  const byUrl = new Map<string, string[]>()
  for (const route of routeTable(shop.app)) {
    const url = route.split(' ')[1] ?? ''
    byUrl.set(url, [...(byUrl.get(url) ?? []), route])
  }
  return byUrl
}

test('an address that is not there is a problem document for every method', async () => {
  for (const method of METHODS) {
    if (method === 'HEAD') continue
    for (const url of ['/api/v1/nothing', '/api', '/api/v2/events', '/.git/config', '/api/v1/events/1/2/3', '/debug', '/api/v1/users/me/', '//api/v1/events']) {
      assertProblem(await shop.app.inject({ method: method, url }), 'not_found', `${method} ${url}`)
    }
  }
}) // prettier-ignore

test('a fault of ours is told without what is wrong, and logged under the same id', async () => {
  const { db } = shop.app
  await db.query('alter table sessions rename to sessions_away')
  try {
    const answer = await shop.call({
      ...{ method: 'POST', url: '/api/v1/users/refresh', body: { refresh_token: 'x'.repeat(43) } },
    })
    assertProblem(answer, 'internal_error', 'a missing table')
    assert.doesNotMatch(answer.body, /sessions/)
    const page = await shop.call({
      ...{ method: 'GET', url: '/tickets', headers: { cookie: `session=${'x'.repeat(43)}` } },
    })
    assert.equal(page.status, 500)
    assert.doesNotMatch(page.body, /sessions_away|relation|select|\.ts:/)
  } finally {
    await db.query('alter table sessions_away rename to sessions')
  }
})

test('a query field that an address does not have is refused by name, also where it has none', async () => {
  const { id } = await shop.create()
  const { guest: by } = shop
  const { order_id } = (await shop.buy({ event_id: id, quantity: 1 })).json<{ order_id: number }>()
  // Cached, so that what is at hand is no way around.
  await shop.call({ method: 'GET', url: `/api/v1/events/${id}` })
  await shop.call({ method: 'GET', url: '/api/v1/events' })
  const urls = ['/api/v1/events', `/api/v1/events/${id}`, '/api/v1/orders', `/api/v1/orders/${order_id}`, '/api/v1/users/me', '/.well-known/jwks.json'] // prettier-ignore
  for (const url of urls) {
    for (const query of ['nothing=1', 'nothing', '=1&nothing=2', 'Limit=1']) {
      const answer = await shop.call({ method: 'GET', url: `${url}?${query}`, by })
      assertProblem(answer, 'invalid_request', `${url}?${query}`)
    }
    assert.equal((await shop.call({ method: 'GET', url, by })).status, 200)
  }
  const body = { event_id: id, quantity: 1 }
  const bought = await shop.call({ method: 'POST', url: '/api/v1/orders?quantity=5', by, body })
  assertProblem(bought, 'invalid_request', 'a purchase with a query')
})
