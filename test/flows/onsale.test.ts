/**
 * The rehearsal of an on-sale: that it finds a shop in order which is, and that each of its checks
 * notices what it is there to notice. An audit that cannot fail says nothing.
 */
import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { after, before, test } from 'node:test'
import { type Books, readBooksIn } from '../../bench/onsale/audit.sql.ts'
import { isRight } from '../../bench/onsale/check.ts'
import { type CrowdOptions, planCrowd } from '../../bench/onsale/crowd.ts'
import type { Entry, Placed } from '../../bench/onsale/ledger.ts'
import { type Rehearsal, checkAll, rehearse } from '../../bench/onsale/onsale.ts'
import { type Options, readOptions } from '../../bench/onsale/options.ts'
import type { ProviderBooks } from '../../bench/onsale/provider.ts'
import { moneyFiguresOf } from '../../bench/onsale/report.ts'
import { createResponseReader } from '../../bench/onsale/response.ts'
import { SILENT } from '../../bench/onsale/terminal.ts'
import { judge } from '../../bench/onsale/verdict.ts'
import { type TestApp, startApp } from '../support/app.ts'

const SMALL = ['--tickets', '300', '--requests', '3000', '--rate', '1000', '--connections', '64']

let app: TestApp
let rehearsal: Rehearsal

before(async () => {
  app = await startApp()
  const url = await app.listen()
  rehearsal = await run([...SMALL, '--url', url], {
    DATABASE_URL: app.databaseUrl,
    STRIPE_API_URL: app.shop.paymentSimulatorUrl ?? '',
  })
})

after(async () => {
  await app[Symbol.asyncDispose]()
})

async function run(args: string[], env: Record<string, string>): Promise<Rehearsal> {
  const options = readOptions(args, env) as Options
  console.log(`seed ${options.seed}`)
  return await rehearse(options, { terminal: SILENT, stop: new AbortController() })
}

/** From the event's publication to its opening, at most. */
const OPENING_MS = 5_000

const failed = (checks: Rehearsal['checks']): string[] =>
  checks.filter((check) => !isRight(check)).map((check) => check.id)

test('a shop in order passes every check', () => {
  assert.deepEqual(failed(rehearsal.checks), [])
  assert.equal(rehearsal.verdict.exitCode, 0)
  assert.equal(
    rehearsal.verdict.summary,
    'SOLD 300 of 300 · 0 oversold · 0 lost · 0 duplicated · 0 charged without a ticket',
  )
  assert.ok(rehearsal.figures.replays > 0, 'some keys were used again')
  assert.ok(rehearsal.figures.browsed > 100, 'some people only looked')
  for (const code of ['sold_out', 'limit_exceeded', 'sales_not_started', 'invalid_request']) {
    assert.ok((rehearsal.figures.refused.get(code) ?? 0) > 0, `some were refused with ${code}`)
  }
  const { ledger, provider, books } = rehearsal
  const money = moneyFiguresOf(books as Books, ledger, provider)
  assert.equal(money.captured, 300)
  assert.equal(money.capturedByProvider, 300)
  assert.equal(money.resold, money.abandoned, 'what was not paid was sold to somebody else')
  for (const [what, count] of Object.entries(money)) {
    assert.ok((count ?? 0) > 0, `${what} is ${String(count)}`)
  }
})

