/**
 * The checker of `npm run test:faults`: a short run of it, and that it notices what it is there to
 * notice. A checker that cannot fail says nothing.
 */
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import type { Evidence } from '../checker/evidence.ts'
import type { Fault } from '../checker/fault.ts'
import { killShops } from '../checker/faults/f01-kill-shops.ts'
import type { BookedOrder } from '../checker/history.sql.ts'
import { crashAt } from '../checker/faults/f02-crash-points.ts'
import { loseCommits } from '../checker/faults/f05-lose-commits.ts'
import { webhookTrouble } from '../checker/faults/f17-webhooks.ts'
import { type Call, type Deed } from '../checker/ledger.ts'
import { type RunOptions, type RunResult, runFault } from '../checker/run.ts'
import { type Verdict, exitCodeOf, judge } from '../checker/verdict.ts'
import type { Queryable } from '../../src/platform/postgres.ts'
import { testSeed } from '../support/random.ts'
import { removeProtection } from '../support/unprotected.ts'

const RATE = 20
/** Kills of a process, and as many lost answers. */
const STRIKES = 4
/** Processes that kill themselves. */
const DEATHS = 2
/** Far more than they need. */
const SECONDS_MAX = 120
/** How fast it goes on is for the full run to judge, on a machine of its own. */
const IN_A_HURRY = {
  requestsMayHang: true,
  recoverySeconds: SECONDS_MAX,
  expirySeconds: SECONDS_MAX,
  restSeconds: SECONDS_MAX,
}

let folder: string
let killed: RunResult
const run = async (
  fault: Fault,
  limits: Pick<RunOptions, 'seconds' | 'restSeconds'> & { strikes?: number },
) =>
  await runFault({
    fault,
    seed: testSeed(),
    ratePerSecond: RATE,
    folder,
    strikes: undefined,
    ...limits,
  })

before(async () => {
  console.log(`seed ${testSeed()} (set TEST_SEED to repeat it)`)
  folder = await mkdtemp(join(tmpdir(), 'box-office-checker-'))
  const [kills, losses, webhooks] = [killShops(), loseCommits(), webhookTrouble()]
  const all: Fault = {
    id: 'F1+F5+F17',
    title: 'the API is killed, answers are lost and webhooks go astray',
    stage: { ...kills.stage, ...losses.stage },
    concessions: IN_A_HURRY,
    run: async (context) => {
      const ofWebhooks = { ...context, landed: () => undefined }
      await Promise.all([kills.run(context), losses.run(context), webhooks.run(ofWebhooks)])
    },
  }
  killed = await run(all, { seconds: SECONDS_MAX, strikes: STRIKES })
})
after(async () => {
  await rm(folder, { recursive: true, force: true })
})

const violated = ({ checks }: Verdict): string[] =>
  checks.filter((check) => check.faults.length > 0).map((check) => check.id)

/** Everything that was found wrong, for the message of a failed test. */
const wordsOf = ({ reasons, checks }: Verdict): string =>
  [...reasons, ...checks.flatMap((check) => check.faults.slice(0, 3).map((fault) => `${check.id}: ${fault}`))].join('\n') // prettier-ignore

test('the API is killed, answers are lost and webhooks go astray in the middle of a sale, and every invariant holds', () => {
  const verdict = judge(killed)
  assert.equal(verdict.outcome, 'valid', wordsOf(verdict))
  assert.equal(exitCodeOf([verdict]), 0)
  assert.equal(verdict.landed, 2 * STRIKES)
  assert.deepEqual(verdict.tally, { lost: 0, oversold: 0, duplicated: 0 })
  // What was looked at was there to be looked at.
  const { calls, readings, changes, mails } = killed.evidence as Evidence
  const refused = new Set(calls.map(({ outcome }) => outcome.kind === 'refused' && outcome.code))
  for (const code of [
    'sold_out',
    'limit_exceeded',
    'idempotency_key_reused',
    'invalid_request',
    'payment_declined',
  ]) {
    // prettier-ignore
    assert.ok(refused.has(code), `some were refused with ${code}`)
  }
  const { deeds, provider, deliveries, books } = killed.evidence as Evidence
  for (const kind of ['pay', 'give back', 'take back', 'cancel']) {
    assert.ok(deeds.some((deed) => deed.kind === kind && deed.status >= 200 && deed.status < 300), `some did ${kind}`) // prettier-ignore
  }
  assert.ok(provider.captures.length > 0 && provider.refunds.length > 0, 'money went both ways')
  assert.ok(deliveries.length > new Set(deliveries.map(({ eventId }) => eventId)).size, 'webhooks came twice') // prettier-ignore
  for (const reason of [
    'expired',
    'given_back',
    'payment_declined',
    'refunded',
    'event_cancelled',
  ]) {
    assert.ok(
      books.orders.some((order) => order.reason === reason),
      `some were ${reason}`,
    )
  }
  assert.ok(calls.some(({ outcome }) => outcome.kind === 'unknown'), 'some answers were lost') // prettier-ignore
  assert.ok(readings.length > 0 && changes.length > 0 && mails.length > 0, 'there is evidence')
})

