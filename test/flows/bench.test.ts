/**
 * The benchmark: that it measures, reads the books, and calls a run void in which a purchase was
 * refused. What it measures here, with everybody else on the machine, says nothing.
 */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { ALL_ROWS } from '../../bench/side-by-side/all-rows.ts'
import { chooseRows, runBench } from '../../bench/side-by-side/bench.ts'
import { type Books, faultsOf, readBooks } from '../../bench/side-by-side/books.sql.ts'
import { drawChart } from '../../bench/side-by-side/chart.ts'
import { judge, summarize } from '../../bench/side-by-side/figures.ts'
import { type BenchOptions, readOptions } from '../../bench/side-by-side/options.ts'
import { type PaidBooks, faultsOfPaid } from '../../bench/side-by-side/paid-books.sql.ts'
import { measurePaid } from '../../bench/side-by-side/paid-orders.ts'
import { measurePurchases } from '../../bench/side-by-side/purchases.ts'
import { readResults } from '../../bench/side-by-side/results.ts'
import type { Row } from '../../bench/side-by-side/row.ts'
import { hasWrk, runWrk } from '../../bench/side-by-side/wrk.ts'

const folder = await mkdtemp(join(tmpdir(), 'box-office-bench-test-'))
after(async () => {
  await rm(folder, { recursive: true, force: true })
})

/** The generator that is there on every machine, and can stop after a part of a second. */
const TINY = '--quick --load node --seconds 0.4 --repetitions 1 --seed 7 --results'.split(' ')
const options = (...more: string[]) => readOptions([...TINY, folder, ...more]) as BenchOptions

const oneClient = ALL_ROWS.find((row) => row.name === 'one-client') as Row
/** Its shops refuse nearly everybody. */
const refused: Row = {
  ...oneClient,
  name: 'refused',
  measure: async (context) =>
    await oneClient.measure({
      ...context,
      startShop: async (database) => await context.startShop(database, { RATE_LIMIT: '5,5' }),
    }),
}

/** The other side must be as careful as ours, or it would be fast for nothing. */
const careful: Row = {
  name: 'careful',
  title: 'The textbook sells, repeats and refuses as it should',
  async measure(context) {
    await using database = await context.server.createDatabase()
    const sale = await context.createSale(database, { users: 2, capacity: 101 })
    await using textbook = await context.startProgram('bench/side-by-side/textbook/main', database)
    const [one = '', other = ''] = sale.signTokens()
    const [event_id = 0] = sale.eventIds
    const buy = async (token: string, key: string, body: object) => {
      const answer = await fetch(new URL('/api/v1/orders', textbook.url), {
        method: 'POST',
        headers: {
          ...{ authorization: `Bearer ${token}`, 'content-type': 'application/json' },
          'idempotency-key': key,
        },
        body: JSON.stringify({ event_id, ...body }),
      })
      const { code, order_id, tickets } = (await answer.json()) as Answer
      return { status: answer.status, code, order_id, tickets }
    }
    const first = await buy(one, 'a', { quantity: 2 })
    assert.deepEqual([first.status, first.tickets?.length], [201, 2])
    assert.deepEqual(await buy(one, 'a', { quantity: 2 }), first, 'the same answer again')
    assert.equal((await buy(one, 'a', { quantity: 3 })).code, 'idempotency_key_reused')
    assert.equal((await buy(one, 'b', { quantity: 99 })).code, 'limit_exceeded')
    assert.equal((await buy(other, 'c', { quantity: 100 })).code, 'sold_out')
    assert.equal((await buy(other, 'd', { quantity: 99 })).status, 201)
    assert.equal((await buy('nobody', 'e', { quantity: 1 })).status, 401)
    assert.equal((await buy(one, 'f', { quantity: '1' })).status, 400)
    assert.equal((await buy(one, 'g', { quantity: 1, event_id: 12_345 })).status, 404)
    const { jobs: _, ...books } = await readBooks(database)
    assert.deepEqual(books, {
      sold: 101,
      held: 0,
      soldByType: 101,
      heldByType: 0,
      orders: 2,
      quantities: 101,
      tickets: 101,
    })
    return { ratios: [1], figures: {}, faults: [] }
  },
}

