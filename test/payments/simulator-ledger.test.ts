/** The payment simulator's books survive what its process does not. */
import assert from 'node:assert/strict'
import { appendFile, mkdtemp, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import Stripe from 'stripe'
import { StartupError } from '../../src/kernel/startup-error.ts'
import {
  CARD_INTENT,
  readSimulatorBooks,
  refusalOf,
  startSimulatorProcess,
  startTestSimulator,
  stripeAt,
} from '../support/payment-simulator.ts'
import { seededRandom, testSeed } from '../support/random.ts'
import { until } from '../support/until.ts'

const CLIENTS = 12
const KILLS = 3

async function newFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'payment-simulator-'))
  t.after(async () => {
    await rm(folder, { recursive: true, force: true })
  })
  return folder
}

const ledgerIn = (folder: string) => join(folder, 'ledger.jsonl')

/** A ledger with so many paid orders. */
async function fillLedger(folder: string, orders: number): Promise<void> {
  await using simulator = await startTestSimulator({ folder })
  for (let i = 0; i < orders; i++) {
    await simulator.stripe.paymentIntents.create(
      { ...CARD_INTENT, payment_method: 'pm_card_visa', confirm: true },
      { idempotencyKey: `order-${i}` },
    )
  }
}

test('a simulator that starts again knows all it knew: payments, refunds and answers', async (t) => {
  const folder = await newFolder(t)
  const before = await startTestSimulator({ folder })
  const paid = await before.stripe.paymentIntents.create(
    { ...CARD_INTENT, payment_method: 'pm_card_visa', confirm: true },
    { idempotencyKey: 'order-7' },
  )
  const refund = await before.stripe.refunds.create({ payment_intent: paid.id, amount: 50 })
  const booksBefore = await readSimulatorBooks(before.url)
  await before[Symbol.asyncDispose]()

  await using again = await startTestSimulator({ folder })
  assert.deepEqual(await readSimulatorBooks(again.url), booksBefore)
  assert.deepEqual({ ...(await again.stripe.refunds.retrieve(refund.id)) }, { ...refund })
  const replayed = await again.stripe.paymentIntents.create(
    { ...CARD_INTENT, payment_method: 'pm_card_visa', confirm: true },
    { idempotencyKey: 'order-7' },
  )
  assert.deepEqual({ ...replayed }, { ...paid })
})

test('a refund that was to fail later fails after a restart too', async (t) => {
  const folder = await newFolder(t)
  const before = await startTestSimulator({ folder })
  const { id } = await before.stripe.paymentIntents.create({
    ...CARD_INTENT,
    payment_method: 'pm_card_refundFail',
    confirm: true,
  })
  const refund = await before.stripe.refunds.create({ payment_intent: id })
  await before[Symbol.asyncDispose]()
  await using again = await startTestSimulator({ folder })
  await until('failed', async () => (await again.stripe.refunds.retrieve(refund.id)).status === 'failed') // prettier-ignore
})

