/**
 * Thirty requests whose last bytes arrive together, at two processes on one database: what may
 * happen once happens once. The control takes the protection away on the same rig.
 */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { startSession } from '../../src/services/user/open-session.ts'
import { type HeldAnswer, type HeldRequest, sendTogether } from '../support/last-byte.ts'
import { eventually, untilSettled } from '../support/paid-sale.ts'
import { type Buyer, createSale, readBooks } from '../support/sale.ts'
import { type TwoProcesses, startTwoProcesses } from '../support/two-processes.ts'
import { removeProtection } from '../support/unprotected.ts'

const TOGETHER = 30
/** Two batches have to meet in time, so the control may need more than one go. */
const GOES_MAX = 10

let rig: TwoProcesses
before(async () => {
  rig = await startTwoProcesses()
})
after(async () => {
  await rig[Symbol.asyncDispose]()
})

const times = <Item>(make: (n: number) => Item): Item[] =>
  Array.from({ length: TOGETHER }, (_, n) => make(n))
const urlOf = (n: number): string => rig.urls[n % 2 === 0 ? 0 : 1]
const bearer = ({ token }: Buyer) => ({ authorization: `Bearer ${token}` })

const order = (n: number, buyer: Buyer, eventId: number, key?: string): HeldRequest => ({
  ...{ url: urlOf(n), method: 'POST', path: '/api/v1/orders' },
  headers: { ...bearer(buyer), ...(key === undefined ? {} : { 'idempotency-key': key }) },
  body: { event_id: eventId, quantity: 1 },
})

const codeOf = ({ body }: HeldAnswer) => (JSON.parse(body) as { code?: string }).code
const codesOf = (answers: HeldAnswer[]) => new Set(answers.map(codeOf))

async function oneBuyer(): Promise<Buyer> {
  const [buyer] = await rig.buyers(1)
  assert.ok(buyer, 'a buyer was made')
  return buyer
}

async function rushForTheLast() {
  const { eventId } = await createSale(rig.db, { capacity: 1 })
  const buyers = await rig.buyers(TOGETHER)
  const answers = await sendTogether(buyers.map((buyer, n) => order(n, buyer, eventId)))
  return { answers, books: await readBooks(rig.db, eventId) }
}

async function rushOfOneBuyer(maxPerUser: number, key?: string) {
  const { eventId } = await createSale(rig.db, { capacity: 100, maxPerUser })
  const buyer = await oneBuyer()
  const answers = await sendTogether(times((n) => order(n, buyer, eventId, key)))
  return { answers, books: await readBooks(rig.db, eventId) }
}

const answered = (answers: HeldAnswer[], status: number) =>
  answers.filter((answer) => answer.status === status)

suite('thirty at once', () => {
  test('want the last ticket: one has it', async () => {
    const { answers, books } = await rushForTheLast()
    assert.equal(answered(answers, 201).length, 1)
    assert.deepEqual(codesOf(answered(answers, 409)), new Set(['sold_out']))
    assert.equal(answered(answers, 409).length, TOGETHER - 1)
    assert.deepEqual([books.sold, books.tickets, books.orders], [1, 1, 1])
  })

  test('of one buyer get the limit and no more', async () => {
    const { answers, books } = await rushOfOneBuyer(4)
    assert.equal(answered(answers, 201).length, 4)
    assert.deepEqual(codesOf(answers), new Set([undefined, 'limit_exceeded']))
    assert.deepEqual([books.sold, books.mostPerUser], [4, 4])
  })

  test('under one key are one order', async () => {
    const { answers, books } = await rushOfOneBuyer(100, 'the-same-key')
    const placed = answered(answers, 201)
    assert.equal(new Set(placed.map(({ body }) => body)).size, 1, 'one answer')
    assert.deepEqual(codesOf(answers), new Set([undefined, 'request_in_progress']))
    assert.equal(books.orders, 1)
  })

  test('buy and cancel: the event is cancelled, and whoever bought has their money back', async () => {
    const [organizer] = await rig.buyers(1, 'organizer')
    assert.ok(organizer, 'an organizer was made')
    for (const place of [0, 1, 15, 28, 29]) {
      const { eventId } = await createSale(rig.db, { capacity: 100 })
      await rig.db.query('update events set created_by = $2 where id = $1', [eventId, organizer.id])
      const buyers = await rig.buyers(TOGETHER)
      const requests = buyers.map((buyer, n): HeldRequest => {
        const cancel = { url: urlOf(n), method: 'POST', path: `/api/v1/events/${eventId}/cancel` }
        return n === place ? { ...cancel, headers: bearer(organizer) } : order(n, buyer, eventId)
      })
      const answers = await sendTogether(requests)
      assert.equal(answers[place]?.status, 200, answers[place]?.body)
      assert.deepEqual(
        codesOf(answered(answers, 409)),
        new Set(answered(answers, 409).length === 0 ? [] : ['event_cancelled']),
      )
      const bought = [201, 202].flatMap((status) => answered(answers, status)).length
      assert.equal(bought + answered(answers, 409).length, TOGETHER - 1, 'all were told a story')
      await untilSettled(rig.db, eventId)
      await eventually('nobody has anything of the event', async () => {
        const { sold, orders } = await readBooks(rig.db, eventId)
        return sold === 0 && orders === 0
      })
      await untilSettled(rig.db, eventId)
      const [money] = await rig.db.query<{ paid: string; back: string }>(
        `select (select coalesce(sum(amount), 0) from payments
                  where event_id = $1 and status in ('captured', 'returned')) as paid,
                (select coalesce(sum(amount), 0) from refunds
                  where event_id = $1 and status = 'succeeded') as back`,
        [eventId],
      )
      assert.equal(money?.back, money?.paid)
    }
  })

  test('refresh one session: all get the one next token', async () => {
    const { id } = await oneBuyer()
    const session = await rig.db.transaction(async (tx) => await startSession(tx, id, 'refresh'))
    const answers = await sendTogether(
      times((n) => ({
        ...{ url: urlOf(n), method: 'POST', path: '/api/v1/users/refresh' },
        body: { refresh_token: session.token },
      })),
    )
    assert.equal(answered(answers, 200).length, TOGETHER)
    const next = answers.map(
      ({ body }) => (JSON.parse(body) as { refresh_token: string }).refresh_token,
    )
    assert.equal(new Set(next).size, 1)
    const sessions = await rig.db.query('select id from sessions where user_id = $1', [id])
    assert.equal(sessions.length, 2, 'the session and its one successor')
  })
})

test('the control: without the lock and the constraints the same thirty get too much', async () => {
  await removeProtection(rig.db)
  const isWrong = {
    'the last ticket': async () => (await rushForTheLast()).books.tickets > 1,
    'the limit': async () => (await rushOfOneBuyer(4)).books.mostPerUser > 4,
    'one key': async () => (await rushOfOneBuyer(100, 'the-same-key')).books.orders > 1,
  }
  for (const [what, goesWrong] of Object.entries(isWrong)) {
    let go = 1
    while (!(await goesWrong())) {
      assert.ok(go < GOES_MAX, `${what} held ${GOES_MAX} times: the rig proves nothing`)
      go += 1
    }
  }
})
