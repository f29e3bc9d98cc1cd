/** One shop in which every state can be seen: events in each state of a sale, orders in each of theirs. */
import assert from 'node:assert/strict'
import type { Event } from '../../src/contracts/event.ts'
import { EVENTS } from '../support/event-api.ts'
import { openPageSession } from '../support/page-session.ts'
import {
  ORDERS,
  type OrderJson,
  type PaidShop,
  eventually,
  startPaidShop,
  untilSettled,
} from '../support/paid-sale.ts'
import { type Buyer, createBuyers } from '../support/sale.ts'

export type EventName =
  | 'onSale'
  | 'low'
  | 'free'
  | 'soldOut'
  | 'paused'
  | 'notStarted'
  | 'over'
  | 'cancelled'
  | 'postponed'
export type OrderName =
  | 'paid' | 'free' | 'held' | 'declined' | 'toConfirm' | 'expired' | 'givenBack' | 'cancelled'
  | 'postponed' | 'returnedSome' | 'returnedAll' // prettier-ignore

export interface Stage extends AsyncDisposable {
  shop: PaidShop
  events: Record<EventName, Event>
  /** The ids of the fan's orders. */
  orders: Record<OrderName, number>
  /** Page sessions of somebody with all these orders, of somebody with none, and of an admin. */
  sessions: Record<'fan' | 'newcomer' | 'admin', string>
}

const PLACE = { venue: 'Konzerthaus, Großer Saal', city: 'Vienna', timezone: 'Europe/Vienna' }
const TYPES = [
  { name: 'Standing', price: 38.5, capacity: 400 },
  { name: 'Balcony, seated', price: 64, capacity: 100 },
]
const ABOUT = 'Two hours without a support act.\n\nDoors open at seven. Bring a jacket.'

export async function setStage(): Promise<Stage> {
  const shop = await startPaidShop()
  try {
    return await fill(shop)
  } catch (error) {
    await shop[Symbol.asyncDispose]()
    throw error
  }
}

async function fill(shop: PaidShop): Promise<Stage> {
  const events = await createEvents(shop)
  const [fan, newcomer, crowd] = await createBuyers(shop.db, shop.app.dataDir, 3)
  assert.ok(fan && newcomer && crowd, 'three people')
  await shop.db.query(`update users set name = 'Nora Barnacle' where id = $1`, [fan.id])
  const orders = await placeOrders(shop, events, fan)
  await endSales(shop, events, crowd)
  await untilSettled(shop.db, events.cancelled.id)
  await untilSettled(shop.db, events.postponed.id)
  const session = async (person: Buyer) => await openPageSession(shop.app, person.id)
  return {
    ...{ shop, events, orders },
    sessions: {
      fan: await session(fan),
      newcomer: await session(newcomer),
      admin: await session(shop.admin),
    },
    [Symbol.asyncDispose]: async () => {
      await shop[Symbol.asyncDispose]()
    },
  }
}

async function createEvents(shop: PaidShop): Promise<Record<EventName, Event>> {
  const create = async (name: string, body: Parameters<PaidShop['create']>[0] = {}) =>
    await shop.create({ name, ...PLACE, description: ABOUT, category: 'Concert', ...body })
  return {
    onSale: await create('Night of the Harps', {
      ticket_price: 38.5,
      ticket_types: TYPES,
      max_per_user: 100,
    }),
    low: await create('Chamber Music at Noon', {
      total_tickets: 60,
      max_per_user: 60,
      category: 'Classical',
    }),
    free: await create('Open Rehearsal', { ticket_price: 0, category: 'Family' }),
    soldOut: await create('The Glass Menagerie', { total_tickets: 2, category: 'Theatre' }),
    paused: await create('City Derby', { category: 'Sport' }),
    notStarted: await create('The Lanterns: Farewell Tour', { on_sale_at: '2034-06-01T08:00:00Z' }),
    over: await create('Midnight Circuit', { category: 'Club night' }),
    cancelled: await create('Fado at Dusk', { category: 'Festival' }),
    postponed: await create('Swan Lake', { category: 'Dance' }),
  }
}

