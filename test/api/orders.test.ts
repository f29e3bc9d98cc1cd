import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { type TestAnswer, type TestApp, startApp } from '../support/app.ts'
import { type Buyer, createBuyers, createSale, readBooks } from '../support/sale.ts'

let app: TestApp
let dataDir: string
before(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'box-office-orders-'))
  app = await startApp({ dataDir })
})
after(async () => {
  await app[Symbol.asyncDispose]()
  await rm(dataDir, { recursive: true, force: true })
})

async function buyer(): Promise<Buyer> {
  const [one] = await createBuyers(app.db, dataDir, 1)
  assert.ok(one, 'one')
  return one
}

interface OrderJson {
  order_id: number
  status: string
  tickets: { ticket_code: string }[]
  event_id: number
  quantity: number
  total_price: number
  created_at: string
}

interface ProblemJson {
  code: string
  field?: string
  detail: string
  remaining?: number
  allowed?: number
}

async function post(
  who: Buyer | undefined,
  payload: unknown,
  headers: Record<string, string> = {},
): Promise<TestAnswer> {
  return await app.inject({
    method: 'POST',
    url: '/api/v1/orders',
    headers: {
      'content-type': 'application/json',
      ...(who === undefined ? {} : { authorization: `Bearer ${who.token}` }),
      ...headers,
    },
    payload: typeof payload === 'string' ? payload : JSON.stringify(payload),
  })
}

async function get(who: Buyer, url: string, headers: Record<string, string> = {}) {
  return await app.inject({
    method: 'GET',
    url,
    headers: { authorization: `Bearer ${who.token}`, ...headers },
  })
}

function assertRefused(answer: TestAnswer, status: number, code: string): ProblemJson {
  assert.equal(answer.status, status, answer.body)
  assert.match(String(answer.headers['content-type']), /^application\/problem\+json/)
  const problem = answer.json<ProblemJson>()
  assert.equal(problem.code, code, answer.body)
  return problem
}

test('an order is confirmed with a code for each ticket, and the books agree', async () => {
  const { eventId } = await createSale(app.db, { capacity: 10 })
  const answer = await post(await buyer(), { event_id: eventId, quantity: 2 })
  assert.equal(answer.status, 201)
  const order = answer.json<OrderJson>()
  assert.equal(order.status, 'CONFIRMED')
  assert.equal(order.total_price, 150)
  assert.equal(order.tickets.length, 2)
  for (const { ticket_code } of order.tickets) assert.match(ticket_code, /^TCK-[0-9A-Z]{1,60}$/)
  assert.equal(answer.headers['location'], `/api/v1/orders/${order.order_id}`)
  const books = await readBooks(app.db, eventId)
  assert.deepEqual([books.sold, books.soldByType, books.tickets, books.orders], [2, 2, 2, 1])
})