/** The event of the rush, and the order of it that has the lowest id. */
const EVENT = '(select max(id) from events)'
const FIRST = `(select min(id) from orders where event_id = ${EVENT} and status = 'CONFIRMED')`
const FORGET_ORDER = [
  `update event_inventory set sold = sold - o.quantity from orders o where o.id = ${FIRST}`,
  `update inventory i set sold = i.sold - o.quantity from orders o where o.id = ${FIRST}`,
  `delete from mails where message_id = '<order-' || ${FIRST} || '-confirmation@boxoffice.example>'`,
  `delete from tickets where order_id = ${FIRST}`,
  `delete from payments where order_id = ${FIRST}`,
  `delete from orders where id = ${FIRST}`,
]
const extraOrder = (key: string): string[] => [
  `insert into orders (id, user_id, event_id, ticket_type_id, quantity, total_price, status,
                       created_at, confirmed_at, idempotency_key, request_digest)
     select 900000, user_id, event_id, ticket_type_id, 1, 75, 'CONFIRMED', created_at, confirmed_at, ${key}
       from orders where idempotency_key is not null and status = 'CONFIRMED' order by id limit 1`,
  `insert into tickets (order_id, event_id, ticket_code) values (900000, ${EVENT}, 'TCK-EXTRA')`,
]
const WITHOUT_LIMITS = [
  'alter table event_inventory drop constraint event_never_oversold',
  'alter table inventory drop constraint ticket_type_never_oversold',
]