/** Both, through a payment simulator of their own, on one sale that is not free. */
const paid: Row = {
  name: 'paid-once',
  title: 'Both hold, pay and confirm, and their books and the provider agree',
  async measure(context) {
    const template = await context.server.createDatabase()
    const sale = await context.createSale(template, { users: 50, priceCents: 7_500 })
    const arena = { server: context.server, template, sale, connections: 4, pool: 4 }
    const faults: string[] = []
    for (const isOneShot of [false, true]) {
      const ours = await measurePaid(context, { ...arena, seller: 'ours', isOneShot })
      const textbook = await measurePaid(context, { ...arena, seller: 'textbook', isOneShot })
      faults.push(...ours.faults, ...textbook.faults)
    }
    const isHeld = { ...arena, isHeld: true }
    const ours = await measurePurchases(context, { ...isHeld, seller: 'ours' })
    const textbook = await measurePurchases(context, { ...isHeld, seller: 'textbook' })
    return { ratios: [1], figures: {}, faults: [...faults, ...ours.faults, ...textbook.faults] }
  },
}

interface Answer {
  code?: string
  order_id?: number
  tickets?: { ticket_code: string }[]
}

test('a row is measured and written down, and one with a refused purchase is void', async () => {
  const lines: string[] = []
  const { path, exitCode } = await runBench(options(), [oneClient, refused, careful, paid], {
    print: (line) => lines.push(line),
    stop: new AbortController().signal,
  })
  const said = lines.join('\n')
  const results = await readResults(path)
  const [good, bad, third, fourth] = results.rows
  assert.deepEqual(good?.faults, [], said)
  assert.equal(good.ratios.length, 1)
  assert.ok((good.ratio?.median ?? 0) > 0, said)
  assert.notEqual(good.verdict, 'VOID')
  assert.ok((good.figures['ours c1, requests/s']?.median ?? 0) > 0, said)

  assert.deepEqual(third?.faults, [], said)
  assert.deepEqual(fourth?.faults, [], said)

  assert.equal(bad?.verdict, 'VOID')
  assert.match(bad.faults.join('\n'), /status 429/)
  assert.match(said, /✗ \d+ requests failed/)
  assert.equal(exitCode, 1)

  assert.match(path, /bench-\d{4}-\d\d-\d\d-quick\.json$/, 'a quick run has a file of its own')
  assert.equal(results.options.seed, 7)
  assert.equal(results.postgres.settings['fsync'], 'on')
  assert.equal(results.postgres.settings['synchronous_commit'], 'on')
  assert.match(results.commit, /^([0-9a-f]{40}|unknown)$/)
})

const BOOKS: Books = {
  sold: 20,
  held: 0,
  soldByType: 20,
  heldByType: 0,
  orders: 10,
  quantities: 20,
  tickets: 20,
  jobs: 0,
}
/** The same tickets, held. */
const HELD = { sold: 0, soldByType: 0, held: 20, heldByType: 20, tickets: 0 }
const EXPECTED = { acknowledged: 9, cutOffMax: 1, ticketsPerOrder: 2, hasTypes: true }

test('books that agree have no fault', () => {
  assert.deepEqual(faultsOf(BOOKS, EXPECTED), [])
  assert.deepEqual(faultsOf(BOOKS, { ...EXPECTED, acknowledged: 10 }), [])
})

