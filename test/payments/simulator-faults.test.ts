/** Every kind of trouble that the payment simulator makes on demand, as the official client sees it. */
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { networkInterfaces, tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, beforeEach, test } from 'node:test'
import { pino } from 'pino'
import Stripe from 'stripe'
import { startPaymentSimulator } from '../../src/services/payment-simulator/service.ts'
import {
  CARD_INTENT,
  endTrouble,
  makeTrouble,
  readSimulatorBooks,
  refusalOf,
  startTestSimulator,
  stripeAt,
} from '../support/payment-simulator.ts'
import { until } from '../support/until.ts'
import { openWebhookSink } from '../support/webhook-sink.ts'

/** Much longer than a test waits: who gets an answer did not wait for it. */
const LONG_SECONDS = 600
const TIMEOUT_MS = 400

const sink = await openWebhookSink()
const simulator = await startTestSimulator({ webhookUrl: sink.url })
const { stripe, url } = simulator
after(async () => {
  await simulator[Symbol.asyncDispose]()
  await sink[Symbol.asyncDispose]()
})
beforeEach(async () => {
  await endTrouble(url)
  await until('quiet', async () => {
    const answer = await fetch(`${url}/control/webhooks`)
    const { webhooks } = (await answer.json()) as { webhooks: { status: string }[] }
    return webhooks.every(({ status }) => status !== 'pending')
  })
  sink.calls.length = 0
})

const CONFIRM = { operations: ['confirm'] }

const createOrder = async (orderId = '7') =>
  await stripe.paymentIntents.create({ ...CARD_INTENT, metadata: { order_id: orderId } })
const confirm = async (id: string, options: Stripe.RequestOptions = {}) =>
  await stripe.paymentIntents.confirm(id, { payment_method: 'pm_card_visa' }, options)
const statusOf = async (id: string) => (await stripe.paymentIntents.retrieve(id)).status
const capturesOf = async (id: string) =>
  (await readSimulatorBooks(url)).captures.filter((capture) => capture.payment_intent === id).length

interface ListedRule {
  kind: string
  hits: number
}
async function listRules(): Promise<ListedRule[]> {
  return ((await (await fetch(`${url}/control/faults`)).json()) as { rules: ListedRule[] }).rules
}

test('an answer that is late is not waited for, though the money is taken', async () => {
  const { id } = await createOrder()
  await makeTrouble(url, { kind: 'latency_after', seconds: LONG_SECONDS, count: 1, ...CONFIRM })
  const options = { idempotencyKey: 'late', timeout: TIMEOUT_MS }
  const error = await refusalOf(confirm(id, options))
  assert.ok(error instanceof Stripe.errors.StripeConnectionError, error.type)
  assert.equal(await statusOf(id), 'succeeded')
  assert.equal((await confirm(id, { idempotencyKey: 'late' })).status, 'succeeded')
  assert.equal(await capturesOf(id), 1)
})

test('a request that is slow on its way has done nothing when its client gives up', async () => {
  const { id } = await createOrder()
  await makeTrouble(url, { kind: 'latency_before', seconds: LONG_SECONDS, count: 1, ...CONFIRM })
  await refusalOf(confirm(id, { timeout: TIMEOUT_MS }))
  assert.equal(await statusOf(id), 'requires_payment_method')
})

test('a slow request that arrives after all does what it asks', async () => {
  const { id } = await createOrder()
  await makeTrouble(url, { kind: 'latency_before', seconds: 1, count: 1, ...CONFIRM })
  await refusalOf(confirm(id, { timeout: TIMEOUT_MS }))
  await until('captured', async () => (await statusOf(id)) === 'succeeded')
})

test('a failure before the work is gone at the next try', async () => {
  const { id } = await createOrder()
  await makeTrouble(url, { kind: 'error_before', count: 1, ...CONFIRM })
  const options = { idempotencyKey: 'error-before' }
  const error = await refusalOf(confirm(id, options))
  assert.ok(error instanceof Stripe.errors.StripeAPIError, error.type)
  assert.equal(error.statusCode, 500)
  assert.equal(await statusOf(id), 'requires_payment_method')
  assert.equal((await confirm(id, options)).status, 'succeeded')
})

