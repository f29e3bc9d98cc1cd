/**
 * Lists hold what is one's own, and what belongs to one thing cannot be reached through another.
 * `route-policy.test.ts` has every address with the name of one thing.
 */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Event } from '../../src/contracts/event.ts'
import { assertRefused } from '../support/accounts.ts'
import type { TestAnswer } from '../support/app.ts'
import { type EventShop, startEventShop } from '../support/event-api.ts'
import { type Buyer, createBuyers } from '../support/sale.ts'

let shop: EventShop
before(async () => {
  shop = await startEventShop()
})
after(async () => {
  await shop[Symbol.asyncDispose]()
})

async function twoBuyers(): Promise<[Buyer, Buyer]> {
  const [one, two] = await createBuyers(shop.app.db, shop.app.dataDir, 2)
  assert.ok(one && two, 'two buyers were made')
  return [one, two]
}

const buy = async (by: Buyer, eventId: number) =>
  (
    await shop.call({
      ...{ method: 'POST', url: '/api/v1/orders', by },
      body: { event_id: eventId, quantity: 1 },
    })
  ).json<{ order_id: number; tickets: [{ ticket_code: string }] }>()

const nextPageOf = (answer: TestAnswer): string =>
  /^<([^>]+)>; rel="next"$/.exec(String(answer.headers['link'] ?? ''))?.[1] ?? ''

const idsIn = (answer: TestAnswer): number[] =>
  answer.json<{ id?: number; order_id?: number }[]>().map(({ id, order_id }) => order_id ?? id ?? 0)

test('a list of orders holds one’s own, also behind the cursor of somebody else', async () => {
  const [alice, bob] = await twoBuyers()
  const event = await shop.create()
  const placed = { alice: [] as number[], bob: [] as number[] }
  for (let n = 0; n < 3; n += 1) {
    placed.alice.push((await buy(alice, event.id)).order_id)
    placed.bob.push((await buy(bob, event.id)).order_id)
  }
  const url = '/api/v1/orders'
  const first = await shop.call({ method: 'GET', url: `${url}?limit=2`, by: alice })
  assert.deepEqual(idsIn(first), placed.alice.slice(1).reverse())
  const bobs = await shop.call({ method: 'GET', url: nextPageOf(first), by: bob })
  assert.equal(bobs.status, 200)
  assert.ok(
    idsIn(bobs).every((id) => placed.bob.includes(id)),
    'nothing of hers',
  )
})

test('an organizer’s list holds their own, also behind the cursor of somebody else', async () => {
  const { organizer, rival } = shop
  for (let n = 0; n < 3; n += 1) await shop.create({ status: 'draft' })
  const url = '/api/v1/organizer/events'
  const first = await shop.call({ method: 'GET', url: `${url}?limit=2`, by: organizer })
  assert.ok(nextPageOf(first) !== '', 'there is a next page')
  for (const link of [url, nextPageOf(first)]) {
    const theirs = await shop.call({ method: 'GET', url: link, by: rival })
    assert.deepEqual(theirs.json<Event[]>(), [], link)
  }
})

test('who sells a ticket sees neither the order nor the ticket of its buyer, nor does an admin', async () => {
  const [buyer] = await twoBuyers()
  const event = await shop.create()
  const order = await buy(buyer, event.id)
  const addresses = [
    `/api/v1/orders/${order.order_id}`,
    `/api/v1/tickets/${order.tickets[0].ticket_code}`,
  ]
  for (const url of addresses) {
    assert.equal((await shop.call({ method: 'GET', url, by: buyer })).status, 200)
    for (const by of [shop.organizer, shop.rival, shop.admin]) {
      const answer = await shop.call({ method: 'GET', url, by })
      assertRefused(answer, { status: 404, code: 'not_found' })
      assert.ok(!answer.body.includes(order.tickets[0].ticket_code), 'nothing is told')
    }
  }
})

test('an organizer reaches no ticket type of another’s event through their own', async () => {
  const foreign = await shop.create()
  const [type] = foreign.ticket_types
  assert.ok(type, 'it has a ticket type')
  const answer = await shop.call({
    ...{ method: 'POST', url: '/api/v1/events', by: shop.rival },
    body: { name: 'Mine', venue: 'Here', event_date: '2035-12-10T20:00:00Z', ticket_price: 1, total_tickets: 5 }, // prettier-ignore
  })
  const mine = answer.json<Event>()
  const taken = { id: type.id, name: type.name, price: 0, capacity: 1 }
  const change = await shop.call({
    ...{ method: 'PATCH', url: `/api/v1/events/${mine.id}`, by: shop.rival },
    body: { ticket_types: [taken] },
  })
  assert.ok(change.status === 400 || change.status === 422, change.body)
  assert.equal(change.json<{ field: string }>().field, 'ticket_types/0/id')
  assert.deepEqual((await shop.read(foreign.id)).ticket_types, foreign.ticket_types)
  assert.deepEqual((await shop.read(mine.id)).ticket_types, mine.ticket_types)
})

test('an organizer can neither cancel, pause nor publish another’s event by naming its version', async () => {
  const event = await shop.create()
  const tag = `"${event.version}"`
  for (const what of ['cancel', 'pause', 'resume', 'publish']) {
    for (const ifMatch of [tag, '*', `W/${tag}`]) {
      const answer = await shop.call({
        ...{ method: 'POST', url: `/api/v1/events/${event.id}/${what}`, by: shop.rival },
        headers: { 'if-match': ifMatch },
      })
      assertRefused(answer, { status: 403, code: 'forbidden' })
    }
  }
  assert.equal((await shop.read(event.id)).version, event.version)
})