const NOTHING: Fault = {
  id: 'F0',
  title: 'nothing happens',
  run: async () => await Promise.resolve(),
}

/** A run mostly waits for its clocks and for its processes to start, so there is room for another. */
suite('runs beside one another', { concurrency: 2 }, () => {
  test('processes die right after the provider took the money, and every invariant holds', async () => {
    const crash = crashAt('after the provider was asked to pay', 'F2')
    const hurried = { ...crash, concessions: { ...crash.concessions, ...IN_A_HURRY } }
    const verdict = judge(await run(hurried, { seconds: SECONDS_MAX, strikes: DEATHS }))
    assert.equal(verdict.outcome, 'valid', wordsOf(verdict))
    assert.ok(verdict.landed >= DEATHS, `${verdict.landed} died`)
  })

  test('a run in which nothing happened is invalid, not green', async () => {
    const quiet = judge(
      await run({ ...NOTHING, stage: { shops: 1 }, concessions: IN_A_HURRY }, { seconds: 1 }),
    )
    assert.deepEqual(violated(quiet), [], wordsOf(quiet))
    assert.equal(quiet.outcome, 'invalid')
    assert.deepEqual(quiet.reasons, ['no fault landed'])
    assert.equal(exitCodeOf([judge(killed), quiet]), 2)

    const { evidence } = killed as { evidence: Evidence }
    const without = (change: Partial<Evidence>) =>
      judge({ ...killed, evidence: { ...evidence, ...change } }).reasons
    assert.deepEqual(without({ snapshots: [evidence.rest] }).length, 1)
    assert.ok(
      without({ calls: [], deeds: [], readings: [] }).includes('no order was confirmed'),
      'no orders, no verdict',
    )
    const broken = judge({ ...killed, evidence: undefined, failure: 'it could not begin' })
    assert.equal(broken.outcome, 'invalid')
  })

  test('control: a shop without its locks and constraints, whose messages are doubled, is found out', async () => {
    const fault: Fault = {
      id: 'F0',
      title: 'the protection is taken away',
      stage: {
        async prepareDatabase(db) {
          await removeProtection(db)
          await db.query(
            `create function double_job() returns trigger language plpgsql as $$
             begin
               if pg_trigger_depth() = 1 then
                 insert into jobs (consumer, effect) values (new.consumer, new.effect);
               end if;
               return new;
             end $$;
             create trigger double_job before insert on jobs for each row execute function double_job()`,
          )
        },
      },
      async run(context) {
        context.landed('took the protection away')
        await context.pause(2_000)
      },
    }
    const verdict = judge(await run(fault, { seconds: 3, restSeconds: 5 }))
    assert.equal(verdict.outcome, 'violated', wordsOf(verdict))
    assert.equal(exitCodeOf([judge(killed), verdict]), 1)
    assert.ok(verdict.tally.oversold > 0, 'it was oversold')
    for (const id of ['I1', 'I2', 'I11', 'I12']) {
      assert.ok(violated(verdict).includes(id), `${id} is violated: ${violated(verdict).join()}`)
    }
  })

  test('control: a database that forgets what it committed is found out', async () => {
    const fault: Fault = {
      id: 'F0',
      title: 'commits do not wait for the disk',
      stage: {
        databaseSettings: { synchronous_commit: 'off', wal_writer_delay: '10s' },
        shopEnvironment: { ALLOW_UNSAFE_DURABILITY: 'tests-only' },
      },
      concessions: { mailsMayRepeat: true },
      async run(context) {
        await context.nextSale()
        await context.stage.database.endPostmaster('SIGQUIT')
        context.landed('stopped PostgreSQL at once')
        context.healed()
      },
    }
    const verdict = judge(await run(fault, { seconds: SECONDS_MAX, strikes: 1, restSeconds: 1 }))
    assert.equal(verdict.outcome, 'violated', wordsOf(verdict))
    assert.ok(verdict.tally.lost > 0, 'confirmed orders were lost')
    assert.ok(violated(verdict).includes('I3'), violated(verdict).join())
  })

  test('control: a shop that only says that money went back, and gives tickets for declined payments, is found out', async () => {
    const fault: Fault = {
      id: 'F0',
      title: 'money is handled wrongly',
      stage: {
        async prepareDatabase(db) {
          await replaceInFunction(
            db,
            'settle_orders',
            "when r.outcome in ('captured', 'free') then",
            "when r.outcome in ('captured', 'free', 'declined') then",
          )
          await db.query(
            `create function say_refunded() returns trigger language plpgsql as $$
             begin
               new.status := 'succeeded';
               new.finished_at := clock_timestamp();
               return new;
             end $$;
             create trigger say_refunded before insert on refunds for each row execute function say_refunded()`,
          )
        },
      },
      async run(context) {
        context.landed('took the care away')
        await context.pause(4_000)
      },
    }
    const verdict = judge(await run(fault, { seconds: 5, restSeconds: 5 }))
    assert.equal(verdict.outcome, 'violated', wordsOf(verdict))
    for (const id of ['I2', 'I7', 'I15', 'I21']) {
      assert.ok(violated(verdict).includes(id), `${id} is violated: ${violated(verdict).join()}`)
    }
  })

  test('control: a shop that takes what is being paid for something that is over is found out', async () => {
    const fault: Fault = {
      id: 'F0',
      title: 'nobody knows what is in flight, and nobody looks after it',
      stage: {
        async prepareDatabase(db) {
          await db.query(
            `create or replace function is_in_flight(status payment_status) returns boolean
               language sql immutable parallel safe return false`,
          )
        },
      },
      async run(context) {
        context.landed('took the care away')
        await context.pause(8_000)
      },
    }
    const verdict = judge(await run(fault, { seconds: 9, restSeconds: 5 }))
    assert.equal(verdict.outcome, 'violated', wordsOf(verdict))
    for (const id of ['I12', 'I16']) {
      assert.ok(violated(verdict).includes(id), `${id} is violated: ${violated(verdict).join()}`)
    }
  })
})