suite('a body that does not fit is refused by name and sells nothing', () => {
  const cases: [what: string, body: unknown, field: string][] = [
    ['a text for a number', { event_id: 1, quantity: '2' }, 'quantity'],
    ['true', { event_id: 1, quantity: true }, 'quantity'],
    ['a list', { event_id: 1, quantity: [2] }, 'quantity'],
    ['null', { event_id: 1, quantity: null }, 'quantity'],
    ['an object', { event_id: 1, quantity: { $gt: 0 } }, 'quantity'],
    ['nothing', { event_id: 1 }, 'quantity'],
    ['zero', { event_id: 1, quantity: 0 }, 'quantity'],
    ['less than nothing', { event_id: 1, quantity: -1 }, 'quantity'],
    ['a half', { event_id: 1, quantity: 1.5 }, 'quantity'],
    ['more than anybody may have', { event_id: 1, quantity: 101 }, 'quantity'],
    ['infinity', '{"event_id":1,"quantity":1e309}', 'quantity'],
    ['an event that is text', { event_id: 'one', quantity: 1 }, 'event_id'],
    ['an event beyond numbers', '{"event_id":9007199254740993,"quantity":1}', 'event_id'],
    ['an unknown field', { event_id: 1, quantity: 1, total_price: 0 }, 'total_price'],
    ['a hold that is text', { event_id: 1, quantity: 1, hold: 'true' }, 'hold'],
    [
      'a hold that is paid at once',
      { event_id: 1, quantity: 1, hold: true, payment_method: 'pm_card_visa' },
      'payment_method',
    ],
    [
      'a payment method that is none',
      { event_id: 1, quantity: 1, payment_method: 'pm/../1' },
      'payment_method',
    ],
    ['seats, which are not built yet', { event_id: 1, quantity: 1, seats: ['A1'] }, 'seats'],
    ['a list for a body', [], 'body'],
    ['a text for a body', '"buy"', 'body'],
    ['no JSON', '{"event_id":1,', 'body'],
    ['no body', '', 'body'],
    ['a prototype', '{"event_id":1,"quantity":1,"__proto__":{"quantity":9}}', 'body'],
    ['a constructor', '{"event_id":1,"quantity":1,"constructor":{"prototype":{}}}', 'body'],
  ]
  for (const [what, body, field] of cases) {
    test(what, async () => {
      const problem = assertRefused(await post(await buyer(), body), 400, 'invalid_request')
      assert.equal(problem.field, field)
    })
  }

  test('another media type is 415 however it is dressed up', async () => {
    const body = JSON.stringify({ event_id: 1, quantity: 1 })
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/jsonx']) {
      const answer = await post(await buyer(), body, { 'content-type': type })
      assert.ok(answer.status === 415 || answer.status === 400, `${type}: ${answer.status}`)
    }
  })

  test('a body that is too large is 413', async () => {
    const answer = await post(await buyer(), `{"event_id":1,"x":"${'a'.repeat(100_000)}"}`)
    assertRefused(answer, 413, 'payload_too_large')
  })

  test('a body nested a hundred thousand deep is refused', async () => {
    const answer = await post(await buyer(), `${'['.repeat(30_000)}${']'.repeat(30_000)}`)
    assertRefused(answer, 400, 'invalid_request')
  })
})

test('without a token nothing is sold', async () => {
  const { eventId } = await createSale(app.db, { capacity: 10 })
  assertRefused(await post(undefined, { event_id: eventId, quantity: 1 }), 401, 'unauthenticated')
  assert.equal((await readBooks(app.db, eventId)).sold, 0)
})