test('a failure after the work is kept under the key, as at Stripe: only asking tells', async () => {
  const { id } = await createOrder()
  await makeTrouble(url, { kind: 'error_after', count: 1, ...CONFIRM })
  const options = { idempotencyKey: 'error-after' }
  assert.equal((await refusalOf(confirm(id, options))).statusCode, 500)
  const again = await refusalOf(confirm(id, { ...options, maxNetworkRetries: 2 }))
  assert.equal(again.statusCode, 500)
  assert.equal(again.headers?.['idempotent-replayed'], 'true')
  assert.equal(await statusOf(id), 'succeeded')
  assert.equal(await capturesOf(id), 1)
})

test('a rate limit is one to the client', async () => {
  await makeTrouble(url, { kind: 'rate_limit', count: 1 })
  const error = await refusalOf(createOrder())
  assert.ok(error instanceof Stripe.errors.StripeRateLimitError, error.type)
  assert.equal(error.code, 'rate_limit')
})

test('a connection that breaks before the work breaks the one retry of the client too', async () => {
  const { id } = await createOrder()
  await makeTrouble(url, { kind: 'reset_before', count: 2, ...CONFIRM })
  const error = await refusalOf(confirm(id))
  assert.ok(error instanceof Stripe.errors.StripeConnectionError, error.type)
  assert.equal(await statusOf(id), 'requires_payment_method')
  assert.deepEqual((await listRules()).map(({ hits }) => hits), [2]) // prettier-ignore
})

test('a connection that breaks after the work leaves it done once, and the client’s retry gets it', async () => {
  const { id } = await createOrder()
  await makeTrouble(url, { kind: 'reset_after', count: 1, ...CONFIRM })
  const confirmed = await confirm(id)
  assert.equal(confirmed.status, 'succeeded')
  const { headers } = confirmed.lastResponse as unknown as { headers: Record<string, string> }
  assert.equal(headers['idempotent-replayed'], 'true')
  assert.equal(await capturesOf(id), 1)

  const other = await createOrder()
  await makeTrouble(url, { kind: 'reset_after', ...CONFIRM })
  const error = await refusalOf(confirm(other.id))
  assert.ok(error instanceof Stripe.errors.StripeConnectionError, error.type)
  assert.equal(await statusOf(other.id), 'succeeded')
  assert.equal(await capturesOf(other.id), 1)
})

test('a body that drips arrives whole', async () => {
  await makeTrouble(url, { kind: 'drip', seconds: 0.2, count: 1 })
  assert.equal((await createOrder()).amount, CARD_INTENT.amount)
  assert.deepEqual((await listRules()).map(({ hits }) => hits), [1]) // prettier-ignore
})

test('trouble is for some orders, payment methods and operations only', async () => {
  await makeTrouble(
    url,
    { kind: 'error_before', order_ids: ['13'] },
    { kind: 'error_before', payment_methods: ['pm_card_mastercard'] },
    { kind: 'error_before', operations: ['refund'] },
  )
  assert.equal((await refusalOf(createOrder('13'))).statusCode, 500)
  const { id } = await createOrder('14')
  const mastercard = stripe.paymentIntents.confirm(id, { payment_method: 'pm_card_mastercard' })
  assert.equal((await refusalOf(mastercard)).statusCode, 500)
  assert.equal((await confirm(id)).status, 'succeeded')
  assert.equal((await refusalOf(stripe.refunds.create({ payment_intent: id }))).statusCode, 500)
  await endTrouble(url)
  assert.equal((await stripe.refunds.create({ payment_intent: id })).status, 'succeeded')
})

test('the same seed makes the same trouble', async () => {
  const luckOf = async (seed: number) => {
    await using other = await startTestSimulator({ seed })
    await makeTrouble(other.url, { kind: 'error_before', probability: 0.5 })
    const luck: boolean[] = []
    for (let i = 0; i < 40; i++) {
      luck.push(await other.stripe.paymentIntents.create(CARD_INTENT).then(() => true, () => false)) // prettier-ignore
    }
    return luck.join()
  }
  const first = await luckOf(1)
  assert.ok(first.includes('true') && first.includes('false'), first)
  assert.equal(await luckOf(1), first)
  assert.notEqual(await luckOf(2), first)
})

test('a webhook that is lost does not come, until it is asked for', async () => {
  await makeTrouble(url, { kind: 'webhook_lost', order_ids: ['lost'] })
  const { id } = await createOrder('lost')
  await confirm(id)
  await confirm((await createOrder()).id)
  await until('the other', () => sink.calls.length === 1)
  const answer = await fetch(`${url}/control/payment_intents/${id}`)
  const { webhooks } = (await answer.json()) as { webhooks: { id: string; status: string }[] }
  assert.deepEqual(webhooks.map(({ status }) => status), ['lost']) // prettier-ignore
  await fetch(`${url}/control/webhooks/${webhooks[0]?.id}/send`, { method: 'POST' })
  assert.equal(sink.calls[1]?.event?.id, webhooks[0]?.id)
})

