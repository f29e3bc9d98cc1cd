/** The payment simulator does what is asked under one key once. */
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import Stripe from 'stripe'
import {
  CARD_INTENT,
  SECRET_KEY,
  readSimulatorBooks,
  refusalOf,
  startTestSimulator,
} from '../support/payment-simulator.ts'

const simulator = await startTestSimulator()
const { stripe, url } = simulator
after(async () => {
  await simulator[Symbol.asyncDispose]()
})

const create = async (idempotencyKey: string, order = CARD_INTENT) =>
  await stripe.paymentIntents.create(order, { idempotencyKey })
const confirm = async (id: string, idempotencyKey: string, method = 'pm_card_visa') =>
  await stripe.paymentIntents.confirm(id, { payment_method: method }, { idempotencyKey })
const capturesOf = async (id: string) =>
  (await readSimulatorBooks(url)).captures.filter((capture) => capture.payment_intent === id)

test('the same key and parameters get the first answer, and say so', async () => {
  const first = await create('same')
  const second = await create('same')
  assert.deepEqual({ ...second }, { ...first })
  const { headers } = second.lastResponse as unknown as { headers: Record<string, string> }
  assert.equal(headers['idempotent-replayed'], 'true')
  assert.equal(headers['original-request'], first.lastResponse.requestId)
  assert.equal(headers['idempotency-key'], 'same')
  assert.notEqual(second.lastResponse.requestId, first.lastResponse.requestId)
})

test('the first answer is kept as it was, whatever happened since', async () => {
  const { id } = await create('kept')
  const first = await confirm(id, 'kept-1')
  await stripe.refunds.create({ payment_intent: id }, { idempotencyKey: 'kept-refund' })
  assert.equal((await create('kept')).status, 'requires_payment_method')
  assert.deepEqual({ ...(await confirm(id, 'kept-1')) }, { ...first })
})

test('the same key with other parameters, or for something else, is refused', async () => {
  const { id } = await create('other')
  for (const call of [
    create('other', { ...CARD_INTENT, amount: 9_900 }),
    confirm(id, 'other'),
    stripe.refunds.create({ payment_intent: id }, { idempotencyKey: 'other' }),
  ]) {
    const error = await refusalOf(call)
    assert.ok(error instanceof Stripe.errors.StripeIdempotencyError, error.type)
    assert.equal(error.statusCode, 400)
    assert.equal(error.rawType, 'idempotency_error')
  }
})

test('the order of parameters does not matter', async () => {
  const post = async (body: string) => {
    const answer = await fetch(`${url}/v1/payment_intents`, {
      method: 'POST',
      headers: { authorization: `Bearer ${SECRET_KEY}`, 'idempotency-key': 'order' },
      body,
    })
    return ((await answer.json()) as { id: string }).id
  }
  assert.equal(await post('amount=500&currency=eur'), await post('currency=eur&amount=500'))
})

test('thirty requests at once under one key are one capture', async () => {
  const { id } = await create('thirty')
  const answers = await Promise.allSettled(
    Array.from({ length: 30 }, async () => await confirm(id, 'thirty-1')),
  )
  const kinds = new Set<string>()
  for (const answer of answers) {
    if (answer.status === 'fulfilled') {
      kinds.add('answered')
      assert.equal(answer.value.status, 'succeeded')
    } else {
      const error = answer.reason as Stripe.errors.StripeError
      kinds.add('conflict')
      assert.equal(error.statusCode, 409)
      assert.equal(error.code, 'idempotency_key_in_use')
    }
  }
  assert.deepEqual([...kinds].sort(), ['answered', 'conflict'])
  assert.equal((await capturesOf(id)).length, 1)
})

test('thirty requests at once that are sent again after a conflict all get the one answer', async () => {
  const { id } = await create('retried')
  const answers = await Promise.all(
    Array.from(
      { length: 30 },
      async () =>
        await stripe.paymentIntents.confirm(
          id,
          { payment_method: 'pm_card_visa' },
          { idempotencyKey: 'retried-1', maxNetworkRetries: 5 },
        ),
    ),
  )
  assert.equal(new Set(answers.map((answer) => answer.latest_charge)).size, 1)
  assert.equal((await capturesOf(id)).length, 1)
})

test('thirty requests at once under keys of their own are one capture too', async () => {
  const { id } = await create('keys')
  const answers = await Promise.allSettled(
    Array.from({ length: 30 }, async (_, n) => await confirm(id, `keys-${n}`)),
  )
  assert.equal(answers.filter(({ status }) => status === 'fulfilled').length, 1)
  assert.equal((await capturesOf(id)).length, 1)
})

test('a decline is kept under its key', async () => {
  const { id } = await create('declined')
  const first = await refusalOf(confirm(id, 'declined-1', 'pm_card_chargeDeclined'))
  const second = await refusalOf(confirm(id, 'declined-1', 'pm_card_chargeDeclined'))
  assert.equal(second.charge, first.charge)
  assert.equal(second.headers?.['idempotent-replayed'], 'true')
  assert.equal((await confirm(id, 'declined-2')).status, 'succeeded')
})

test('a request that is refused before anything was done leaves its key free', async () => {
  await refusalOf(create('free', { ...CARD_INTENT, amount: 1 }))
  assert.equal((await create('free')).amount, CARD_INTENT.amount)
  const { id } = await create('free-2')
  await refusalOf(confirm(id, 'free-3', 'pm_card_none'))
  assert.equal((await confirm(id, 'free-3')).status, 'succeeded')
})

test('a key is at most 255 characters long', async () => {
  assert.equal((await create('k'.repeat(255))).amount, CARD_INTENT.amount)
  assert.equal((await refusalOf(create('k'.repeat(256)))).rawType, 'idempotency_error')
})

test('a refund under one key moves money once', async () => {
  const { id } = await create('refund')
  await confirm(id, 'refund-1')
  const refund = async () =>
    await stripe.refunds.create(
      { payment_intent: id, amount: 1_000 },
      { idempotencyKey: 'refund-2', maxNetworkRetries: 5 },
    )
  const [first, second] = await Promise.all([refund(), refund()])
  assert.equal(second.id, first.id)
  assert.equal((await capturesOf(id))[0]?.amount_refunded, 1_000)
})