test('what was answered before a kill is in the books, and nothing is captured twice', async (t) => {
  const folder = await newFolder(t)
  const random = seededRandom(testSeed())
  let simulator = await startSimulatorProcess({ folder })
  t.after(async () => {
    await simulator.kill()
  })
  const port = Number(new URL(simulator.url).port)
  const stripe = stripeAt(simulator.url)
  const answered = new Map<string, string>()
  let isOver = false
  let orders = 0

  /** As a shop does it: it asks again, under the same key, until it is told. */
  const insist = async <Answer>(call: () => Promise<Answer>): Promise<Answer> => {
    for (;;) {
      try {
        return await call()
      } catch (error) {
        const isUnknown =
          error instanceof Stripe.errors.StripeConnectionError ||
          (error instanceof Stripe.errors.StripeError && error.statusCode === 409)
        if (!isUnknown) throw error
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
    }
  }
  const client = async () => {
    while (!isOver) {
      const order = String(orders++)
      const { id } = await insist(
        async () =>
          await stripe.paymentIntents.create(
            { ...CARD_INTENT, metadata: { order_id: order } },
            { idempotencyKey: `order-${order}` },
          ),
      )
      const { latest_charge: charge } = await insist(
        async () =>
          await stripe.paymentIntents.confirm(
            id,
            { payment_method: 'pm_card_visa' },
            { idempotencyKey: `order-${order}-1` },
          ),
      )
      answered.set(order, String(charge))
    }
  }
  const clients = Promise.all(Array.from({ length: CLIENTS }, client))
  for (let kill = 0; kill < KILLS; kill++) {
    const soFar = answered.size
    await until('traffic', () => answered.size > soFar + 20 + random() * 60)
    await simulator.kill()
    simulator = await startSimulatorProcess({ folder, port })
  }
  isOver = true
  await clients

  const { captures } = await readSimulatorBooks(simulator.url)
  assert.equal(captures.length, new Set(captures.map((capture) => capture.order_id)).size)
  const booked = new Map(captures.map((capture) => [capture.order_id, capture.charge]))
  for (const [order, charge] of answered) assert.equal(booked.get(order), charge, `order ${order}`)
})

test('when the disk takes no more, nothing more is answered, and what was answered is there', async (t) => {
  const folder = await newFolder(t)
  // In blocks of 512 bytes: room for some hundred payments.
  const limited = ['sh', '-c', 'ulimit -f 1000; exec "$0" "$@"']
  await using full = await startSimulatorProcess({ folder }, limited)
  const stripe = stripeAt(full.url)
  const answered: string[] = []
  const pay = async () =>
    await stripe.paymentIntents.create({
      ...CARD_INTENT,
      payment_method: 'pm_card_visa',
      confirm: true,
    })
  const client = async (): Promise<Stripe.errors.StripeError> => {
    for (;;) {
      const result = await pay().catch((error: unknown) => error)
      if (result instanceof Stripe.errors.StripeError) return result
      answered.push((result as Stripe.PaymentIntent).id)
    }
  }
  for (const error of await Promise.all(Array.from({ length: CLIENTS }, client))) {
    assert.equal(error.statusCode, 500)
  }
  // What it remembers and the disk does not is not shown either.
  const read = stripe.paymentIntents.retrieve(answered[0] as string)
  assert.equal((await refusalOf(read)).statusCode, 500)
  assert.equal((await fetch(`${full.url}/control/ledger`)).status, 500)
  await full.kill()

  await using again = await startTestSimulator({ folder })
  const booked = new Set((await readSimulatorBooks(again.url)).captures.map((each) => each.payment_intent)) // prettier-ignore
  assert.ok(answered.length > 50, `${answered.length} answered`)
  for (const id of answered) assert.ok(booked.has(id), id)
})

test('a last line that a crash tore is cut off, wherever it tore', async (t) => {
  const folder = await newFolder(t)
  await fillLedger(folder, 3)
  const whole = await readFile(ledgerIn(folder))
  const lastLine = whole.subarray(whole.lastIndexOf(10, whole.length - 2) + 1)
  for (const kept of [1, Math.floor(lastLine.length / 2), lastLine.length - 1]) {
    await writeFile(ledgerIn(folder), whole)
    await truncate(ledgerIn(folder), whole.length - lastLine.length + kept)
    await using simulator = await startTestSimulator({ folder })
    assert.equal((await readSimulatorBooks(simulator.url)).captures.length, 2)
    const { size } = await stat(ledgerIn(folder))
    assert.equal(size, whole.length - lastLine.length)
  }
})

test('books go on after a torn line', async (t) => {
  const folder = await newFolder(t)
  await fillLedger(folder, 2)
  await appendFile(ledgerIn(folder), '{"at":17')
  await fillLedger(folder, 4)
  await using simulator = await startTestSimulator({ folder })
  assert.equal((await readSimulatorBooks(simulator.url)).captures.length, 4)
})

const DAMAGE: Record<string, (text: string) => string> = {
  'a digit that changed': (text) => text.replace('"amount":7550', '"amount":9550'),
  'a line that went missing its end': (text) => text.replace(/"crc32":\d+\}\n/, '\n'),
  'zeros in the middle': (text) => text.replace('"livemode"', '').replace('succeeded', '\0'.repeat(9)), // prettier-ignore
  'an empty line': (text) => text.replace('\n', '\n\n'),
  'something else': () => 'a shopping list\n',
  'no first line': (text) => text.slice(text.indexOf('\n') + 1),
}

for (const [what, damage] of Object.entries(DAMAGE)) {
  test(`a simulator does not start on damaged books: ${what}`, async (t) => {
    const folder = await newFolder(t)
    await fillLedger(folder, 3)
    const text = await readFile(ledgerIn(folder), 'utf8')
    const damaged = damage(text)
    assert.notEqual(damaged, text)
    await writeFile(ledgerIn(folder), damaged)
    await assert.rejects(startTestSimulator({ folder }), (error) => {
      assert.ok(error instanceof StartupError, String(error))
      assert.match(error.message, /ledger\.jsonl is damaged in line \d+\. Move it away/)
      return true
    })
    // It changed nothing, and let go of the folder.
    assert.equal(await readFile(ledgerIn(folder), 'utf8'), damaged)
    await writeFile(ledgerIn(folder), text)
    await using simulator = await startTestSimulator({ folder })
    assert.equal((await readSimulatorBooks(simulator.url)).captures.length, 3)
  })
}

test('a folder has one simulator, and the next when that is gone, however it went', async (t) => {
  const folder = await newFolder(t)
  await using first = await startSimulatorProcess({ folder })
  await assert.rejects(startTestSimulator({ folder }), StartupError)
  await first.kill()
  await using second = await startTestSimulator({ folder })
  await assert.rejects(startTestSimulator({ folder }), StartupError)
  assert.deepEqual((await readSimulatorBooks(second.url)).captures, [])
})

test('a port that is taken is said to be', async (t) => {
  await using first = await startTestSimulator()
  const folder = await newFolder(t)
  const port = Number(new URL(first.url).port)
  await assert.rejects(startTestSimulator({ folder, port }), /cannot listen on 127\.0\.0\.1:\d+ \(EADDRINUSE\)/) // prettier-ignore
})
