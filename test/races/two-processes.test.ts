/**
 * The races that make other shops oversell, against two processes on one database. Each has a
 * control: the same rig with the protection taken away, which must go wrong.
 */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { createSale, readBooks } from '../support/sale.ts'
import { type TwoProcesses, startTwoProcesses } from '../support/two-processes.ts'
import { removeProtection } from '../support/unprotected.ts'

/** Everybody at once for too few tickets. @returns How the books look afterwards. */
async function rushFor(
  rig: TwoProcesses,
  options: { capacity: number; buyers: number; quantity: (n: number) => number },
) {
  const { eventId } = await createSale(rig.db, { price: 0, capacity: options.capacity })
  const buyers = await rig.buyers(options.buyers)
  const answers = await rig.buyAlternating(
    buyers.map((buyer, n) => ({
      buyer,
      body: { event_id: eventId, quantity: options.quantity(n) },
    })),
  )
  return { answers, books: await readBooks(rig.db, eventId) }
}

/** One buyer against the limit in parallel requests. */
async function rushOfOne(rig: TwoProcesses, requests: number, maxPerUser: number) {
  const { eventId } = await createSale(rig.db, { price: 0, capacity: 1_000, maxPerUser })
  const [buyer] = await rig.buyers(1)
  assert.ok(buyer, 'buyer')
  const answers = await rig.buyAlternating(
    Array.from({ length: requests }, () => ({ buyer, body: { event_id: eventId, quantity: 1 } })),
  )
  return { answers, books: await readBooks(rig.db, eventId) }
}

/** The same request under the same key in parallel. */
async function rushOfOneKey(rig: TwoProcesses, requests: number) {
  const { eventId } = await createSale(rig.db, { price: 0, capacity: 1_000, maxPerUser: 100 })
  const [buyer] = await rig.buyers(1)
  assert.ok(buyer, 'buyer')
  const answers = await rig.buyAlternating(
    Array.from({ length: requests }, () => ({
      buyer,
      body: { event_id: eventId, quantity: 2 },
      key: 'the-same-key',
    })),
  )
  return { answers, books: await readBooks(rig.db, eventId) }
}

let rig: TwoProcesses
before(async () => {
  rig = await startTwoProcesses()
})
after(async () => {
  await rig[Symbol.asyncDispose]()
})

