/**
 * The checker of `npm run test:faults`: a short run of it, and that it notices what it is there to
 * notice. A checker that cannot fail says nothing.
 */
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { Evidence } from '../checker/evidence.ts'
import type { Fault } from '../checker/fault.ts'
import { killShops } from '../checker/faults/f01-kill-shops.ts'
import { loseCommits } from '../checker/faults/f05-lose-commits.ts'
import { type Call } from '../checker/ledger.ts'
import { type RunOptions, type RunResult, runFault } from '../checker/run.ts'
import { type Verdict, exitCodeOf, judge } from '../checker/verdict.ts'
import { testSeed } from '../support/random.ts'
import { removeProtection } from '../support/unprotected.ts'

const RATE = 20
/** Kills of a process, and as many lost answers. */
const STRIKES = 4
/** Far more than they need. */
const SECONDS_MAX = 120

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
  const [kills, losses] = [killShops(), loseCommits()]
  const both: Fault = {
    id: 'F1+F5',
    title: 'the API is killed and answers are lost',
    stage: { ...kills.stage, ...losses.stage },
    // How fast it recovers is for the full run to judge, on a machine of its own.
    concessions: { recoverySeconds: SECONDS_MAX },
    run: async (context) => {
      await Promise.all([kills.run(context), losses.run(context)])
    },
  }
  killed = await run(both, { seconds: SECONDS_MAX, strikes: STRIKES })
})
after(async () => {
  await rm(folder, { recursive: true, force: true })
})

const violated = ({ checks }: Verdict): string[] =>
  checks.filter((check) => check.faults.length > 0).map((check) => check.id)

/** Everything that was found wrong, for the message of a failed test. */
const wordsOf = ({ reasons, checks }: Verdict): string =>
  [...reasons, ...checks.flatMap((check) => check.faults.slice(0, 3).map((fault) => `${check.id}: ${fault}`))].join('\n') // prettier-ignore

test('the API is killed and answers are lost in the middle of a sale, and every invariant holds', () => {
  const verdict = judge(killed)
  assert.equal(verdict.outcome, 'valid', wordsOf(verdict))
  assert.equal(exitCodeOf([verdict]), 0)
  assert.equal(verdict.landed, 2 * STRIKES)
  assert.deepEqual(verdict.tally, { lost: 0, oversold: 0, duplicated: 0 })
  // What was looked at was there to be looked at.
  const { calls, readings, changes, mails } = killed.evidence as Evidence
  const refused = new Set(calls.map(({ outcome }) => outcome.kind === 'refused' && outcome.code))
  for (const code of ['sold_out', 'limit_exceeded', 'idempotency_key_reused', 'invalid_request']) {
    assert.ok(refused.has(code), `some were refused with ${code}`)
  }
  assert.ok(calls.some(({ outcome }) => outcome.kind === 'unknown'), 'some answers were lost') // prettier-ignore
  assert.ok(readings.length > 0 && changes.length > 0 && mails.length > 0, 'there is evidence')
})

const NOTHING: Fault = {
  id: 'F0',
  title: 'nothing happens',
  run: async () => await Promise.resolve(),
}

test('a run in which nothing happened is invalid, not green', async () => {
  const quiet = judge(await run({ ...NOTHING, stage: { shops: 1 } }, { seconds: 1 }))
  assert.deepEqual(violated(quiet), [], wordsOf(quiet))
  assert.equal(quiet.outcome, 'invalid')
  assert.deepEqual(quiet.reasons, ['no fault landed'])
  assert.equal(exitCodeOf([judge(killed), quiet]), 2)

  const { evidence } = killed as { evidence: Evidence }
  const without = (change: Partial<Evidence>) =>
    judge({ ...killed, evidence: { ...evidence, ...change } }).reasons
  assert.deepEqual(without({ snapshots: [evidence.rest] }).length, 1)
  assert.ok(without({ calls: [] }).includes('no order was confirmed'), 'no orders, no verdict')
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

/** The first confirmed call under a key that was answered more than once. */
function replayed(evidence: Evidence): Call {
  const placed = evidence.calls.filter(({ outcome, purchase }) => outcome.kind === 'placed' && purchase.key !== undefined) // prettier-ignore
  const first = placed.find((call) => placed.some((other) => other !== call && other.purchase.key === call.purchase.key)) // prettier-ignore
  assert.ok(first, 'a key was used again')
  return first
}

const inBooks = (evidence: Evidence, change: Partial<Evidence['books']>): Partial<Evidence> => ({
  books: { ...evidence.books, ...change },
})
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
  ['I3', 'orders are gone', (e) => inBooks(e, { orders: e.books.orders.slice(1) })],
  [
    'I3',
    'tickets have other codes',
    (e) => inBooks(e, { orders: e.books.orders.map((order) => ({ ...order, ticketCodes: [] })) }),
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
  ['I11', 'a mail is missing', (e) => ({ mails: e.mails.slice(1) })],
  [
    'I11',
    'a mail is for no order',
    (e) => ({ mails: [...e.mails, { ...e.mails[0], messageId: '<x@y>' }] as Evidence['mails'] }),
  ],
  ['I12', 'a message is lost', (e) => inSnapshot(e, { settled: 1_000_000 })],
  ['I12', 'there is a dead letter', (e) => inBooks(e, { deadLetters: ['mail-confirmation/x'] })],
  ['I14', 'the chain is broken', () => ({ chain: { isIntact: false, auditId: 1 } })],
  ['I14', 'an entry is missing', (e) => inBooks(e, { audit: [] })],
  ['I14', 'the log can be changed', (e) => inBooks(e, { auditTampered: ['delete'] })],
  ['I16', 'an order is taken back for a moment', (e) => inSnapshot(e, { wrongStates: 1 })],
  ['I16', 'there are fewer orders for a moment', (e) => inSnapshot(e, { confirmed: -1 })],
  [
    'I18',
    'an order cannot be seen',
    (e) => ({ readings: e.readings.map((each) => ({ ...each, status: 404 })) }),
  ],
  ['I20', 'a total is wrong for a moment', (e) => inSnapshot(e, { wrongTotals: 1 })],
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
  ['I23', 'a process ends by itself', () => ({ ended: ['shop 1'] })],
]

for (const [id, what, damage] of DAMAGES) {
  test(`control: ${id} notices when ${what}`, () => {
    const { evidence } = killed as { evidence: Evidence }
    const verdict = judge({ ...killed, evidence: { ...evidence, ...damage(evidence) } })
    assert.ok(violated(verdict).includes(id), `violated: ${violated(verdict).join()}`)
  })
}
