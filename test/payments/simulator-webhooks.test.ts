/** The payment simulator tells the shop what happened: signed, until it is taken, and over restarts. */
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import {
  CARD_INTENT,
  type TestSimulator,
  refusalOf,
  startSimulatorProcess,
  startTestSimulator,
  stripeAt,
} from '../support/payment-simulator.ts'
import { until } from '../support/until.ts'
import { type WebhookSink, openWebhookSink } from '../support/webhook-sink.ts'

interface Rig {
  simulator: TestSimulator
  sink: WebhookSink
}

async function startRig(t: TestContext): Promise<Rig> {
  const sink = await openWebhookSink()
  const simulator = await startTestSimulator({ webhookUrl: sink.url })
  t.after(async () => {
    await simulator[Symbol.asyncDispose]()
    await sink[Symbol.asyncDispose]()
  })
  return { simulator, sink }
}

const pay = async ({ stripe }: { stripe: TestSimulator['stripe'] }, method = 'pm_card_visa') =>
  await stripe.paymentIntents.create({ ...CARD_INTENT, payment_method: method, confirm: true })

const taken = (sink: WebhookSink) =>
  sink.calls.filter(({ answered }) => answered === 200).map(({ type }) => type)

interface WebhookRow {
  id: string
  type: string
  status: string
  payment_intent: string
}

async function webhooksOf(url: string): Promise<WebhookRow[]> {
  const answer = await fetch(`${url}/control/webhooks`)
  return ((await answer.json()) as { webhooks: WebhookRow[] }).webhooks
}

test('everything that happens to a payment is told, with the payment as it was then', async (t) => {
  const { simulator, sink } = await startRig(t)
  const { stripe } = simulator
  const paid = await pay(simulator)
  await until('one webhook', () => sink.calls.length === 1)
  const event = sink.calls[0]?.event
  assert.ok(event !== undefined, 'the signature is right')
  assert.match(event.id, /^evt_\w{24}$/)
  assert.equal(event.object, 'event')
  assert.equal(event.livemode, false)
  assert.equal(event.type, 'payment_intent.succeeded')
  assert.deepEqual(event.data.object, { ...paid })
  assert.equal(event.request?.id, paid.lastResponse.requestId)

  await stripe.refunds.create({ payment_intent: paid.id, amount: 500 })
  await refusalOf(pay(simulator, 'pm_card_chargeDeclined'))
  const asked = await pay(simulator, 'pm_card_authenticationRequired')
  await stripe.paymentIntents.cancel(asked.id)
  const expected = [
    'charge.refunded',
    'payment_intent.canceled',
    'payment_intent.payment_failed',
    'payment_intent.requires_action',
    'payment_intent.succeeded',
  ]
  await until('five webhooks', () => sink.calls.length === 5)
  assert.deepEqual(taken(sink).sort(), expected)
  const refunded = sink.calls.find(({ type }) => type === 'charge.refunded')?.event
  assert.equal((refunded?.data.object as { amount_refunded: number }).amount_refunded, 500)
})

test('a refund that turns out otherwise is told', async (t) => {
  const { simulator, sink } = await startRig(t)
  const { id } = await pay(simulator, 'pm_card_refundFail')
  await simulator.stripe.refunds.create({ payment_intent: id })
  await until('the failure', () => taken(sink).includes('refund.failed'))
  const pending = await pay(simulator, 'pm_card_pendingRefund')
  const refund = await simulator.stripe.refunds.create({ payment_intent: pending.id })
  const isOfRefund = ({ event }: WebhookSink['calls'][number]) =>
    event?.type === 'refund.updated' && event.data.object.id === refund.id
  await until('the success', () => sink.calls.some(isOfRefund))
})

test('what is not taken is sent again until it is, and then no more', async (t) => {
  const { simulator, sink } = await startRig(t)
  sink.answer(500)
  await pay(simulator)
  await until('three tries', () => sink.calls.length >= 3)
  const times = new Set(sink.calls.map(({ event }) => event?.id))
  assert.equal(times.size, 1)
  sink.answer(204)
  await until('it is taken', async () => (await webhooksOf(simulator.url))[0]?.status === 'delivered') // prettier-ignore
  const count = sink.calls.length
  // Whatever else came would have come before the next one, which is not delayed.
  await pay(simulator)
  await until('the next', () => sink.calls.length > count)
  assert.equal(sink.calls.filter(({ answered }) => answered === 204).length, 2)
})

test('a rush of webhooks shares a few connections', async (t) => {
  const { simulator, sink } = await startRig(t)
  await Promise.all(Array.from({ length: 60 }, async () => await pay(simulator)))
  await until('all', () => sink.calls.length === 60)
  assert.equal(new Set(sink.calls.map(({ event }) => event?.id)).size, 60)
  assert.ok(sink.connections() <= 4, `${sink.connections()} connections`)
})

test('one is sent again on demand', async (t) => {
  const { simulator, sink } = await startRig(t)
  await pay(simulator)
  await until('one', () => sink.calls.length === 1)
  const [row] = await webhooksOf(simulator.url)
  const answer = await fetch(`${simulator.url}/control/webhooks/${row?.id}/send`, {
    method: 'POST',
  })
  assert.deepEqual(await answer.json(), { answered: 200 })
  assert.equal(sink.calls.length, 2)
  assert.equal(sink.calls[1]?.event?.id, sink.calls[0]?.event?.id)
  const none = await fetch(`${simulator.url}/control/webhooks/evt_none/send`, { method: 'POST' })
  assert.equal(none.status, 404)
})

test('what was not taken before a crash is told after it, and what was taken is not', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'payment-simulator-'))
  t.after(async () => {
    await rm(folder, { recursive: true, force: true })
  })
  const sink = await openWebhookSink()
  t.after(async () => {
    await sink[Symbol.asyncDispose]()
  })
  await using first = await startSimulatorProcess({ folder, webhookUrl: sink.url })
  const stripe = stripeAt(first.url)
  const taken = await pay({ stripe })
  await until('it is taken', async () => (await webhooksOf(first.url))[0]?.status === 'delivered')
  sink.answer(503)
  const refused = await pay({ stripe })
  await until('a refusal', () => sink.calls.length > 1)
  // That the first was taken is on disk no later than this payment, which came after it.
  await pay({ stripe })
  await first.kill()

  sink.calls.length = 0
  sink.answer(200)
  await using second = await startSimulatorProcess({ folder, webhookUrl: sink.url })
  await until('both', () => sink.calls.length >= 2)
  const told = sink.calls.map(({ event }) => (event?.data.object as { id: string }).id)
  assert.ok(told.includes(refused.id), 'the one that was refused is told')
  assert.ok(!told.includes(taken.id), 'the one that was taken is not told again')
  assert.equal((await webhooksOf(second.url)).length, 3)
})