/** Only ever in a database of its own. */
async function replaceInFunction(
  db: Queryable,
  name: string,
  wrong: string,
  right: string,
): Promise<void> {
  const [row] = await db.query<{ definition: string }>(
    'select pg_get_functiondef($1::regproc) as definition',
    [name],
  )
  const definition = row?.definition ?? ''
  assert.ok(definition.includes(wrong), `${name} has ${wrong}`)
  await db.query(definition.replace(wrong, right))
}

/** The first confirmed call under a key that was answered more than once. */
function replayed(evidence: Evidence): Call {
  const placed = evidence.calls.filter(({ outcome, purchase }) => outcome.kind === 'placed' && purchase.key !== undefined) // prettier-ignore
  const first = placed.find((call) => placed.some((other) => other !== call && other.purchase.key === call.purchase.key)) // prettier-ignore
  assert.ok(first, 'a key was used again')
  return first
}

function confirmedOrder({ books }: Evidence): BookedOrder {
  const found = books.orders.find(({ status }) => status === 'CONFIRMED')
  assert.ok(found, 'an order is confirmed')
  return found
}

const inBooks = (evidence: Evidence, change: Partial<Evidence['books']>): Partial<Evidence> => ({
  books: { ...evidence.books, ...change },
})
const atProvider = (
  { provider }: Evidence,
  change: Partial<Evidence['provider']>,
): Partial<Evidence> => ({ provider: { ...provider, ...change } })
const withOrders = (
  evidence: Evidence,
  change: (order: BookedOrder) => Partial<BookedOrder>,
): Partial<Evidence> =>
  inBooks(evidence, {
    orders: evidence.books.orders.map((order) => ({ ...order, ...change(order) })),
  })
const withEdges = (evidence: Evidence, ...edges: [from: string, to: string][]) => ({
  edges: [...evidence.edges, ...edges.map(([from, to]) => ({ orderId: 1, from, to }))],
})
const withDeed = (evidence: Evidence, change: Partial<Deed>): Partial<Evidence> => ({
  deeds: [...evidence.deeds, { ...(evidence.deeds[0] as Deed), why: undefined, ...change }],
})
const CONFIRMATION = /-confirmation@/
const inSnapshot = (evidence: Evidence, change: object): Partial<Evidence> => ({
  snapshots: evidence.snapshots.map((each, n) => (n === 5 ? { ...each, ...change } : each)),
})