async function placeOrders(
  shop: PaidShop,
  events: Stage['events'],
  fan: Buyer,
): Promise<Stage['orders']> {
  const [type] = events.onSale.ticket_types
  const place = async (body: object) => {
    const defaults = { event_id: events.onSale.id, quantity: 2, ticket_type_id: type?.id }
    const answer = await shop.post(fan, ORDERS, { ...defaults, ...body })
    assert.ok([201, 202, 402].includes(answer.status), answer.body)
    return answer
  }
  const idOf = async (body: object) => (await place(body)).json<OrderJson>().order_id
  const bought = async (name: EventName, quantity = 2) =>
    (await shop.bought(fan, events[name].id, quantity)).order_id

  const hold = { hold: true }
  const orders = {
    paid: await idOf({}),
    free: await bought('free', 1),
    held: await idOf(hold),
    expired: await idOf(hold),
    givenBack: await idOf(hold),
    declined: await idOf(hold),
    toConfirm: await idOf({ ...hold, quantity: 1 }),
    cancelled: await bought('cancelled'),
    postponed: await bought('postponed'),
    returnedSome: await bought('postponed'),
    returnedAll: await bought('postponed', 1),
  }
  await reached(shop, fan, orders.paid, 'CONFIRMED')
  const pay = async (orderId: number, card: string) =>
    await shop.post(fan, `${ORDERS}/${orderId}/pay`, { payment_method: card })
  assert.equal((await pay(orders.declined, 'pm_card_chargeDeclined')).status, 402)
  assert.equal((await pay(orders.toConfirm, 'pm_card_authenticationRequired')).status, 200)
  await shop.call({ method: 'DELETE', url: `${ORDERS}/${orders.givenBack}`, by: fan })
  await shop.db.query('update orders set hold_expires_at = clock_timestamp() where id = $1', [
    orders.expired,
  ])
  await reached(shop, fan, orders.expired, 'CANCELLED')
  await postpone(shop, events.postponed.id)
  await giveBack(shop, fan, orders.returnedSome, 1)
  await giveBack(shop, fan, orders.returnedAll, 1)
  return orders
}

async function reached(shop: PaidShop, by: Buyer, orderId: number, status: string): Promise<void> {
  await eventually(
    `order ${orderId} is ${status}`,
    async () => (await shop.orderOf(by, orderId)).status === status,
  )
}

async function postpone(shop: PaidShop, eventId: number): Promise<void> {
  const body = { event_date: '2036-03-01T18:30:00Z' }
  const answer = await shop.post(shop.organizer, `${EVENTS}/${eventId}/postpone`, body)
  assert.equal(answer.status, 200, answer.body)
}

async function giveBack(shop: PaidShop, by: Buyer, orderId: number, count: number): Promise<void> {
  const { tickets } = await shop.orderOf(by, orderId)
  const codes = tickets.slice(0, count).map(({ ticket_code }) => ticket_code)
  const answer = await shop.post(by, `${ORDERS}/${orderId}/refunds`, { tickets: codes })
  assert.equal(answer.status, 201, answer.body)
}

/** Brings each sale to the state that its event is named after. */
async function endSales(shop: PaidShop, events: Stage['events'], crowd: Buyer): Promise<void> {
  await shop.bought(crowd, events.soldOut.id, 2)
  await shop.bought(crowd, events.low.id, 54)
  const paused = await shop.change(events.paused.id, { sales_paused: true })
  assert.equal(paused.status, 200, paused.body)
  // Organizers cannot end a sale in the past; time does.
  await shop.db.query(`update events set sales_end_at = now() - interval '1 hour' where id = $1`, [
    events.over.id,
  ])
  const answer = await shop.post(shop.organizer, `${EVENTS}/${events.cancelled.id}/cancel`)
  assert.equal(answer.status, 200, answer.body)
}