/** What is done to the shop's books, and which checks must notice. */
const DAMAGES: { what: string; statements: string[]; noticedBy: string[] }[] = [
  {
    what: 'an order that nobody asked for',
    statements: extraOrder(`'made-up', request_digest`),
    noticedBy: ['nothing_unasked', 'stock_adds_up', 'not_oversold', 'mails_sent', 'paid_once'],
  },
  {
    what: 'an order without a key that nobody asked for',
    statements: extraOrder('null, null'),
    noticedBy: ['nothing_unasked'],
  },
  {
    what: 'a key with two orders',
    statements: ['drop index orders_idempotency', ...extraOrder('idempotency_key, request_digest')],
    noticedBy: ['one_effect_per_key'],
  },
  {
    what: 'a lost order, with all that belongs to it',
    statements: FORGET_ORDER,
    noticedBy: ['promises_kept'],
  },
  {
    what: 'a lost ticket',
    statements: [`delete from tickets where id = (select min(id) from tickets)`],
    noticedBy: ['stock_adds_up', 'orders_whole', 'promises_kept'],
  },
  {
    what: 'a ticket with another code than was told',
    statements: [
      `update tickets set ticket_code = 'TCK-OTHER' where id = (select min(id) from tickets)`,
    ],
    noticedBy: ['promises_kept', 'mails_sent'],
  },
  {
    what: 'two tickets with one code',
    statements: [
      'alter table tickets drop constraint tickets_ticket_code_key',
      `update tickets set ticket_code = (select max(ticket_code) from tickets)
        where id = (select min(id) from tickets)`,
    ],
    noticedBy: ['codes_unique'],
  },
  {
    what: 'a counter of the event that is off by one',
    statements: ['update event_inventory set sold = sold - 1'],
    noticedBy: ['stock_adds_up'],
  },
  {
    what: 'a counter of the ticket type that is off by one',
    statements: ['update inventory set sold = sold - 1'],
    noticedBy: ['stock_adds_up'],
  },
  {
    what: 'a place that is sold twice, with every counter in step',
    statements: [
      ...WITHOUT_LIMITS,
      ...extraOrder('null, null'),
      'update event_inventory set sold = sold + 1',
      'update inventory set sold = sold + 1',
    ],
    noticedBy: ['not_oversold'],
  },
  {
    what: 'a buyer who has too many',
    statements: [
      `update orders set user_id = (select max(user_id) from orders), idempotency_key = null, request_digest = null
        where status = 'CONFIRMED'`,
    ],
    noticedBy: ['limit_kept', 'promises_kept'],
  },
  {
    what: 'an order that is for more than was told',
    statements: [
      ...WITHOUT_LIMITS,
      `update orders set quantity = quantity + 1, total_price = total_price + 75 where id = ${FIRST}`,
    ],
    noticedBy: ['promises_kept'],
  },
  {
    what: 'a wrong total',
    statements: [`update orders set total_price = total_price - 0.01 where id = ${FIRST}`],
    noticedBy: ['orders_whole', 'promises_kept'],
  },
  {
    what: 'a cancelled order',
    statements: [`update orders set status = 'CANCELLED', reason = 'refunded' where id = ${FIRST}`],
    noticedBy: ['orders_whole', 'promises_kept', 'paid_once'],
  },
  {
    what: 'an order from before the opening',
    statements: [
      `update orders set created_at = (select on_sale_at - interval '1 ms' from events where id = ${EVENT})
        where id = ${FIRST}`,
    ],
    noticedBy: ['opened_on_time'],
  },
  {
    what: 'tickets that are left, though buyers were told that there were none',
    statements: [
      'update event_inventory set capacity = capacity + 1',
      'update inventory set capacity = capacity + 1',
    ],
    noticedBy: ['sold_out_when_wanted'],
  },
  {
    what: 'more tickets that are left than were ever given back',
    statements: [
      'update event_inventory set capacity = 2 * capacity',
      'update inventory set capacity = 2 * capacity',
    ],
    noticedBy: ['refusals_true'],
  },
  {
    what: 'an order that nobody paid',
    statements: [`update payments set status = 'voided' where order_id = ${FIRST}`],
    noticedBy: ['paid_once', 'books_agree'],
  },
  {
    what: 'a payment of another amount than was captured',
    statements: [`update payments set amount = amount - 0.01 where order_id = ${FIRST}`],
    noticedBy: ['paid_once', 'books_agree'],
  },
  {
    what: 'a payment that nobody knows the end of',
    statements: [
      `insert into payments (order_id, event_id, user_id, amount, currency, status, attempt, payment_method, check_at)
         select id, event_id, user_id, total_price, 'EUR', 'processing', 1, 'pm_card_visa', now()
           from orders where reason = 'expired' and id not in (select order_id from payments) limit 1`,
    ],
    noticedBy: ['paid_once'],
  },
  {
    what: 'a buyer who paid and has no tickets',
    statements: [
      `delete from tickets where order_id = ${FIRST}`,
      `update orders set status = 'CANCELLED', reason = 'expired' where id = ${FIRST}`,
    ],
    noticedBy: ['paid_once', 'nobody_charged_for_nothing'],
  },
  {
    what: 'money that is not in the ledger',
    statements: [
      'alter table ledger disable trigger ledger_append_only',
      `delete from ledger where order_id = ${FIRST}`,
    ],
    noticedBy: ['ledger_balances'],
  },
  {
    what: 'money that is owed and not in the refunds',
    statements: [
      `insert into ledger (event_id, order_id, debit, credit, amount, currency)
         select event_id, order_id, 'sales', 'refunds_due', amount, currency from payments limit 1`,
    ],
    noticedBy: ['ledger_balances'],
  },
  {
    what: 'a hold that nobody paid and that is still there',
    statements: [
      `update orders set status = 'PENDING', reason = null
        where id = (select min(id) from orders where reason = 'expired')`,
    ],
    noticedBy: ['holds_over', 'orders_whole'],
  },
  {
    what: 'a mail that is missing',
    statements: ['delete from mails where id = (select min(id) from mails)'],
    noticedBy: ['mails_sent'],
  },
  {
    what: 'a mail that went to somebody else',
    statements: [
      `update mails set to_address = 'mallory@shop.example' where id = (select min(id) from mails)`,
    ],
    noticedBy: ['mails_sent'],
  },
  {
    what: 'a mail that went twice',
    statements: [
      'alter table mails drop constraint mails_message_id_key',
      `insert into mails (message_id, to_address, subject, body_text, body_html)
         select message_id, to_address, subject, body_text, body_html from mails order by id limit 1`,
    ],
    noticedBy: ['mails_sent'],
  },
]

for (const { what, statements, noticedBy } of DAMAGES) {
  test(`the audit notices ${what}`, async () => {
    const books = await booksAfter(statements)
    const checks = checksOf(rehearsal.ledger, books)
    const noticed = failed(checks)
    assert.equal(judge(checks, books).exitCode, 1)
    for (const id of noticedBy) assert.ok(noticed.includes(id), `${id} is among ${noticed.join()}`)
  })
}