suite('two processes on one database', () => {
  test('400 buyers for 200 tickets: 200 have one, 200 hear that it is sold out', async () => {
    const { answers, books } = await rushFor(rig, { capacity: 200, buyers: 400, quantity: () => 1 })
    const placed = answers.filter((answer) => answer.status === 201)
    const refused = answers.filter((answer) => answer.code === 'sold_out')
    assert.deepEqual([placed.length, refused.length], [200, 200])
    assert.deepEqual(books, {
      capacity: 200,
      sold: 200,
      soldByType: 200,
      orders: 200,
      ordered: 200,
      tickets: 200,
      distinctCodes: 200,
      mostPerUser: 1,
    })
    const told = placed.flatMap((answer) => answer.ticketCodes)
    assert.equal(new Set(told).size, 200)
  })

  test('30 buyers for the last ticket: one has it', async () => {
    for (let round = 0; round < 5; round += 1) {
      const { answers, books } = await rushFor(rig, { capacity: 1, buyers: 30, quantity: () => 1 })
      assert.equal(answers.filter((answer) => answer.status === 201).length, 1)
      assert.equal(answers.filter((answer) => answer.code === 'sold_out').length, 29)
      assert.equal(books.tickets, 1)
    }
  })

  test('quantities that do not divide the stock leave only what nobody asked for', async () => {
    const { answers, books } = await rushFor(rig, {
      capacity: 101,
      buyers: 200,
      quantity: (n) => 2 + (n % 3),
    })
    assert.ok(books.sold <= 101, 'books.sold <= 101')
    // The smallest wish is two, so at most one ticket can be left over.
    assert.ok(books.sold >= 100, `${books.sold} sold`)
    assert.equal(books.tickets, books.sold)
    assert.equal(books.soldByType, books.sold)
    const told = answers.flatMap((answer) => answer.ticketCodes)
    assert.equal(told.length, books.sold)
  })

  test('one buyer in 50 parallel requests gets the limit and no more', async () => {
    const { answers, books } = await rushOfOne(rig, 50, 5)
    assert.equal(answers.filter((answer) => answer.status === 201).length, 5)
    assert.equal(answers.filter((answer) => answer.code === 'limit_exceeded').length, 45)
    assert.equal(books.mostPerUser, 5)
  })

  test('the same key 50 times at once is one order with one answer', async () => {
    const { answers, books } = await rushOfOneKey(rig, 50)
    assert.equal(books.orders, 1)
    assert.equal(books.tickets, 2)
    const placed = answers.filter((answer) => answer.status === 201)
    assert.ok(placed.length >= 1, 'placed.length >= 1')
    assert.equal(new Set(placed.map((answer) => answer.body)).size, 1)
    for (const answer of answers) {
      assert.ok(answer.status === 201 || answer.code === 'request_in_progress', answer.body)
    }
  })

  test('the same key for two events at once is one order', async () => {
    const [first, second] = [
      await createSale(rig.db, { price: 0, capacity: 50 }),
      await createSale(rig.db, { price: 0, capacity: 50 }),
    ]
    const buyers = await rig.buyers(40)
    const answers = await rig.buyAlternating(
      buyers.flatMap((buyer, n) =>
        [first, second].map(({ eventId }) => ({
          buyer,
          body: { event_id: eventId, quantity: 1 },
          key: `key-${n}`,
        })),
      ),
    )
    const books = [
      await readBooks(rig.db, first.eventId),
      await readBooks(rig.db, second.eventId),
    ] as const
    assert.equal(books[0].orders + books[1].orders, 40)
    for (const book of books) assert.equal(book.sold, book.tickets)
    for (const answer of answers) {
      assert.ok(
        answer.status === 201 ||
          answer.code === 'idempotency_key_reused' ||
          answer.code === 'request_in_progress',
        answer.body,
      )
    }
  })
})

/** Two batches have to meet in time, so the rig may need more than one go. */
const GOES_MAX = 10

async function goesWrong(rush: () => Promise<boolean>): Promise<void> {
  for (let go = 0; go < GOES_MAX; go += 1) if (await rush()) return
  assert.fail(`nothing went wrong in ${GOES_MAX} goes: the rig proves nothing`)
}

// Comes last: nothing protects this database afterwards.
suite('control: the same rig without the lock and the constraints', () => {
  before(async () => {
    await removeProtection(rig.db)
  })

  test('400 buyers for 200 tickets oversell', async () => {
    await goesWrong(async () => {
      const { books } = await rushFor(rig, { capacity: 200, buyers: 400, quantity: () => 1 })
      return books.tickets > 200
    })
  })

  test('30 buyers for the last ticket oversell', async () => {
    await goesWrong(async () => {
      const { books } = await rushFor(rig, { capacity: 1, buyers: 30, quantity: () => 1 })
      return books.tickets > 1
    })
  })

  test('quantities that do not divide the stock oversell', async () => {
    await goesWrong(async () => {
      const { books } = await rushFor(rig, {
        capacity: 101,
        buyers: 200,
        quantity: (n) => 2 + (n % 3),
      })
      return books.tickets > 101
    })
  })

  test('one buyer in 50 parallel requests gets more than the limit', async () => {
    await goesWrong(async () => {
      const { books } = await rushOfOne(rig, 50, 5)
      return books.mostPerUser > 5
    })
  })

  test('the same key 50 times at once is more than one order', async () => {
    await goesWrong(async () => {
      const { books } = await rushOfOneKey(rig, 50)
      return books.orders > 1
    })
  })
})