/** What is done to sound evidence, and the invariant that must notice. */
const DAMAGES: readonly [id: string, what: string, (evidence: Evidence) => Partial<Evidence>][] = [
  ['I1', 'an event is oversold for a moment', (e) => inSnapshot(e, { oversold: 1 })],
  ['I2', 'the counters are wrong for a moment', (e) => inSnapshot(e, { unbalanced: 1 })],
  [
    'I2',
    'the API tells another number than is left',
    (e) => ({ remaining: e.remaining.map((each) => ({ ...each, remaining: 7_777 })) }),
  ],
  [
    'I3',
    'orders are gone',
    (e) => inBooks(e, { orders: e.books.orders.filter((order) => order !== confirmedOrder(e)) }),
  ],
  [
    'I3',
    'tickets have other codes',
    (e) => inBooks(e, { orders: e.books.orders.map((order) => ({ ...order, ticketCodes: [] })) }),
  ],
  [
    'I3',
    'a confirmed order never was',
    (e) => withOrders(e, () => ({ confirmedAt: null, status: 'CANCELLED', reason: 'expired' })),
  ],
  [
    'I4',
    'there is an order that nobody asked for',
    (e) =>
      inBooks(e, {
        orders: e.books.orders.map((order) => ({ ...order, id: order.id + 1_000_000 })),
      }),
  ],
  [
    'I5',
    'an order is charged twice',
    (e) => atProvider(e, { captures: e.provider.captures.flatMap((each) => [each, each]) }),
  ],
  [
    'I5',
    'another amount is charged',
    (e) => atProvider(e, { captures: e.provider.captures.map((each) => ({ ...each, amount: 1 })) }),
  ],
  [
    'I5',
    'somebody is charged for nothing',
    (e) =>
      atProvider(e, {
        captures: e.provider.captures.map((each) => ({ ...each, order_id: '999999999' })),
      }),
  ],
  ['I6', 'a ticket is not paid for a moment', (e) => inSnapshot(e, { unpaid: 1 })],
  ['I6', 'tickets were never charged', (e) => atProvider(e, { captures: [] })],
  ['I7', 'money does not go back', (e) => atProvider(e, { refunds: [] })],
  [
    'I7',
    'money goes back for a good ticket',
    (e) => atProvider(e, { refunds: e.provider.refunds.flatMap((each) => [each, each]) }),
  ],
  [
    'I8',
    'a replay is answered in other words',
    (e) => ({ calls: e.calls.map((call) => (call === replayed(e) ? { ...call, sha256: '' } : call)) }), // prettier-ignore
  ],
  [
    'I8',
    'a key has two orders',
    (e) => inBooks(e, { orders: e.books.orders.flatMap((order) => [order, order]) }),
  ],
  ['I9', 'a buyer has too many for a moment', (e) => inSnapshot(e, { overLimit: 1 })],
  ['I10', 'a hold outlives its end', (e) => inSnapshot(e, { overdueSeconds: 2 * SECONDS_MAX })],
  ['I10', 'a hold is left', (e) => ({ rest: { ...e.rest, holdsLeft: 1 } })],
  [
    'I10',
    'a hold ends twice',
    (e) => withEdges(e, ['PENDING//', 'CANCELLED/expired/'], ['PENDING//', 'CONFIRMED//captured']),
  ],
  [
    'I10',
    'an order that was given back is confirmed',
    (e) => withDeed(e, { kind: 'give back', orderId: confirmedOrder(e).id, status: 200 }),
  ],
  [
    'I11',
    'a mail is missing',
    (e) => ({ mails: e.mails.filter(({ messageId }) => !CONFIRMATION.test(messageId)) }),
  ],
  [
    'I11',
    'a mail is for no order',
    (e) => ({ mails: [...e.mails, { ...e.mails[0], messageId: '<x@y>' }] as Evidence['mails'] }),
  ],
  ['I12', 'a message is lost', (e) => inSnapshot(e, { settled: 1_000_000 })],
  ['I12', 'there is a dead letter', (e) => inBooks(e, { deadLetters: ['mail-confirmation/x'] })],
  [
    'I13',
    'a ticket of a cancelled event is good',
    (e) => withOrders(e, ({ reason }) => (reason === 'event_cancelled' ? { status: 'CONFIRMED', voidedCodes: [] } : {})), // prettier-ignore
  ],
  ['I13', 'a cancelled event keeps the money', (e) => atProvider(e, { refunds: [] })],
  [
    'I13',
    'a cancelled event is sold',
    (e) => withOrders(e, ({ placedAt }) => ({ placedAt: new Date(placedAt.getTime() + 3_600_000) })), // prettier-ignore
  ],
  [
    'I14',
    'tickets were taken back without an entry',
    (e) => withDeed(e, { kind: 'take back', orderId: 1, status: 201 }),
  ],
  ['I14', 'the chain is broken', () => ({ chain: { isIntact: false, auditId: 1 } })],
  ['I14', 'an entry is missing', (e) => inBooks(e, { audit: [] })],
  ['I14', 'the log can be changed', (e) => inBooks(e, { auditTampered: ['delete'] })],
  ['I15', 'the ledger is wrong for a moment', (e) => inSnapshot(e, { wrongLedger: 1 })],
  ['I15', 'a capture is booked twice', (e) => inSnapshot(e, { doubleBooked: 1 })],
  [
    'I15',
    'the provider has another sum',
    (e) => atProvider(e, { captures: e.provider.captures.slice(1) }),
  ],
  [
    'I15',
    'the proof does not hold',
    (e) => ({ proofs: e.proofs.map((each) => ({ ...each, holds: false })) }),
  ],
  [
    'I16',
    'a confirmed order is held again',
    (e) => withEdges(e, ['CONFIRMED//captured', 'PENDING//processing']),
  ],
  [
    'I16',
    'what was given back is confirmed',
    (e) => withEdges(e, ['CANCELLED/given_back/declined', 'CONFIRMED//captured']),
  ],
  [
    'I16',
    'late money is not there',
    (e) => withEdges(e, ['CANCELLED/expired/declined', 'CONFIRMED//declined']),
  ],
  [
    'I16',
    'money is taken that was given back',
    (e) => withEdges(e, ['CANCELLED/refunded/returned', 'CANCELLED/refunded/captured']),
  ],
  ['I16', 'an order is taken back for a moment', (e) => inSnapshot(e, { wrongStates: 1 })],
  ['I16', 'there are fewer orders for a moment', (e) => inSnapshot(e, { confirmed: -1 })],
  [
    'I18',
    'an order cannot be seen',
    (e) => ({ readings: e.readings.map((each) => ({ ...each, status: 404 })) }),
  ],
  ['I20', 'a total is wrong for a moment', (e) => inSnapshot(e, { wrongTotals: 1 })],
  ['I21', 'a webhook was forgotten', (e) => inBooks(e, { inbox: [] })],
  [
    'I21',
    'a payment ended otherwise than at the provider',
    (e) => withOrders(e, ({ payment }) => ({ payment: payment && { ...payment, status: 'declined' } })), // prettier-ignore
  ],
  [
    'I21',
    'a refund ended otherwise than at the provider',
    (e) => inBooks(e, { refunds: e.books.refunds.map((each) => ({ ...each, status: 'failed' })) }),
  ],
  [
    'I22',
    'nothing is sold afterwards',
    () => ({ recoveries: [{ what: 'x', seconds: undefined }] }),
  ],
  [
    'I23',
    'a buyer is answered 500',
    (e) => ({
      calls: [
        ...e.calls,
        { ...e.calls[0], outcome: { kind: 'unknown', why: 'server_error', status: 500 } } as Call,
      ],
    }),
  ],
  [
    'I23',
    'a payment is answered 500',
    (e) => withDeed(e, { kind: 'pay', status: 500, code: 'internal_error' }),
  ],
  [
    'I23',
    'a payment is refused without a reason that there is',
    (e) => withDeed(e, { kind: 'pay', status: 409, code: 'sold_out' }),
  ],
  ['I23', 'a process ends by itself', () => ({ ended: ['shop 1'] })],
]

for (const [id, what, damage] of DAMAGES) {
  test(`control: ${id} notices when ${what}`, () => {
    const { evidence } = killed as { evidence: Evidence }
    const verdict = judge({ ...killed, evidence: { ...evidence, ...damage(evidence) } })
    assert.ok(violated(verdict).includes(id), `violated: ${violated(verdict).join()}`)
  })
}