/** The books with a damage, which is undone again. */
async function booksAfter(statements: string[]): Promise<Books> {
  let books: Books | undefined
  const undo = new Error('undo')
  await app.db
    .transaction(async (tx) => {
      for (const statement of statements) await tx.query(statement)
      books = await readBooksIn(tx, rehearsal.sale.eventId)
      throw undo
    })
    .catch((error: unknown) => {
      if (error !== undo) throw error
    })
  return books as Books
}

const checksOf = (
  ledger: readonly Entry[],
  books = rehearsal.books as Books,
  provider = rehearsal.provider,
) => checkAll({ ledger, books, provider, sale: rehearsal.sale, isWhole: true, mailIsDue: true })

/** What is done to what the buyers remember, and which check must notice. */
const MEMORIES: { what: string; change: (ledger: Entry[]) => void; noticedBy: string }[] = [
  {
    what: 'an order that was confirmed and is not there',
    change(ledger) {
      const { outcome, ...entry } = placedIn(ledger)
      ledger.push({ ...entry, key: 'lost', outcome: { ...outcome, orderId: 900_000 } })
    },
    noticedBy: 'promises_kept',
  },
  {
    what: 'an order for a request that was never sent',
    change(ledger) {
      const entry = placedIn(ledger)
      const same = ledger.filter(
        (other) => other.userId === entry.userId && other.key === entry.key,
      )
      for (const each of same) ledger.splice(ledger.indexOf(each), 1)
    },
    noticedBy: 'nothing_unasked',
  },
  {
    what: 'an order whose buyer was told that nothing was left',
    change(ledger) {
      const { userId, key } = placedIn(ledger)
      for (const entry of ledger) {
        if (entry.userId === userId && entry.key === key) entry.outcome = refused('sold_out')
      }
    },
    noticedBy: 'no_means_no',
  },
  {
    what: 'two answers under one key that differ',
    change(ledger) {
      const { outcome, ...entry } = placedIn(ledger)
      ledger.push({ ...entry, outcome: { ...outcome, text: `${outcome.text} ` } })
    },
    noticedBy: 'replays_identical',
  },
  {
    what: 'a ticket that was promised twice',
    change(ledger) {
      const { outcome, ...entry } = placedIn(ledger)
      ledger.push({ ...entry, key: 'other', outcome: { ...outcome, orderId: 900_000 } })
    },
    noticedBy: 'codes_told_once',
  },
  {
    what: 'a buyer who was told of a limit that was not reached',
    change(ledger) {
      ledger.push({ ...placedIn(ledger), userId: -1, outcome: refused('limit_exceeded') })
    },
    noticedBy: 'refusals_true',
  },
  {
    what: 'a request that is in progress and is not',
    change(ledger) {
      ledger.push({ ...placedIn(ledger), key: 'lone', outcome: refused('request_in_progress') })
    },
    noticedBy: 'refusals_true',
  },
  {
    what: 'a sale that is said not to have started after it has',
    change(ledger) {
      ledger.push({ ...placedIn(ledger), outcome: refused('sales_not_started') })
    },
    noticedBy: 'refusals_true',
  },
  {
    what: 'a key that is said to be used and is not',
    change(ledger) {
      ledger.push({ ...placedIn(ledger), outcome: refused('idempotency_key_reused') })
    },
    noticedBy: 'refusals_true',
  },
  {
    what: 'a hold that is said to have expired and is paid',
    change(ledger) {
      const { orderId } = placedIn(ledger).outcome
      ledger.push({ ...placedIn(ledger), what: 'pay', orderId, outcome: refused('hold_expired') })
    },
    noticedBy: 'refusals_true',
  },
  {
    what: 'an order whose buyer was only told that the card was declined',
    change(ledger) {
      const { orderId } = placedIn(ledger).outcome
      ledger.push({
        ...placedIn(ledger),
        what: 'pay',
        orderId,
        outcome: refused('payment_declined'),
      })
    },
    noticedBy: 'declined_unpaid',
  },
  {
    what: 'nonsense that was taken',
    change(ledger) {
      ledger.push({ ...placedIn(ledger), what: 'wrong', expectedStatus: 400 })
    },
    noticedBy: 'answers_deserved',
  },
  {
    what: 'an answer 500',
    change(ledger) {
      const outcome = { kind: 'unknown', why: 'server_error', status: 500 } as const
      ledger.push({ ...placedIn(ledger), what: 'list', outcome })
    },
    noticedBy: 'answers_deserved',
  },
]

