/** Nobody gains by amounts that are huge, tiny, negative or in another currency. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { assertRefused } from '../support/accounts.ts'
import { EVENTS, type EventShop, ROCK_NIGHT, startEventShop } from '../support/event-api.ts'
import { readBooks } from '../support/sale.ts'

let shop: EventShop
before(async () => {
  shop = await startEventShop()
})
after(async () => {
  await shop[Symbol.asyncDispose]()
})

interface OrderJson {
  order_id: number
  quantity: number
  total_price: number
}

const create = async (body: string) =>
  await shop.call({ method: 'POST', url: EVENTS, by: shop.organizer, body })

test('the dearest tickets there can be, as many as one may have, cost what they cost', async () => {
  const event = await shop.create({
    ticket_price: 999_999.99,
    total_tickets: 1_000_000,
    max_per_user: 100,
  })
  // Held only: it is more than the provider lets anybody pay at once.
  const answer = await shop.buy({ event_id: event.id, quantity: 100, hold: true })
  assert.equal(answer.status, 201, answer.body)
  const order = answer.json<OrderJson>()
  assert.equal(order.total_price, 99_999_999)
  const again = await shop.call({
    method: 'GET',
    url: `/api/v1/orders/${order.order_id}`,
    by: shop.guest,
  })
  assert.equal(again.json<OrderJson>().total_price, 99_999_999)
  const [row] = await shop.app.db.query<{ total: string }>(
    'select total_price::text as total from orders where id = $1',
    [order.order_id],
  )
  assert.equal(row?.total, '99999999.00')
})

test('prices that binary fractions cannot hold add up to the cent', async () => {
  for (const [cents, quantity] of [
    [51, 7],
    [57, 3],
    [70, 3],
    [115, 7],
    [1_999, 9],
    [33_333, 99],
    [110_011, 11],
  ] as const) {
    // prettier-ignore
    const event = await shop.create({ ticket_price: cents / 100, max_per_user: 100 })
    const answer = await shop.buy({ event_id: event.id, quantity, hold: true })
    const { total_price } = answer.json<OrderJson>()
    assert.equal(total_price, (cents * quantity) / 100)
    assert.match(answer.body, new RegExp(`"total_price":\\d+(\\.\\d{1,2})?[,}]`))
  }
})

test('what is no price, number of tickets or limit makes no event', async () => {
  const body = JSON.stringify(ROCK_NIGHT).slice(0, -1)
  const wrong: [field: string, json: string][] = [
    ...['-0.01', '-75', '1000000', '999999.995', '0.001', '1e-9', '1e21', '1e309', '-1e309', '75.999'].map((value): [string, string] => ['ticket_price', value]), // prettier-ignore
    ...['0', '-1', '1000001', '2147483648', '9007199254740993', '9223372036854775808', '1e19', '0.5'].map((value): [string, string] => ['total_tickets', value]), // prettier-ignore
    ...['0', '-1', '101', '2147483648', '1e309'].map((value): [string, string] => ['max_per_user', value]), // prettier-ignore
    ...['0', '-1', '499', '2147483648', '1e309'].map((value): [string, string] => ['venue_capacity', value]), // prettier-ignore
  ]
  const before = (await shop.app.db.query('select id from events')).length
  for (const [field, json] of wrong) {
    const answer = await create(`${body},"${field}":${json}}`)
    assert.ok(answer.status === 400 || answer.status === 422, `${field} ${json}: ${answer.body}`)
    // A venue that is too small is told as too many tickets.
    const told = answer.json<{ field: string }>().field
    assert.ok([field, 'total_tickets'].includes(told), `${field} ${json}: ${answer.body}`)
  }
  const types = Array.from({ length: 20 }, (_, n) => ({ name: `T${n}`, price: 1, capacity: 1e6 }))
  const { ticket_price: _price, total_tickets: _total, ...rest } = ROCK_NIGHT
  assertRefused(await create(JSON.stringify({ ...rest, ticket_types: types })), {
    ...{ status: 422, code: 'invalid_value', field: 'ticket_types' },
  })
  assert.equal((await shop.app.db.query('select id from events')).length, before)
})

test('no quantity, however it is written, sells less than a ticket or more than there are', async () => {
  const event = await shop.create({ total_tickets: 5, max_per_user: 100 })
  const order = async (json: string) =>
    await shop.call({
      method: 'POST',
      url: '/api/v1/orders',
      by: shop.guest,
      body: `{"event_id":${event.id},"quantity":${json}}`,
    })
  for (const json of [
    '0',
    '-0',
    '-1',
    '-5',
    '101',
    '65536',
    '2147483647',
    '2147483648',
    '4294967297',
    '9007199254740993',
    '9223372036854775808',
    '18446744073709551617',
    '1e309',
    '-1e309',
    '0.99',
    '5e-324',
  ]) {
    // prettier-ignore
    assert.equal((await order(json)).status, 400, json)
  }
  assertRefused(await order('6'), { status: 409, code: 'sold_out' })
  assert.equal((await order('5')).status, 201)
  assert.equal((await readBooks(shop.app.db, event.id)).sold, 5)
})

test('what was bought keeps its price and its currency, whatever becomes of the event’s', async () => {
  const event = await shop.create({ ticket_price: 75, currency: 'EUR' })
  const placed = (await shop.buy({ event_id: event.id, quantity: 2 })).json<OrderJson>()
  const swap = await shop.change(event.id, { currency: 'JPY' })
  assertRefused(swap, { status: 409, code: 'sales_started', field: 'currency' })
  assert.equal((await shop.change(event.id, { ticket_price: 0 })).status, 200, 'cheaper for others')
  const list = await shop.call({ method: 'GET', url: '/api/v1/orders', by: shop.guest })
  const found = list.json<OrderJson[]>().find((order) => order.order_id === placed.order_id)
  assert.equal(found?.total_price, 150)
})
