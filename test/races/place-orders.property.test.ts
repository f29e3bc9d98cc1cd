/**
 * Random sales against a model that is too simple to be wrong: `place_orders` must give the
 * model's verdict for every request of every batch, and leave the model's stock behind.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Database } from '../../src/platform/postgres.ts'
import { placeOrders } from '../../src/services/ticketing/purchase.sql.ts'
import { createTicketCode } from '../../src/services/ticketing/ticket-code.ts'
import { createDatabase } from '../support/database.ts'
import { testSeed } from '../support/random.ts'
import { createSale, readBooks } from '../support/sale.ts'

const USERS = 6
const RUNS = 60

interface Wish {
  user: number
  type: number | undefined
  quantity: number
  key: number | undefined
}

type Step =
  | { kind: 'batch'; wishes: Wish[] }
  | { kind: 'pause'; paused: boolean }
  | { kind: 'grow'; by: number }

const wish = fc.record({
  user: fc.integer({ min: 0, max: USERS - 1 }),
  type: fc.option(fc.integer({ min: 0, max: 2 }), { nil: undefined }),
  quantity: fc.integer({ min: 1, max: 5 }),
  key: fc.option(fc.integer({ min: 0, max: 4 }), { nil: undefined }),
})
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('batch' as const),
      // At most one request of a user in a batch, as the batcher promises.
      wishes: fc.uniqueArray(wish, { selector: (each) => each.user, minLength: 1, maxLength: 6 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('pause' as const), paused: fc.boolean() }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('grow' as const),
      by: fc.integer({ min: 1, max: 10 }),
    }),
  },
)
const sale = fc.record({
  typeCapacities: fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 2 }),
  /** The event may have less than its types together. */
  shared: fc.integer({ min: 0, max: 5 }),
  maxPerUser: fc.integer({ min: 1, max: 8 }),
  steps: fc.array(step, { minLength: 1, maxLength: 12 }),
})

/** What should happen, in plain code. */
class Model {
  readonly #types: number[]
  readonly #maxPerUser: number
  readonly #bought = new Map<number, number>()
  readonly #keys = new Map<string, string>()
  left: number
  isPaused = false

  constructor(capacity: number, types: number[], maxPerUser: number) {
    this.left = capacity
    this.#types = [...types]
    this.#maxPerUser = maxPerUser
  }

  grow(by: number): void {
    this.left += by
    this.#types[0] = (this.#types[0] ?? 0) + by
  }

  decide(wish: Wish): string {
    const key = wish.key === undefined ? undefined : `${wish.user}/${wish.key}`
    const digest = JSON.stringify([wish.type, wish.quantity])
    const before = key === undefined ? undefined : this.#keys.get(key)
    if (before !== undefined) return before === digest ? 'replay' : 'key_reused'
    if (this.isPaused) return 'sales_paused'
    const type = wish.type ?? (this.#types.length === 1 ? 0 : undefined)
    if (type === undefined) return 'type_required'
    const ofType = this.#types[type]
    if (ofType === undefined) return 'type_unknown'
    const bought = this.#bought.get(wish.user) ?? 0
    if (bought + wish.quantity > this.#maxPerUser) return 'limit'
    if (wish.quantity > Math.min(this.left, ofType)) return 'sold_out'
    this.left -= wish.quantity
    this.#types[type] = ofType - wish.quantity
    this.#bought.set(wish.user, bought + wish.quantity)
    if (key !== undefined) this.#keys.set(key, digest)
    return 'placed'
  }
}

test('every batch gets the verdicts of the model', async () => {
  await using database = await createDatabase()
  await using db = new Database({
    connection: { connectionString: database.url },
    name: 'test',
    connectionsMax: 2,
  })
  let nextId = 1
  await fc.assert(
    fc.asyncProperty(sale, async ({ typeCapacities, shared, maxPerUser, steps }) => {
      const sum = typeCapacities.reduce((total, capacity) => total + capacity, 0)
      const capacity = Math.max(1, sum - shared)
      const { eventId, ticketTypeIds } = await createSale(db, {
        capacity,
        maxPerUser,
        types: typeCapacities.map((each, n) => ({ name: `T${n}`, price: 0, capacity: each })),
      })
      const users = await db.query<{ id: number }>(
        `insert into users (name, email, password_hash)
           select 'U', gen_random_uuid() || '@shop.example', '' from generate_series(1, $1) returning id`,
        [USERS],
      )
      const model = new Model(capacity, typeCapacities, maxPerUser)
      for (const each of steps) {
        if (each.kind === 'pause') {
          model.isPaused = each.paused
          await db.query('update events set sales_paused = $2 where id = $1', [
            eventId,
            each.paused,
          ])
        } else if (each.kind === 'grow') {
          model.grow(each.by)
          await db.query('update event_inventory set capacity = capacity + $2 where event_id = $1', [eventId, each.by]) // prettier-ignore
          await db.query('update inventory set capacity = capacity + $2 where ticket_type_id = $1', [ticketTypeIds[0], each.by]) // prettier-ignore
        } else {
          const expected = each.wishes.map((one) => model.decide(one))
          const result = await placeOrders(
            db,
            eventId,
            each.wishes.map((one) => {
              const ticketIds = Array.from({ length: one.quantity }, () => (nextId += 1))
              return {
                orderId: (nextId += 1),
                userId: users[one.user]?.id as number,
                ticketTypeId: one.type === undefined ? undefined : (ticketTypeIds[one.type] ?? 999_999_999),
                quantity: one.quantity,
                isHold: false,
                paymentMethod: 'pm_card_visa',
                idempotencyKey: one.key === undefined ? undefined : `${eventId}-${one.key}`,
                digest: one.key === undefined ? undefined : Buffer.from(JSON.stringify([one.type, one.quantity])),
                ticketIds,
                ticketCodes: ticketIds.map(() => createTicketCode(Date.now())),
              }
            }), // prettier-ignore
          )
          const actual = each.wishes.map(() => 'placed')
          for (const refusal of result.refusals) actual[refusal.place] = refusal.why
          assert.deepEqual(actual, expected)
          assert.equal(result.stock?.remaining, model.left)
        }
      }
      const books = await readBooks(db, eventId)
      assert.equal(books.capacity - books.sold, model.left)
      assert.equal(books.tickets, books.sold)
      assert.equal(books.ordered, books.sold)
      assert.equal(books.soldByType, books.sold)
      assert.ok(books.mostPerUser <= maxPerUser, 'books.mostPerUser <= maxPerUser')
    }),
    { numRuns: RUNS, seed: testSeed() },
  )
})
