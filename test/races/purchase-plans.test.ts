/**
 * A shop meets its statements while its tables are empty, and keeps those plans while the first
 * rush fills them. So the plans must be lookups from the start: a plan that reads a whole index is
 * right for an empty table and ruins the sale that fills it.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Database } from '../../src/platform/postgres.ts'
import { type NumberedPurchase, placeOrders } from '../../src/services/ticketing/purchase.sql.ts'
import { findPlacements } from '../../src/services/ticketing/placements.sql.ts'
import { createTicketCode } from '../../src/services/ticketing/ticket-code.ts'
import { createDatabase } from '../support/database.ts'
import { createSale } from '../support/sale.ts'

const BATCH = 200
const BATCHES = 20
/** Ids that nobody else gets here. */
const USERS_FROM = 1_000_000
/** A prepared statement is planned anew for its first five calls; then a plan for all is kept. */
const CALLS_UNTIL_KEPT = 8

test('plans made on empty tables do not read more while the tables fill', async () => {
  await using database = await createDatabase()
  await using db = new Database({
    connection: database.connection,
    name: 'test',
    connectionsMax: 1,
  })
  await db.query(
    `insert into users (id, name, email, password_hash, user_type)
       select $2 + n, 'Buyer', 'b' || n || '@shop.example', 'none', 'guest' from generate_series(1, $1) n`,
    [BATCH * BATCHES + BATCH, USERS_FROM],
  )
  const sale = await createSale(db, { capacity: 100_000 })
  await db.query('vacuum analyze')

  let next = 0
  const purchase = (): NumberedPurchase => {
    next += 1
    return {
      orderId: next,
      userId: USERS_FROM + next,
      ticketTypeId: undefined,
      quantity: 1,
      isHold: false,
      paymentMethod: 'pm_card_visa',
      idempotencyKey: `key-${next}`,
      digest: Buffer.alloc(16),
      ticketIds: [next],
      ticketCodes: [createTicketCode(next)],
    }
  }
  const keys = (count: number) =>
    Array.from({ length: count }, (_, n) => ({
      userId: USERS_FROM + n + 1,
      idempotencyKey: `key-${n + 1}`,
    }))

  for (let call = 0; call < CALLS_UNTIL_KEPT; call += 1) {
    await placeOrders(db, sale.eventId, [purchase()])
    await findPlacements(db, keys(2))
  }
  for (let batch = 0; batch < BATCHES; batch += 1) {
    const purchases = Array.from({ length: BATCH }, purchase)
    const result = await placeOrders(db, sale.eventId, purchases)
    assert.deepEqual(result.refusals, [])
  }
  const before = await rowsRead(db)
  const placements = await findPlacements(db, keys(BATCH))
  assert.equal(placements.filter((placement) => placement !== undefined).length, BATCH)
  const after = await rowsRead(db)

  // Each order looks for itself by its key and by its user, and its ticket looks for it.
  assert.ok(before <= next * 4, `placing ${next} orders read ${before} index entries`)
  assert.ok(after - before <= BATCH * 4, `finding ${BATCH} read ${after - before} index entries`)
})

/** Entries that were read from the indexes of orders and tickets so far. */
async function rowsRead(db: Database): Promise<number> {
  await db.query('select pg_stat_force_next_flush()')
  const [row] = await db.query<{ n: number }>(
    `select sum(idx_tup_read)::bigint as n from pg_stat_user_indexes
      where relname in ('orders', 'tickets')`,
  )
  return row?.n ?? -1
}
