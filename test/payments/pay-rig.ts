/** A shop with its simulated provider, a buyer's calls, and the books of an event: for tests of money. */
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before } from 'node:test'
import { type TestAnswer, type TestApp, startApp } from '../support/app.ts'
import { type Buyer, createBuyers } from '../support/sale.ts'

export let app: TestApp
export let dataDir: string
before(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'box-office-pay-'))
  app = await startApp({ dataDir })
  await app.listen()
})
after(async () => {
  await app[Symbol.asyncDispose]()
  await rm(dataDir, { recursive: true, force: true })
})

export interface OrderJson {
  order_id: number
  status: string
  tickets: { ticket_code: string }[]
  total_price: number
  expires_at?: string
  next_action?: { type: string; url?: string }
  reason?: string
  code?: string
  decline_code?: string
  field?: string
}

export async function buyer(): Promise<Buyer> {
  const [one] = await createBuyers(app.db, dataDir, 1)
  assert.ok(one, 'a buyer was made')
  return one
}

export async function send(
  who: Buyer,
  method: 'GET' | 'POST' | 'DELETE',
  url: string,
  payload?: object,
  key?: string,
): Promise<TestAnswer> {
  return await app.inject({
    method,
    url: `/api/v1${url}`,
    headers: {
      authorization: `Bearer ${who.token}`,
      ...(payload === undefined ? {} : { 'content-type': 'application/json' }),
      ...(key === undefined ? {} : { 'idempotency-key': key }),
    },
    ...(payload === undefined ? {} : { payload: JSON.stringify(payload) }),
  })
}

export const place = async (who: Buyer, body: object, key?: string) =>
  await send(who, 'POST', '/orders', body, key)
export const pay = async (
  who: Buyer,
  orderId: number,
  payment_method = 'pm_card_visa',
  key?: string,
) => await send(who, 'POST', `/orders/${orderId}/pay`, { payment_method }, key)
export const read = async (who: Buyer, orderId: number) =>
  (await send(who, 'GET', `/orders/${orderId}`)).json<OrderJson>()

export function expectOrder(answer: TestAnswer, status: number): OrderJson {
  assert.equal(answer.status, status, answer.body)
  return answer.json<OrderJson>()
}

export function expectRefused(answer: TestAnswer, status: number, code: string): OrderJson {
  const problem = expectOrder(answer, status)
  assert.equal(problem.code, code, answer.body)
  return problem
}

export async function hold(
  who: Buyer,
  eventId: number,
  quantity = 2,
  key?: string,
): Promise<OrderJson> {
  const order = expectOrder(await place(who, { event_id: eventId, quantity, hold: true }, key), 201)
  assert.equal(order.status, 'PENDING')
  assert.deepEqual(order.tickets, [])
  return order
}

/** Every book of an event, each read for itself. */
export async function booksOf(eventId: number) {
  const [row] = await app.db.query<Record<string, string>>(
    `select i.held, i.sold,
            (select coalesce(sum(held), 0) from inventory n where n.event_id = i.event_id) as held_by_type,
            (select coalesce(sum(sold), 0) from inventory n where n.event_id = i.event_id) as sold_by_type,
            (select count(*) from tickets t where t.event_id = i.event_id and t.voided_at is null) as tickets,
            (select coalesce(sum(amount), 0) from ledger l where l.event_id = i.event_id and debit = 'provider' and credit = 'sales') as sales,
            (select coalesce(sum(amount), 0) from ledger l where l.event_id = i.event_id and debit = 'provider' and credit = 'refunds_due') as returned
       from event_inventory i where i.event_id = $1`,
    [eventId],
  )
  const number = (name: string) => Number(row?.[name])
  assert.equal(number('held'), number('held_by_type'), 'held by type')
  assert.equal(number('sold'), number('sold_by_type'), 'sold by type')
  return {
    held: number('held'),
    sold: number('sold'),
    tickets: number('tickets'),
    sales: number('sales'),
    returned: number('returned'),
  }
}

export async function simulator(path: string, init?: RequestInit): Promise<unknown> {
  const response = await fetch(`${app.shop.paymentSimulatorUrl ?? ''}/control${path}`, init)
  return response.status === 204 ? undefined : await response.json()
}

export const expire = async (orderId: number) =>
  await app.db.query(
    `update orders set hold_expires_at = clock_timestamp() - interval '1 second' where id = $1`,
    [orderId],
  )