for (const { what, change, noticedBy } of MEMORIES) {
  test(`the audit notices ${what}`, () => {
    const ledger = rehearsal.ledger.map((entry) => ({ ...entry }))
    change(ledger)
    const noticed = failed(checksOf(ledger))
    assert.ok(noticed.includes(noticedBy), `${noticedBy} is among ${noticed.join()}`)
    assert.equal(judge(checksOf(ledger), rehearsal.books).exitCode, 1)
  })
}

function placedIn(ledger: Entry[]): Entry & { outcome: Placed } {
  // Bought at once, so that its answer has codes.
  const found = ledger.find(
    ({ what, outcome, key }) =>
      what === 'buy' && outcome.kind === 'placed' && outcome.status === 'CONFIRMED' && key !== undefined, // prettier-ignore
  )
  return found as Entry & { outcome: Placed }
}

const refused = (code: string): Entry['outcome'] => ({
  kind: 'refused',
  status: 409,
  code,
  remaining: 0,
  allowed: 0,
})

/** What the provider's book says otherwise, and which check must notice. */
const PROVIDERS: { what: string; change: (books: ProviderBooks) => void; noticedBy: string }[] = [
  {
    what: 'a capture that is not in the shop',
    change: ({ captures }) => captures.push({ orderId: 900_000, cents: 7_500 }),
    noticedBy: 'nobody_charged_for_nothing',
  },
  {
    what: 'an order that was captured twice',
    change: ({ captures }) => captures.push(...captures.slice(0, 1)),
    noticedBy: 'nobody_charged_for_nothing',
  },
  {
    what: 'a capture that the provider does not have',
    change: ({ captures }) => captures.pop(),
    noticedBy: 'books_agree',
  },
  {
    what: 'a refund that the shop does not have',
    change: ({ captures, refunds }) => refunds.push(...captures.slice(0, 1)),
    noticedBy: 'books_agree',
  },
]

for (const { what, change, noticedBy } of PROVIDERS) {
  test(`the audit notices ${what}`, () => {
    const { captures, refunds } = rehearsal.provider as ProviderBooks
    const provider = { captures: [...captures], refunds: [...refunds] }
    change(provider)
    const checks = checksOf(rehearsal.ledger, rehearsal.books, provider)
    assert.ok(failed(checks).includes(noticedBy), `${noticedBy} is among ${failed(checks).join()}`)
    assert.equal(judge(checks, rehearsal.books).exitCode, 1)
  })
}

test('a lost answer is no fault, whatever became of the request', () => {
  const ledger = rehearsal.ledger.map((entry) => ({ ...entry }))
  for (const key of [undefined, 'some']) {
    const entry = ledger.find(
      ({ outcome, key: used }) => outcome.kind === 'placed' && typeof used === typeof key,
    ) as Entry
    entry.answeredAt = undefined
    entry.outcome = { kind: 'unknown', why: 'timeout', status: 0 }
  }
  assert.deepEqual(failed(checksOf(ledger)), [])
})

test('without the database it says that it was not audited', async () => {
  const url = app.shop.http.listeningOrigin
  const args = [
    '--url',
    url,
    '--buyers',
    '4',
    '--tickets',
    '10',
    '--requests',
    '60',
    '--rate',
    '60',
  ]
  const { verdict } = await run(args, {})
  assert.equal(verdict.exitCode, 2)
  assert.match(verdict.summary, /^NOT AUDITED/)
})