test(
  'wrk sends every request with a key of its own, and counts what was answered',
  { skip: (await hasWrk()) ? false : 'wrk is not installed' },
  async () => {
    const keys = new Set<string | undefined>()
    const seen = new Set<string>()
    let answered = 0
    const server = createServer((request, response) => {
      keys.add(request.headers['idempotency-key'] as string | undefined)
      let body = ''
      request.on('data', (chunk) => (body += String(chunk)))
      request.on('end', () => {
        seen.add(`${request.headers.authorization ?? ''} ${body}`)
        answered += 1
        response.writeHead(answered % 10 === 0 ? 429 : 201)
        response.end()
      })
    })
    await once(server.listen(0, '127.0.0.1'), 'listening')
    const { port } = server.address() as AddressInfo
    const result = await runWrk({
      ...{ url: new URL(`http://127.0.0.1:${port}`), connections: 2, seconds: 1, folder },
      requests: { method: 'POST', path: '/', tokens: ['s', 't'], bodies: ['{"n":1}', '{}', '[]'], withKeys: true }, // prettier-ignore
      ...{ keyPrefix: 'k', stop: new AbortController().signal },
    })
    server.close()
    assert.ok(result.answered > 10 && result.answered <= answered, `${result.answered} answered`)
    assert.ok(answered <= result.answered + 2, 'at most one more for each connection')
    assert.equal(keys.size, answered)
    assert.equal(seen.size, 6)
    assert.ok(Math.abs(result.failed - result.answered / 10) <= 2, `${result.failed} failed`)
  },
)

for (const [what, books, expected] of [
  ['a ticket too few', { ...BOOKS, tickets: 19 }, EXPECTED],
  ['a counter that is behind', { ...BOOKS, soldByType: 18 }, EXPECTED],
  ['an acknowledged order that is not there', BOOKS, { ...EXPECTED, acknowledged: 11 }],
  ['an order that nobody was told of', BOOKS, { ...EXPECTED, acknowledged: 8 }],
  ['orders of another size', BOOKS, { ...EXPECTED, ticketsPerOrder: 3 }],
] as const) {
  test(`books with ${what} make a run void`, () => {
    assert.ok(faultsOf(books, expected).length > 0, what)
  })
}

for (const [what, books] of [
  ['holds that are sold', BOOKS],
  ['a held ticket too few', { ...BOOKS, ...HELD, held: 19 }],
  ['a counter of holds that is behind', { ...BOOKS, ...HELD, heldByType: 18 }],
] as const) {
  test(`books of holds with ${what} make a run void`, () => {
    assert.deepEqual(faultsOf({ ...BOOKS, ...HELD }, { ...EXPECTED, isHeld: true }), [])
    assert.ok(faultsOf(books, { ...EXPECTED, isHeld: true }).length > 0, what)
  })
}

const PAID: PaidBooks = {
  ...{ capacity: 100, sold: 4, held: 0, soldByType: 4, quantities: 4, tickets: 4 },
  ...{ confirmed: 2, pending: 0, cancelled: 0, unpaid: 0, refunds: 0, otherTransfers: 0 },
  ...{ priceCents: 30_000, capturedCents: 30_000, ledgerSalesCents: 30_000, paymentsInFlight: 0 },
  captures: new Map([
    [1, 15_000],
    [2, 15_000],
  ]),
}
const CAPTURES = ['1', '2'].map((order_id) => ({ order_id, amount: 15_000, amount_refunded: 0 }))
const [CAPTURE] = CAPTURES as [(typeof CAPTURES)[number]]
const PAID_ORDERS = { acknowledged: 2, ticketsPerOrder: 2 }