suite('a refusal gives the reason that is true', () => {
  test('no such event', async () => {
    for (let n = 0; n < 2; n += 1) {
      const problem = assertRefused(await post(await buyer(), { event_id: 987_654_321, quantity: 1 }), 404, 'not_found') // prettier-ignore
      assert.equal(problem.field, 'event_id')
    }
  })

  test('a draft is not there', async () => {
    const { eventId } = await createSale(app.db, { capacity: 5 })
    await app.db.query(`update events set status = 'draft' where id = $1`, [eventId])
    assertRefused(await post(await buyer(), { event_id: eventId, quantity: 1 }), 404, 'not_found')
  })

  const closed: [code: string, change: string][] = [
    ['event_cancelled', `status = 'cancelled'`],
    ['sales_not_started', `on_sale_at = now() + interval '1 hour'`],
    ['sales_paused', 'sales_paused = true'],
    ['sales_closed', `sales_end_at = now() - interval '1 second'`],
    ['sales_closed', `event_date = now() - interval '1 day'`],
  ]
  for (const [code, change] of closed) {
    test(`${code}: ${change}`, async () => {
      const { eventId } = await createSale(app.db, { capacity: 5 })
      await app.db.query(`update events set ${change} where id = $1`, [eventId])
      assertRefused(await post(await buyer(), { event_id: eventId, quantity: 1 }), 409, code)
    })
  }

  test('sold out, with how many are left', async () => {
    const { eventId } = await createSale(app.db, { capacity: 3 })
    await post(await buyer(), { event_id: eventId, quantity: 2 })
    const two = assertRefused(await post(await buyer(), { event_id: eventId, quantity: 2 }), 409, 'sold_out') // prettier-ignore
    assert.equal(two.remaining, 1)
    assert.equal((await post(await buyer(), { event_id: eventId, quantity: 1 })).status, 201)
    const none = assertRefused(await post(await buyer(), { event_id: eventId, quantity: 1 }), 409, 'sold_out') // prettier-ignore
    assert.equal(none.remaining, 0)
  })

  test('over the limit, counted over all orders, with how many are allowed', async () => {
    const { eventId } = await createSale(app.db, { capacity: 100, maxPerUser: 3 })
    const who = await buyer()
    assert.equal((await post(who, { event_id: eventId, quantity: 2 })).status, 201)
    const problem = assertRefused(await post(who, { event_id: eventId, quantity: 2 }), 409, 'limit_exceeded') // prettier-ignore
    assert.equal(problem.allowed, 1)
    assert.equal((await post(who, { event_id: eventId, quantity: 1 })).status, 201)
    assert.equal((await post(await buyer(), { event_id: eventId, quantity: 3 })).status, 201)
  })

  test('stock that comes back is for sale again', async () => {
    const { eventId } = await createSale(app.db, { capacity: 1 })
    await post(await buyer(), { event_id: eventId, quantity: 1 })
    assertRefused(await post(await buyer(), { event_id: eventId, quantity: 1 }), 409, 'sold_out')
    await app.db.query('update event_inventory set capacity = 2 where event_id = $1', [eventId])
    await app.db.query('update inventory set capacity = 2 where event_id = $1', [eventId])
    let last: TestAnswer | undefined
    for (let tries = 0; tries < 100 && last?.status !== 201; tries += 1) {
      last = await post(await buyer(), { event_id: eventId, quantity: 1 })
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    assert.equal(last?.status, 201)
  })
})

suite('ticket types', () => {
  const types = [
    { name: 'Standing', price: 40, capacity: 2 },
    { name: 'Balcony', price: 55.5, capacity: 5 },
  ]

  test('each has its price and its own stock', async () => {
    const { eventId, ticketTypeIds } = await createSale(app.db, { capacity: 7, types })
    const [standing, balcony] = ticketTypeIds
    const order = await post(await buyer(), {
      event_id: eventId,
      ticket_type_id: balcony,
      quantity: 2,
    })
    assert.equal(order.json<OrderJson>().total_price, 111)
    await post(await buyer(), { event_id: eventId, ticket_type_id: standing, quantity: 2 })
    const refused = await post(await buyer(), {
      event_id: eventId,
      ticket_type_id: standing,
      quantity: 1,
    })
    assert.equal(assertRefused(refused, 409, 'sold_out').remaining, 0)
    const books = await readBooks(app.db, eventId)
    assert.deepEqual([books.sold, books.soldByType], [4, 4])
  })

  test('an event that has less than its types together stops at its own number', async () => {
    const { eventId, ticketTypeIds } = await createSale(app.db, { capacity: 3, types })
    const wish = async (type: number | undefined, quantity: number) =>
      await post(await buyer(), { event_id: eventId, ticket_type_id: type, quantity })
    assert.equal((await wish(ticketTypeIds[1], 3)).status, 201)
    assertRefused(await wish(ticketTypeIds[0], 1), 409, 'sold_out')
  })

  test('one must be named when there are several', async () => {
    const { eventId } = await createSale(app.db, { capacity: 7, types })
    const answer = await post(await buyer(), { event_id: eventId, quantity: 1 })
    const problem = assertRefused(answer, 400, 'invalid_request')
    assert.equal(problem.field, 'ticket_type_id')
  })

  test('the type of another event is refused', async () => {
    const one = await createSale(app.db, { capacity: 7, types })
    const other = await createSale(app.db, { capacity: 7 })
    const answer = await post(await buyer(), {
      event_id: one.eventId,
      ticket_type_id: other.ticketTypeIds[0],
      quantity: 1,
    })
    assert.equal(assertRefused(answer, 400, 'invalid_request').field, 'ticket_type_id')
  })
})

suite('Idempotency-Key', () => {
  const withKey = (key: string) => ({ 'idempotency-key': key })

  test('the same key gives the same answer to the byte and one effect', async () => {
    const { eventId } = await createSale(app.db, { capacity: 10 })
    const who = await buyer()
    const body = { event_id: eventId, quantity: 2 }
    const first = await post(who, body, withKey('a'))
    const again = await post(who, body, withKey('a'))
    assert.equal(again.status, 201)
    assert.equal(again.body, first.body)
    assert.equal(again.headers['content-type'], first.headers['content-type'])
    assert.equal(again.headers['idempotent-replayed'], 'true')
    assert.equal((await readBooks(app.db, eventId)).orders, 1)
  })

  test('the answer stays what it was when the order changes later', async () => {
    const { eventId } = await createSale(app.db, { capacity: 10 })
    const who = await buyer()
    const body = { event_id: eventId, quantity: 1 }
    const first = await post(who, body, withKey('later'))
    await app.db.query(
      `update orders set status = 'CANCELLED', reason = 'refunded' where id = $1`,
      [first.json<OrderJson>().order_id],
    )
    await app.db.query('update tickets set voided_at = now() where order_id = $1', [
      first.json<OrderJson>().order_id,
    ])
    assert.equal((await post(who, body, withKey('later'))).body, first.body)
  })

  test('another body under the key is refused, for the same event and for another', async () => {
    const { eventId } = await createSale(app.db, { capacity: 10 })
    const other = await createSale(app.db, { capacity: 10 })
    const who = await buyer()
    await post(who, { event_id: eventId, quantity: 1 }, withKey('b'))
    const more = await post(who, { event_id: eventId, quantity: 2 }, withKey('b'))
    assertRefused(more, 422, 'idempotency_key_reused')
    const elsewhere = await post(who, { event_id: other.eventId, quantity: 1 }, withKey('b'))
    assertRefused(elsewhere, 422, 'idempotency_key_reused')
    const nowhere = await post(who, { event_id: 999_999_999, quantity: 1 }, withKey('b'))
    assertRefused(nowhere, 422, 'idempotency_key_reused')
    assert.equal((await readBooks(app.db, other.eventId)).sold, 0)
  })

  test('the same key of somebody else is independent', async () => {
    const { eventId } = await createSale(app.db, { capacity: 10 })
    const body = { event_id: eventId, quantity: 1 }
    const one = await post(await buyer(), body, withKey('shared'))
    const two = await post(await buyer(), body, withKey('shared'))
    assert.notEqual(one.json<OrderJson>().order_id, two.json<OrderJson>().order_id)
  })

  test('a refusal is not remembered', async () => {
    const { eventId } = await createSale(app.db, { capacity: 10 })
    await app.db.query('update events set sales_paused = true where id = $1', [eventId])
    const who = await buyer()
    const body = { event_id: eventId, quantity: 1 }
    assertRefused(await post(who, body, withKey('c')), 409, 'sales_paused')
    await app.db.query('update events set sales_paused = false where id = $1', [eventId])
    assert.equal((await post(who, body, withKey('c'))).status, 201)
  })

  test('whoever has the order gets it again when nothing is left', async () => {
    const { eventId } = await createSale(app.db, { capacity: 1 })
    const who = await buyer()
    const body = { event_id: eventId, quantity: 1 }
    const first = await post(who, body, withKey('last'))
    assertRefused(await post(await buyer(), body), 409, 'sold_out')
    assert.equal((await post(who, body, withKey('last'))).body, first.body)
    const other = { event_id: eventId, quantity: 2 }
    assertRefused(await post(who, other, withKey('last')), 422, 'idempotency_key_reused')
  })

  test('while the first one runs, the same key is told so', async () => {
    const { eventId } = await createSale(app.db, { capacity: 10 })
    const who = await buyer()
    const body = { event_id: eventId, quantity: 1 }
    // While somebody else holds the event, the first one cannot end before the others have come.
    const answers = await app.db.transaction(async (tx) => {
      await tx.query('select 1 from event_inventory where event_id = $1 for update', [eventId])
      const all = Array.from({ length: 5 }, async () => await post(who, body, withKey('d')))
      await new Promise<void>((resolve) => {
        let answered = 0
        for (const each of all) void each.then(() => (answered += 1) === 4 && resolve(), resolve)
      })
      return all
    })
    const settled = await Promise.all(answers)
    const statuses = settled.map((answer) => answer.status).sort()
    assert.deepEqual(statuses, [201, 409, 409, 409, 409])
    for (const answer of settled) {
      if (answer.status !== 409) continue
      assertRefused(answer, 409, 'request_in_progress')
      assert.equal(answer.headers['retry-after'], '1')
    }
  })

  test('a key longer than 255 characters is refused by name', async () => {
    const { eventId } = await createSale(app.db, { capacity: 10 })
    const body = { event_id: eventId, quantity: 1 }
    const who = await buyer()
    assert.equal((await post(who, body, withKey('k'.repeat(255)))).status, 201)
    const problem = assertRefused(await post(who, body, withKey('k'.repeat(256))), 400, 'invalid_request') // prettier-ignore
    assert.match(problem.field ?? '', /idempotency-key/i)
  })
})

suite('past purchases', () => {
  test('come newest first, page by page, each once', async () => {
    const { eventId } = await createSale(app.db, { capacity: 100, maxPerUser: 100 })
    const who = await buyer()
    const placed: number[] = []
    for (let n = 0; n < 7; n += 1) {
      placed.unshift(
        (await post(who, { event_id: eventId, quantity: 1 })).json<OrderJson>().order_id,
      )
    }
    const seen: number[] = []
    let url: string | undefined = '/api/v1/orders?limit=3'
    while (url !== undefined) {
      const page: TestAnswer = await get(who, url)
      assert.equal(page.status, 200)
      seen.push(...page.json<OrderJson[]>().map((order) => order.order_id))
      url = /<([^>]+)>; rel="next"/.exec(String(page.headers['link'] ?? ''))?.[1]
    }
    assert.deepEqual(seen, placed)
  })

  test('an order and a ticket are for their buyer alone; others see what is not there', async () => {
    const { eventId } = await createSale(app.db, { capacity: 5 })
    const [mine, theirs] = [await buyer(), await buyer()]
    const order = (await post(mine, { event_id: eventId, quantity: 1 })).json<OrderJson>()
    const code = order.tickets[0]?.ticket_code ?? ''
    const found = (await get(mine, `/api/v1/orders/${order.order_id}`)).body
    // Without the links to its files, which a purchase does not answer with.
    const withoutLinks = found.replace(/,"links":\{[^}]*\}/g, '')
    assert.deepEqual(JSON.parse(withoutLinks), order)
    assert.equal(
      (await get(mine, `/api/v1/tickets/${code}`)).json<{ valid: boolean }>().valid,
      true,
    )
    for (const url of [`/api/v1/orders/${order.order_id}`, `/api/v1/tickets/${code}`]) {
      const foreign = assertRefused(await get(theirs, url), 404, 'not_found')
      const missing = assertRefused(await get(theirs, url.replace(/\w$/, 'ZZ0').replace(/\/\d+Z.*/, '/999999')), 404, 'not_found') // prettier-ignore
      assert.equal(foreign.detail, missing.detail)
    }
  })

  test('an unchanged list is 304', async () => {
    const who = await buyer()
    const first = await get(who, '/api/v1/orders')
    const again = await get(who, '/api/v1/orders', {
      'if-none-match': String(first.headers['etag']),
    })
    assert.equal(again.status, 304)
    assert.equal(again.body, '')
  })

  test('a cursor that nobody gave is refused', async () => {
    const who = await buyer()
    const keys = [
      ['2030-02-31T00:00:00Z', 1],
      ['0000-01-01T00:00:00Z', 1],
      ['2030-06-01T00:00:00+18', 1],
      ['2030-06-01T00:00:00+23:59', 1],
      ['2030-06-01T00:00:00Z', 1e308],
    ]
    const made = keys.map((key) => Buffer.from(JSON.stringify(key)).toString('base64url'))
    for (const cursor of ['zzz', ...made]) {
      const answer = await get(who, `/api/v1/orders?cursor=${cursor}`)
      assert.equal(assertRefused(answer, 400, 'invalid_request').field, 'cursor')
    }
    const furthest = ['9999-12-31T23:59:59.999999-15:59', Number.MAX_SAFE_INTEGER]
    const cursor = Buffer.from(JSON.stringify(furthest)).toString('base64url')
    assert.equal((await get(who, `/api/v1/orders?cursor=${cursor}`)).status, 200)
  })
})