test('a shop of its own, stopped in the middle: audited, and nothing of it is left', async () => {
  const folders = () =>
    readdirSync(tmpdir()).filter((name) => name.startsWith('box-office-onsale-'))
  const before = folders()
  const stop = new AbortController()
  const terminal = {
    ...SILENT,
    print(line: string) {
      // The last thing that is said before the crowd comes.
      if (/^ *event /.test(line)) setTimeout(() => stop.abort(), OPENING_MS + 1_000)
    },
  }
  const options = readOptions(['--tickets', '5000', '--rate', '300'], {}) as Options
  const { verdict, books } = await rehearse(options, { terminal, stop })
  assert.equal(verdict.exitCode, 0, verdict.summary)
  assert.ok(
    books !== undefined && books.event.sold > 0 && books.event.sold < 5_000,
    'books !== undefined && books.event.sold > 0 && books.event.sold < 5_000',
  )
  assert.deepEqual(folders(), before)
})

test('another machine is only loaded by who says that it is theirs', () => {
  assert.throws(() => readOptions(['--url', 'http://example.com'], {}), /not this machine/)
  assert.ok(
    readOptions(['--url', 'http://example.com', '--i-own-this-host'], {}),
    "readOptions(['--url', 'http://example.com', '--i-own-this-host'], {})",
  )
  assert.ok(
    readOptions(['--url', 'http://127.0.0.1:3000'], {}),
    "readOptions(['--url', 'http://127.0.0.1:3000'], {})",
  )
  assert.throws(() => readOptions(['--url', 'ftp://localhost'], {}), /must be an address/)
  assert.throws(() => readOptions(['--rate', 'fast'], {}), /--rate fast: must be a whole number/)
})

const CROWD: CrowdOptions = {
  seed: 7,
  requests: 10_000,
  ratePerSecond: 1_000,
  buyers: 2_000,
  maxPerUser: 4,
  durationMaxSeconds: 600,
  wrongKinds: 3,
}

test('the same seed makes the same crowd, as large and as fast as was asked for', () => {
  const plan = planCrowd(CROWD)
  assert.deepEqual(planCrowd(CROWD), plan)
  assert.notDeepEqual(planCrowd({ ...CROWD, seed: 8 }), plan)
  const followUps = plan.filter((ask) => ask.then !== undefined).length
  assert.ok(
    Math.abs(plan.length + followUps - CROWD.requests) <= 2,
    'Math.abs(plan.length + followUps - CROWD.requests) <= 2',
  )
  const seconds = (plan.at(-1)?.atMs ?? 0) / 1000
  assert.ok(seconds > 8.5 && seconds < 10.5, `${seconds} s for 10,000 requests at 1,000/s`)
  assert.ok(
    plan.every((ask, n) => n === 0 || (plan[n - 1]?.atMs ?? 0) <= ask.atMs),
    'plan.every((ask, n) => n === 0 || (plan[n - 1]?.atMs ?? 0) <= ask.atMs)',
  )
  for (const quantity of [1, 2, 3, 4]) {
    assert.ok(
      plan.filter((ask) => ask.quantity === quantity).length > 500,
      'plan.filter((ask) => ask.quantity === quantity).length > 500',
    )
  }
})

test('an answer is read however the network cuts it', () => {
  const body = '{"name":"Zoë"}'
  const bytes = Buffer.from(
    `HTTP/1.1 409 Conflict\r\nRetry-After: 3\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  )
  for (let cut = 0; cut < bytes.length; cut += 1) {
    const reader = createResponseReader()
    const early = cut === 0 ? undefined : reader.read(bytes.subarray(0, cut), true)
    assert.equal(early, undefined)
    assert.deepEqual(reader.read(bytes.subarray(cut), true), {
      status: 409,
      body,
      retryAfterSeconds: 3,
      isLast: false,
    })
  }
})
