/** Whatever is asked of the payment simulator in whatever order, its books stay possible. */
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import fc from 'fast-check'
import Stripe from 'stripe'
import {
  CARD_INTENT,
  type BooksOfSimulator,
  readSimulatorBooks,
  startTestSimulator,
} from '../support/payment-simulator.ts'
import { testSeed } from '../support/random.ts'

const RUNS = 60
const INTENTS = 3
const METHODS = [
  'pm_card_visa',
  'pm_card_mastercard',
  'pm_card_chargeDeclined',
  'pm_card_authenticationRequired',
  'pm_card_none',
]

const intent = fc.integer({ min: 0, max: INTENTS - 1 })
const key = fc.option(fc.integer({ min: 0, max: 3 }), { nil: undefined })
const step = fc.oneof(
  fc.record({
    kind: fc.constant('confirm' as const),
    intent,
    key,
    method: fc.constantFrom(...METHODS),
  }),
  fc.record({
    kind: fc.constant('authenticate' as const),
    intent,
    result: fc.constantFrom('complete', 'fail'),
  }),
  fc.record({ kind: fc.constant('cancel' as const), intent }),
  fc.record({
    kind: fc.constant('refund' as const),
    intent,
    key,
    amount: fc.option(fc.integer({ min: 1, max: 9_000 }), { nil: undefined }),
  }),
)
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never

const simulator = await startTestSimulator()
const { stripe, url } = simulator
after(async () => {
  await simulator[Symbol.asyncDispose]()
})
let runs = 0

async function take(step: Step, intents: readonly Stripe.PaymentIntent[]): Promise<void> {
  const { id, client_secret: secret } = intents[step.intent] as Stripe.PaymentIntent
  const keyed = (key: number | undefined) =>
    key === undefined ? {} : { idempotencyKey: `run-${runs}-${key}` }
  try {
    switch (step.kind) {
      case 'confirm':
        await stripe.paymentIntents.confirm(id, { payment_method: step.method }, keyed(step.key))
        return
      case 'authenticate':
        await fetch(`${url}/authenticate/${secret}`, {
          method: 'POST',
          body: new URLSearchParams({ result: step.result }),
        })
        return
      case 'cancel':
        await stripe.paymentIntents.cancel(id)
        return
      case 'refund':
        await stripe.refunds.create(
          { payment_intent: id, ...(step.amount === undefined ? {} : { amount: step.amount }) },
          keyed(step.key),
        )
        return
    }
  } catch (error) {
    const isRefused =
      error instanceof Stripe.errors.StripeError && error.statusCode !== undefined && error.statusCode < 500 // prettier-ignore
    if (!isRefused) throw error
  }
}

function check(id: string, status: string, books: BooksOfSimulator): void {
  const captures = books.captures.filter((capture) => capture.payment_intent === id)
  assert.ok(captures.length <= 1, `${captures.length} captures of ${id}`)
  assert.equal(captures.length === 1, status === 'succeeded', `${id} is ${status}`)
  const captured = captures[0]?.amount ?? 0
  const refunded = books.refunds
    .filter((refund) => refund.payment_intent === id && refund.status !== 'failed')
    .reduce((sum, refund) => sum + refund.amount, 0)
  assert.equal(captures[0]?.amount_refunded ?? 0, refunded)
  assert.ok(refunded <= captured, `${refunded} of ${captured} refunded`)
}

test('an intent is captured at most once and never refunded beyond that', async () => {
  const seen = new Set<string>()
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(step, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 8 }),
      async (rounds) => {
        runs++
        const intents = await Promise.all(
          Array.from({ length: INTENTS }, async () => await stripe.paymentIntents.create(CARD_INTENT)), // prettier-ignore
        )
        for (const steps of rounds) {
          // The steps of a round are on their way at once.
          await Promise.all(steps.map(async (each) => await take(each, intents)))
          const books = await readSimulatorBooks(url)
          for (const { id } of intents) {
            const { status } = await stripe.paymentIntents.retrieve(id)
            seen.add(status)
            check(id, status, books)
          }
        }
      },
    ),
    { seed: testSeed(), numRuns: RUNS },
  )
  // The steps led somewhere.
  for (const status of ['succeeded', 'canceled', 'requires_action', 'requires_payment_method']) {
    assert.ok(seen.has(status), `no intent was ever ${status}`)
  }
  const { refunds } = await readSimulatorBooks(url)
  assert.ok(refunds.length > 0, 'nothing was ever refunded')
})
