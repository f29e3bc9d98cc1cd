/** A shop whose sales are paid, and whether its books and those of the payment provider agree. */
import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Database, Queryable } from '../../src/platform/postgres.ts'
import { readProof } from '../../src/services/payment/proof.sql.ts'
import { checkProof } from '../../src/services/payment/proof.ts'
import type { TestAnswer } from './app.ts'
import { type EventShop, startEventShop } from './event-api.ts'
import { type BooksOfSimulator, readSimulatorBooks } from './payment-simulator.ts'
import { type Buyer, createBuyers } from './sale.ts'

export const ORDERS = '/api/v1/orders'

export interface OrderJson {
  order_id: number
  status: 'PENDING' | 'CONFIRMED' | 'CANCELLED'
  tickets: { ticket_code: string }[]
  total_price: number
  reason?: string
  refunded_amount?: number
  expires_at?: string
  next_action?: { type: string }
}

export interface RefundJson {
  refund_id: number
  amount: number
  reason: string
  status: 'requested' | 'succeeded' | 'failed'
}

export interface PaidShop extends EventShop {
  url: string
  simulatorUrl: string
  db: Database
  buyers: (count: number) => Promise<Buyer[]>
  post: (by: Buyer, path: string, body?: object) => Promise<TestAnswer>
  /** Buys and pays at once. */
  bought: (by: Buyer, eventId: number, quantity?: number) => Promise<OrderJson>
  /** Holds tickets, not paid. */
  held: (by: Buyer, eventId: number, quantity?: number) => Promise<OrderJson>
  orderOf: (by: Buyer, orderId: number) => Promise<OrderJson>
  refundsOf: (by: Buyer, orderId: number) => Promise<RefundJson[]>
}

/** Listens, so that the provider's messages arrive. */
export async function startPaidShop(): Promise<PaidShop> {
  const shop = await startEventShop()
  const url = await shop.app.listen()
  const { db, dataDir } = shop.app
  const simulatorUrl = shop.app.shop.paymentSimulatorUrl
  assert.ok(simulatorUrl, 'the shop runs a payment simulator')
  const post = async (by: Buyer, path: string, body: object = {}) =>
    await shop.call({ method: 'POST', url: path, by, body })
  const placed = async (by: Buyer, body: object) => {
    const answer = await post(by, ORDERS, body)
    assert.ok([201, 202].includes(answer.status), answer.body)
    return answer.json<OrderJson>()
  }
  const read = async (by: Buyer, path: string) => {
    const answer = await shop.call({ method: 'GET', url: path, by })
    assert.equal(answer.status, 200, answer.body)
    return answer
  }
  return {
    ...shop,
    ...{ url, simulatorUrl, db, post },
    buyers: async (count) => await createBuyers(db, dataDir, count),
    async bought(by, event_id, quantity = 2) {
      const { order_id } = await placed(by, { event_id, quantity })
      // On a busy machine the provider's verdict may come after the answer.
      return await eventually(`order ${order_id} is paid`, async () => {
        const order = (await read(by, `${ORDERS}/${order_id}`)).json<OrderJson>()
        return order.status === 'CONFIRMED' && order
      })
    },
    held: async (by, event_id, quantity = 2) =>
      await placed(by, { event_id, quantity, hold: true }),
    orderOf: async (by, orderId) => (await read(by, `${ORDERS}/${orderId}`)).json<OrderJson>(),
    refundsOf: async (by, orderId) =>
      (await read(by, `${ORDERS}/${orderId}/refunds`)).json<RefundJson[]>(),
  }
}

const WAIT_MAX_MS = 90_000
const LOOK_EVERY_MS = 50

/** Waits until `look` finds something. @param what Named when it never does. */
export async function eventually<Found>(
  what: string,
  look: () => Promise<Found | undefined | false>,
): Promise<Found> {
  for (const started = Date.now(); Date.now() - started < WAIT_MAX_MS; await sleep(LOOK_EVERY_MS)) {
    const found = await look()
    if (found !== undefined && found !== false) return found
  }
  throw new Error(`${what}: not within ${WAIT_MAX_MS / 1000} seconds`)
}

/** Waits until no payment of an event is in flight and no refund of it is open. */
export async function untilSettled(db: Queryable, eventId: number): Promise<void> {
  await eventually(`the payments and refunds of event ${eventId} are settled`, async () => {
    const [row] = await db.query<{ open: number }>(
      `select (select count(*) from payments where event_id = $1 and is_in_flight(status))
            + (select count(*) from refunds where event_id = $1 and status = 'requested') as open`,
      [eventId],
    )
    return row?.open === 0
  })
}

const sum = (numbers: readonly number[]): number => numbers.reduce((all, one) => all + one, 0)

/**
 * Holds the books of a sale, which is settled, against one another and against the provider's: every
 * capture and every refund is there once, for the same order and amount.
 * @returns The sums, in cents.
 */
export async function assertBooksAgree(
  db: Queryable,
  simulatorUrl: string,
  eventId: number,
): Promise<{ captured: number; refunded: number; theirs: BooksOfSimulator }> {
  const proof = await readProof(db, eventId)
  assert.ok(proof, `event ${eventId} has books`)
  assert.deepEqual(
    checkProof(proof).filter((check) => !check.holds),
    [],
  )
  const ours = await db.query<{ order_id: string; captured: string; refunded: string }>(
    `select p.order_id::text, (p.amount * 100)::bigint::text as captured,
            (select coalesce(sum(r.amount) * 100, 0)::bigint::text from refunds r
              where r.order_id = p.order_id and r.status = 'succeeded') as refunded
       from payments p where p.event_id = $1 and p.status in ('captured', 'returned')
      order by p.order_id`,
    [eventId],
  )
  const ids = await db.query<{ id: string }>('select id::text from orders where event_id = $1', [
    eventId,
  ])
  const isOfEvent = ({ order_id }: { order_id: string | null }) =>
    ids.some(({ id }) => id === order_id)
  const all = await readSimulatorBooks(simulatorUrl)
  const theirs = {
    captures: all.captures.filter(isOfEvent),
    refunds: all.refunds.filter((refund) => isOfEvent(refund) && refund.status === 'succeeded'),
  }
  assert.deepEqual(
    theirs.captures
      .map((capture) => ({
        order_id: capture.order_id,
        captured: String(capture.amount),
        refunded: String(
          sum(
            theirs.refunds
              .filter((refund) => refund.order_id === capture.order_id)
              .map((refund) => refund.amount),
          ),
        ),
      }))
      .sort((a, b) => Number(a.order_id) - Number(b.order_id)),
    ours,
    'the provider has the same captures and refunds',
  )
  const told = theirs.refunds.map((refund) => refund.metadata['refund_id'])
  assert.equal(new Set(told).size, told.length, 'each refund was carried out once')
  return {
    captured: sum(theirs.captures.map(({ amount }) => amount)),
    refunded: sum(theirs.refunds.map(({ amount }) => amount)),
    theirs,
  }
}
