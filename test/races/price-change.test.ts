/** The price changes while purchases run: what a buyer is told is what is in the books. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Database } from '../../src/platform/postgres.ts'
import { type Sale, createSale } from '../support/sale.ts'
import { type TwoProcesses, startTwoProcesses } from '../support/two-processes.ts'

const PRICES = [75, 90, 60, 120, 45]
const WAVES = 4
const BUYERS_PER_WAVE = 20
/** Of the first wave. */
const BUYERS_BETWEEN_CHANGES = 4

let rig: TwoProcesses
before(async () => {
  rig = await startTwoProcesses()
})
after(async () => {
  await rig[Symbol.asyncDispose]()
})

interface Told {
  orderId: number
  totalPrice: number
  quantity: number
  /** How many price changes were answered before the request was sent. */
  changesBefore: number
}

/** Waves of buyers at both processes while the price changes under the lock of the sale. */
async function sellThroughChanges(): Promise<{ told: Told[]; sale: Sale }> {
  const sale = await createSale(rig.db, { capacity: 100_000 })
  const told: Told[] = []
  let changes = 0
  const waves = Array.from({ length: WAVES }, async (_, wave) => {
    const buyers = await rig.buyers(BUYERS_PER_WAVE)
    for (const [n, buyer] of buyers.entries()) {
      const changesBefore = changes
      const quantity = 1 + (n % 3)
      const body = { event_id: sale.eventId, quantity }
      const [answer] = await rig.buyAlternating([{ buyer, body }])
      assert.equal(answer?.status, 201, answer?.body)
      const order = JSON.parse(answer.body) as { order_id: number; total_price: number }
      told.push({
        orderId: order.order_id,
        totalPrice: order.total_price,
        quantity,
        changesBefore,
      })
      if (wave === 0 && (n + 1) % BUYERS_BETWEEN_CHANGES === 0) {
        const price = PRICES[changes + 1]
        if (price !== undefined) {
          await changePrice(rig.db, sale, price)
          changes += 1
        }
      }
    }
  })
  await Promise.all(waves)
  assert.ok(changes >= 3, `${changes} changes`)
  return { told, sale }
}

/** As the event service does it: under the lock of the sale. */
async function changePrice(db: Database, sale: Sale, price: number): Promise<void> {
  await db.transaction(async (tx) => {
    await tx.query('select 1 from event_inventory where event_id = $1 for update', [sale.eventId])
    await tx.query('update ticket_types set price = $2 where event_id = $1', [sale.eventId, price])
  })
}

async function totalsInBooks(db: Database, sale: Sale): Promise<Map<number, number>> {
  const rows = await db.query<{ id: number; total: number }>(
    'select id, total_price::float8 as total from orders where event_id = $1',
    [sale.eventId],
  )
  return new Map(rows.map((row) => [row.id, row.total]))
}

test('every buyer pays what was told, at a price that was in force', async () => {
  const { told, sale } = await sellThroughChanges()
  const books = await totalsInBooks(rig.db, sale)
  assert.equal(books.size, told.length)
  for (const order of told) {
    assert.equal(books.get(order.orderId), order.totalPrice)
    const price = order.totalPrice / order.quantity
    // Never one that had been replaced before the request was sent.
    assert.ok(
      PRICES.slice(order.changesBefore).includes(price),
      `${price} after ${order.changesBefore} changes`,
    )
  }
})

test('control: without the lock, with the price read a second time, buyers are told one price and charged another', async () => {
  const [row] = await rig.db.query<{ definition: string }>(
    `select pg_get_functiondef('place_orders'::regproc) as definition`,
  )
  const definition = (row?.definition ?? '')
    .replace('where i.event_id = p_event_id for update;', 'where i.event_id = p_event_id;')
    .replace(
      'if v_taken = 0 then return; end if;',
      'if v_taken = 0 then return; end if; perform pg_sleep(0.05);',
    )
    .replace(
      'r.quantity * type_cents[array_position(type_ids, r.type_id)] / 100.0',
      'r.quantity * (select t.price from ticket_types t where t.id = r.type_id)',
    )
  assert.ok(definition.includes('t.price from ticket_types t where t.id'), definition)
  await rig.db.query(definition)

  const { told, sale } = await sellThroughChanges()
  const books = await totalsInBooks(rig.db, sale)
  const wrong = told.filter((order) => books.get(order.orderId) !== order.totalPrice)
  assert.ok(wrong.length > 0, 'the rig did not see a single difference')
})