for (const [what, books, provider, expected] of [
  ['an order that is not paid', { unpaid: 1 }, CAPTURES, {}],
  ['a ledger that is behind', { ledgerSalesCents: 15_000 }, CAPTURES, {}],
  ['money that was captured beside the orders', { capturedCents: 45_000 }, CAPTURES, {}],
  ['a payment in flight', { paymentsInFlight: 1 }, CAPTURES, {}],
  ['a hold that was left', { held: 2, pending: 1 }, CAPTURES, {}],
  ['a refund', { refunds: 1 }, CAPTURES, {}],
  ['more tickets than there are', { capacity: 3 }, CAPTURES, {}],
  ['a ticket too few', { tickets: 3 }, CAPTURES, {}],
  ['an order that nobody was told of', {}, CAPTURES, { acknowledged: 1 }],
  ['orders of another size', {}, CAPTURES, { ticketsPerOrder: 1 }],
  ['a capture that the provider lacks', {}, [CAPTURE], {}],
  ['a capture too many', {}, [...CAPTURES, { ...CAPTURE, order_id: '3' }], {}],
  ['an order that was captured twice', {}, [...CAPTURES, CAPTURE], {}],
  ['another amount at the provider', {}, [CAPTURE, { ...CAPTURE, order_id: '2', amount: 1 }], {}],
] as const) {
  test(`books of paid orders with ${what} make a run void`, () => {
    assert.deepEqual(faultsOfPaid(PAID, CAPTURES, PAID_ORDERS), [])
    const faults = faultsOfPaid({ ...PAID, ...books }, [...provider], { ...PAID_ORDERS, ...expected }) // prettier-ignore
    assert.ok(faults.length > 0, what)
  })
}

test('the median of ratios is held to the goal, whichever way it points', () => {
  assert.deepEqual(summarize([9, 1, 2]), { median: 2, min: 1, max: 9 })
  assert.deepEqual(summarize([1, 2, 4, 9]), { median: 3, min: 1, max: 9 })
  const atLeast = { ratio: 10, hope: 20, sense: 'at least' } as const
  assert.equal(judge(9, atLeast), 'MISSED by 10 % (at least 10)')
  assert.equal(judge(10, atLeast), 'met (at least 10)')
  assert.equal(judge(20, atLeast), 'hope met (at least 20)')
  const atMost = { ratio: 0.2, sense: 'at most' } as const
  assert.equal(judge(0.3, atMost), 'MISSED by 50 % (at most 0.2)')
  assert.equal(judge(0.2, atMost), 'met (at most 0.2)')
})

test('the chart has a bar for everybody who was measured', () => {
  const rate = { median: 1_234, min: 1_000, max: 2_000, values: [] }
  const row = { figures: { 'ours c64, requests/s': rate, 'pgbench c8, requests/s': rate }, faults: [] } // prettier-ignore
  const results = { rows: [row], options: options(), cpu: 'A & B', cores: 2, date: '2026-01-01' }
  const chart = drawChart(results as never) ?? ''
  assert.equal(chart.match(/<rect/g)?.length, 2)
  assert.match(chart, /Box Office over HTTP[^]*1,234 \/ s/)
  assert.match(chart, /A &amp; B/)
  assert.match(chart, /prefers-color-scheme: dark/)
  assert.equal(drawChart({ ...results, rows: [] } as never), undefined)
})

for (const [args, complaint] of [
  [['--quik'], /--quik/],
  [['--repetitions', '0'], /--repetitions 0: must be/],
  [['--repetitions', '1.5'], /--repetitions 1.5: must be a whole number/],
  [['--seconds', 'few'], /--seconds few: must be/],
  [['--load', 'hey'], /--load hey: must be wrk or node/],
] as const) {
  test(`a wrong option is named: ${args.join(' ')}`, () => {
    assert.throws(() => readOptions(args), complaint)
  })
}

test('a row that does not exist is named, and so are those that do', () => {
  assert.throws(() => chooseRows(options('--only', 'hot'), ALL_ROWS), /--only hot: .*hot-event/)
  const chosen = chooseRows(options('--only', 'p99,listing'), ALL_ROWS)
  assert.deepEqual(
    chosen.map((row) => row.name),
    ['p99', 'listing'],
  )
})

test('every row has a name of its own', () => {
  const names = ALL_ROWS.map((row) => row.name)
  assert.equal(new Set(names).size, names.length)
  for (const name of names) assert.match(name, /^[a-z0-9]+(-[a-z0-9]+)*$/)
})