test('a webhook that is doubled comes so many times', async () => {
  await makeTrouble(url, { kind: 'webhook_duplicate', copies: 3 })
  await confirm((await createOrder()).id)
  await until('three', () => sink.calls.length === 3)
  assert.equal(new Set(sink.calls.map(({ event }) => event?.id)).size, 1)
})

test('a webhook that is delayed comes after later ones', async () => {
  await makeTrouble(url, { kind: 'webhook_delay', seconds: 1, event_types: ['payment_intent.succeeded'] }) // prettier-ignore
  const { id } = await createOrder()
  await confirm(id)
  await stripe.refunds.create({ payment_intent: id })
  await until('both', () => sink.calls.length === 2)
  assert.deepEqual(sink.calls.map(({ type }) => type), ['charge.refunded', 'payment_intent.succeeded']) // prettier-ignore
})

test('a webhook that is put out of order comes behind the next', async () => {
  await makeTrouble(url, { kind: 'webhook_reorder', seconds: LONG_SECONDS, count: 1 })
  const { id } = await createOrder()
  await confirm(id)
  await stripe.refunds.create({ payment_intent: id })
  await until('both', () => sink.calls.length === 2)
  assert.deepEqual(sink.calls.map(({ type }) => type), ['charge.refunded', 'payment_intent.succeeded']) // prettier-ignore
})

test('a webhook with a wrong signature is refused by the official client, and comes again with a right one', async () => {
  await makeTrouble(url, { kind: 'webhook_bad_signature', count: 1 })
  await confirm((await createOrder()).id)
  await until('both', () => sink.calls.length === 2)
  assert.deepEqual(sink.calls.map(({ event }) => event?.type), [undefined, 'payment_intent.succeeded']) // prettier-ignore
})

test('rules that mean nothing are refused', async () => {
  for (const rule of [
    { kind: 'earthquake' },
    { kind: 'drip', probability: 2 },
    { kind: 'drip', orders: ['1'] },
    {},
  ]) {
    await assert.rejects(makeTrouble(url, rule), JSON.stringify(rule))
  }
  const answer = await fetch(`${url}/control/faults`, { method: 'POST', body: 'no JSON' })
  assert.equal(answer.status, 400)
  assert.deepEqual(await listRules(), [])
})

test('the control API is not for pages in a browser, nor for other machines', async (t) => {
  const headers = { origin: 'https://elsewhere.example' }
  assert.equal((await fetch(`${url}/control/ledger`, { headers })).status, 403)
  const outside = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .find(({ internal, family }) => !internal && family === 'IPv4')
  if (outside === undefined) {
    t.diagnostic('this machine has no address but the loopback')
    return
  }
  await using other = await startPaymentSimulator({
    folder: `${simulator.folder}/other`,
    host: '0.0.0.0',
    port: 0,
    secretKey: 'sk_test_other',
    webhook: { secret: 'whsec_other', url: () => undefined },
    logger: pino({ level: 'silent' }),
  })
  const { port } = new URL(other.url)
  assert.equal((await fetch(`${other.url}/control/ledger`)).status, 200)
  assert.equal((await fetch(`http://${outside.address}:${port}/control/ledger`)).status, 403)
})

test('a simulator that is stopped lets go of who still waits, and does nothing for them', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'payment-simulator-'))
  t.after(async () => {
    await rm(folder, { recursive: true, force: true })
  })
  const other = await startTestSimulator({ folder })
  await makeTrouble(other.url, { kind: 'latency_before', seconds: LONG_SECONDS })
  const waiting = refusalOf(
    stripeAt(other.url).paymentIntents.create({
      ...CARD_INTENT,
      payment_method: 'pm_card_visa',
      confirm: true,
    }),
  )
  const hits = async () => {
    const answer = await fetch(`${other.url}/control/faults`)
    return ((await answer.json()) as { rules: ListedRule[] }).rules[0]?.hits
  }
  await until('it waits', async () => (await hits()) === 1)
  await other[Symbol.asyncDispose]()
  assert.ok((await waiting) instanceof Stripe.errors.StripeConnectionError, 'the connection ended')
  await using again = await startTestSimulator({ folder })
  assert.deepEqual((await readSimulatorBooks(again.url)).captures, [])
})
