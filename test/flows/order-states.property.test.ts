/**
 * A real shop against the table of an order's states: after every step of a sale the orders, their
 * payments, the stock, the tickets, the ledger and the provider's books are what the table predicts.
 */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import fc from 'fast-check'
import { TRANSITIONS, type Transition } from '../../src/services/ticketing/order-state.ts'
import { createFakeProvider } from '../order-states/fake-provider.ts'
import { SaleDriver, type SaleRig } from '../order-states/sale-driver.ts'
import type { Step } from '../order-states/step.ts'
import { STORIES } from '../order-states/stories.ts'
import { type TestApp, startApp } from '../support/app.ts'
import { testSeed } from '../support/random.ts'
import { createBuyers } from '../support/sale.ts'

const RUNS = 15
const STEPS_MAX = 24
const USERS = 3

let app: TestApp
let rig: SaleRig

before(async () => {
  const provider = createFakeProvider()
  app = await startApp({ provider })
  const users = await createBuyers(app.db, app.dataDir, USERS)
  const [admin] = await createBuyers(app.db, app.dataDir, 1, 'admin')
  assert.ok(admin, 'admin')
  rig = { app, provider, users, admin }
})
after(async () => {
  rig.provider.letAllGo()
  await app[Symbol.asyncDispose]()
})

const LATE = ['pm_late_answer', 'pm_late_request', 'pm_late_decline'] as const
const order = fc.nat(5)
const tickets = {
  user: fc.nat(USERS - 1),
  type: fc.oneof(
    { weight: 4, arbitrary: fc.constant(0 as const) },
    { weight: 1, arbitrary: fc.constant(1 as const) },
  ),
  quantity: fc.integer({ min: 1, max: 3 }),
}
const method = fc.oneof(
  { weight: 4, arbitrary: fc.constant('pm_ok' as const) },
  { weight: 4, arbitrary: fc.constantFrom('pm_declined' as const, 'pm_action' as const) },
  { weight: 2, arbitrary: fc.constantFrom(...LATE) },
)
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant('hold' as const), ...tickets }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('buy' as const), ...tickets, method }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('pay' as const), order, method }) },
  {
    weight: 9,
    arbitrary: fc.record({
      do: fc.constantFrom(
        ...(['let go', 'give back', 'expire', 'recover', 'refund all', 'refund one'] as const),
        ...(['capture late', 'tell again'] as const),
      ),
      order,
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('authenticate' as const), order, succeeds: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('cancel event' as const) }) },
) // prettier-ignore

// Each is a sale of its own, and mostly waits for what the shop looks after once a second.
test('stories of all transitions end as the table says', { concurrency: true }, async (t) => {
  const seen = new Set<Transition>()
  await Promise.all(
    Object.entries(STORIES).map(async ([name, steps]) => {
      await t.test(name, async () => {
        const driver = await SaleDriver.open(rig, seen)
        for (const each of steps) await driver.take(each)
      })
    }),
  )
  assert.deepEqual(
    TRANSITIONS.filter((each) => !seen.has(each)),
    [],
    'every transition of the table happened',
  )
})

test('random sales go as the table says', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 8, maxLength: STEPS_MAX }), async (steps) => {
      const driver = await SaleDriver.open(rig, new Set())
      for (const each of steps) await driver.take(each)
    }),
    { numRuns: RUNS, seed: testSeed(), endOnFailure: true },
  )
})