test('a buyer hears of the order by mail, once', async () => {
  const { eventId } = await createSale(app.db, { capacity: 5 })
  const order = (await post(await buyer(), { event_id: eventId, quantity: 2 })).json<OrderJson>()
  const mails = async () =>
    await app.db.query<{ body_text: string }>(
      `select body_text from mails where message_id like '<order-' || $1 || '-%'`,
      [order.order_id],
    )
  for (let tries = 0; tries < 300 && (await mails()).length === 0; tries += 1) {
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  const [mail, ...more] = await mails()
  assert.ok(mail, 'mail')
  assert.equal(more.length, 0)
  for (const { ticket_code } of order.tickets)
    assert.ok(mail.body_text.includes(ticket_code), 'mail.body_text.includes(ticket_code)')
})

test('an address that takes other methods says which', async () => {
  const who = await buyer()
  const cases = [
    ['PUT', '/api/v1/orders', 'GET, HEAD, POST'],
    ['PATCH', '/api/v1/orders/5', 'DELETE, GET, HEAD'],
  ] as const
  for (const [method, url, allow] of cases) {
    const answer = await app.inject({
      method,
      url,
      headers: { authorization: `Bearer ${who.token}` },
    })
    assertRefused(answer, 405, 'method_not_allowed')
    assert.equal(answer.headers['allow'], allow)
  }
  assertRefused(await app.inject({ method: 'GET', url: '/api/v1/nothing' }), 404, 'not_found')
})

suite('the gate does not answer for the database', () => {
  const wish = async (eventId: number, quantity: number, ticketTypeId?: number) =>
    await post(await buyer(), { event_id: eventId, quantity, ticket_type_id: ticketTypeId })

  const cases: [what: string, change: string, status: number, code: string][] = [
    ['a draft stays unknown', `status = 'draft'`, 404, 'not_found'],
    ['a paused sale is paused', 'sales_paused = true', 409, 'sales_paused'],
    ['a cancelled event is cancelled', `status = 'cancelled'`, 409, 'event_cancelled'],
  ]
  for (const [what, change, status, code] of cases) {
    test(`${what}, however many are asked for`, async () => {
      const { eventId } = await createSale(app.db, { capacity: 5 })
      await app.db.query(`update events set ${change} where id = $1`, [eventId])
      for (const quantity of [1, 6, 6]) assertRefused(await wish(eventId, quantity), status, code)
    })
  }

  test('an event that is deleted after somebody asked for it is not there', async () => {
    const { eventId } = await createSale(app.db, { capacity: 5 })
    assertRefused(await wish(eventId, 6), 409, 'sold_out')
    await app.db.query('delete from events where id = $1', [eventId])
    for (const quantity of [6, 1]) {
      assertRefused(await wish(eventId, quantity), 404, 'not_found')
    }
  })

  test('over the limit is over the limit, also when there are not as many', async () => {
    const { eventId } = await createSale(app.db, { capacity: 5, maxPerUser: 2 })
    for (let n = 0; n < 2; n += 1) assertRefused(await wish(eventId, 9), 409, 'limit_exceeded')
  })

  test('a ticket type that the event has not is unknown', async () => {
    const { eventId } = await createSale(app.db, { capacity: 5 })
    for (let n = 0; n < 2; n += 1) {
      assertRefused(await wish(eventId, 9, 999_999_999), 400, 'invalid_request')
    }
  })
})
