/** Two organizers change one event at the same time: with If-Match one of them wins. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Event } from '../../src/contracts/event.ts'
import { EVENTS, type EventShop, startEventShop } from '../support/event-api.ts'

const AT_ONCE = 10

let shop: EventShop
before(async () => {
  shop = await startEventShop()
})
after(async () => {
  await shop[Symbol.asyncDispose]()
})

async function race(
  id: number,
  headers: Record<string, string>,
): Promise<{ statuses: number[]; category: string | null; version: number }> {
  const answers = await Promise.all(
    Array.from(
      { length: AT_ONCE },
      async (_, n) =>
        await shop.call({
          method: 'PATCH',
          url: `${EVENTS}/${id}`,
          // The organizer and the admin, in turns.
          by: n % 2 === 0 ? shop.organizer : shop.admin,
          body: { category: `Change ${n}` },
          headers,
        }),
    ),
  )
  const { category, version } = await shop.read(id)
  const won = answers.filter((answer) => answer.status === 200)
  assert.ok(
    won.some((answer) => answer.json<Event>().category === category),
    'won.some((answer) => answer.json<Event>().category === category)',
  )
  return { statuses: answers.map((answer) => answer.status), category, version }
}

test('of changes made at once to one version exactly one is accepted', async () => {
  for (let round = 0; round < 5; round += 1) {
    const { id } = await shop.create()
    const read = await shop.call({ method: 'GET', url: `${EVENTS}/${id}` })
    const { statuses, version } = await race(id, { 'if-match': String(read.headers['etag']) })
    assert.equal(statuses.filter((status) => status === 200).length, 1)
    assert.equal(statuses.filter((status) => status === 412).length, AT_ONCE - 1)
    assert.equal(version, 2)
  }
})

// The control: without the header the same race has every change accepted, each over the other.
test('without If-Match all of them are accepted, one after the other', async () => {
  const { id } = await shop.create()
  const { statuses, version } = await race(id, {})
  assert.deepEqual(new Set(statuses), new Set([200]))
  assert.equal(version, 1 + AT_ONCE)
})

test('capacity lowered while buyers come never falls below what they have', async () => {
  for (let round = 0; round < 5; round += 1) {
    const { id } = await shop.create({ total_tickets: 8, max_per_user: 8 })
    const [bought, changed] = await Promise.all([
      shop.buy({ event_id: id, quantity: 6 }),
      shop.change(id, { total_tickets: 5 }),
    ])
    const { total_tickets, remaining_tickets } = await shop.read(id)
    // Whoever came first decides: sales had started, or too little was left.
    if (bought.status === 201) {
      assert.equal(changed.status, 409, changed.body)
      assert.deepEqual([total_tickets, remaining_tickets], [8, 2])
    } else {
      assert.deepEqual([bought.status, changed.status], [409, 200])
      assert.deepEqual([total_tickets, remaining_tickets], [5, 5])
    }
  }
})

test('a price changed while buyers come is exact: each pays the old one or the new one', async () => {
  const { id } = await shop.create({ ticket_price: 10, max_per_user: 100 })
  const purchases = Array.from({ length: 20 }, async () => await shop.buy({ event_id: id, quantity: 2 })) // prettier-ignore
  const [change, ...orders] = await Promise.all([
    shop.change(id, { ticket_price: 12.34 }),
    ...purchases,
  ])
  assert.equal(change.status, 200)
  for (const order of orders) {
    assert.equal(order.status, 201, order.body)
    assert.ok([20, 24.68].includes(order.json<{ total_price: number }>().total_price), order.body)
  }
  const last = await shop.buy({ event_id: id, quantity: 2 })
  assert.equal(last.json<{ total_price: number }>().total_price, 24.68)
})

test('an event deleted while buyers come leaves no order without an event', async () => {
  for (let round = 0; round < 5; round += 1) {
    const { id } = await shop.create()
    const [bought, deleted] = await Promise.all([
      shop.buy({ event_id: id, quantity: 1 }),
      shop.call({ method: 'DELETE', url: `${EVENTS}/${id}`, by: shop.organizer }),
    ])
    assert.deepEqual(
      [bought.status, deleted.status],
      bought.status === 201 ? [201, 409] : [404, 204],
      `${bought.body} ${deleted.body}`,
    )
  }
})
