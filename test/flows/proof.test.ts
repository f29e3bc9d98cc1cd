/** The books of a sale, shown to whoever doubts: true while they agree, and loud when they do not. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { assertRefused } from '../support/accounts.ts'
import { EVENTS } from '../support/event-api.ts'
import { ORDERS, type PaidShop, eventually, startPaidShop, untilSettled } from '../support/paid-sale.ts' // prettier-ignore

interface ProofJson {
  holds: boolean
  currency: string
  capacity: number
  held: number
  sold: number
  tickets: { issued: number; refunded: number }
  money: { captured: number; refunded: number; refunds_due: number }
  ledger: { sales: number; refunds_due: number; provider: number }
  checks: { claim: string; counts: string; left: number; right: number; holds: boolean }[]
}

const DIFFERENCES = /^boxoffice_proof_differences (\d+)$/m

let shop: PaidShop
before(async () => {
  shop = await startPaidShop()
})
after(async () => {
  await shop[Symbol.asyncDispose]()
})

const proofOf = async (eventId: number) => {
  const answer = await shop.call({ method: 'GET', url: `${EVENTS}/${eventId}/proof` })
  assert.equal(answer.status, 200, answer.body)
  return answer.json<ProofJson>()
}
const pageOf = async (eventId: number) =>
  await shop.call({ method: 'GET', url: `/events/${eventId}/proof` })
const differences = async () =>
  DIFFERENCES.exec((await shop.call({ method: 'GET', url: '/metrics' })).body)?.[1]

/** A sale with everything in it: paid, held, given back, in part refunded. */
async function sold(): Promise<number> {
  const { id } = await shop.create({ total_tickets: 100, ticket_price: 12.5 })
  const order = await shop.bought(shop.guest, id, 4)
  const [other] = await shop.buyers(1)
  assert.ok(other, 'another buyer')
  await shop.held(other, id, 3)
  const body = { tickets: [order.tickets[0]?.ticket_code] }
  assert.equal((await shop.post(shop.organizer, `${ORDERS}/${order.order_id}/refunds`, body)).status, 201) // prettier-ignore
  await untilSettled(shop.db, id)
  return id
}

test('everybody may read the books of a sale, which agree and name nobody', async () => {
  const id = await sold()
  const proof = await proofOf(id)
  const { checks, ...counted } = proof
  assert.deepEqual(
    { ...counted, counted_at: '', event_id: 0 },
    {
      event_id: 0,
      counted_at: '',
      currency: 'EUR',
      holds: true,
      capacity: 100,
      held: 3,
      sold: 3,
      tickets: { issued: 3, refunded: 1 },
      money: { captured: 50, refunded: 12.5, refunds_due: 0 },
      ledger: { sales: 37.5, refunds_due: 0, provider: 37.5 },
    },
  )
  assert.ok(checks.length >= 7 && checks.every((check) => check.holds), JSON.stringify(checks))

  const page = await pageOf(id)
  assert.equal(page.status, 200)
  assert.match(String(page.headers['cache-control']), /^public/)
  for (const text of ['Everything agrees.', '€50.00', '€12.50', '€37.50', 'Held, not paid yet']) {
    assert.ok(page.body.includes(text), text)
  }
  for (const { claim } of checks) assert.ok(page.body.includes(claim), claim)
  assert.doesNotMatch(page.body, /TCK-|Buyer \d|@shop\.example/)
  const event = await shop.call({ method: 'GET', url: `/events/${id}` })
  assert.ok(event.body.includes(`href="/events/${id}/proof"`), 'the event page leads there')
})

test('the books of a draft are nobody’s to see', async () => {
  const { id } = await shop.create({ status: 'draft' })
  for (const url of [`${EVENTS}/${id}/proof`, `${EVENTS}/999999999/proof`]) {
    assertRefused(await shop.call({ method: 'GET', url, by: shop.organizer }), {
      status: 404,
      code: 'not_found',
    })
  }
  assert.equal((await pageOf(id)).status, 404)
  assert.equal((await pageOf(999_999_999)).status, 404)
})

test('a counter that is wrong is shown, raises the metric, and both end when it is mended', async () => {
  const id = await sold()
  await eventually('no books disagree', async () => (await differences()) === '0')
  await shop.db.query('update event_inventory set sold = sold + 1 where event_id = $1', [id])
  await eventually('the difference is counted', async () => (await differences()) === '1')
  await eventually('the difference is in the API', async () => !(await proofOf(id)).holds)
  const broken = (await proofOf(id)).checks.filter((check) => !check.holds)
  assert.deepEqual(broken, [
    {
      claim: 'What is sold is what has a valid ticket.',
      counts: 'tickets',
      left: 4,
      right: 3,
      holds: false,
    },
  ])
  const { body } = await pageOf(id)
  assert.match(body, /The books disagree\./)
  assert.match(body, /1 of 7 comparisons do not hold/)
  assert.match(body, /This does not hold\.[^]*?<span>4<\/span>[^]*?<span>3<\/span>/)

  await shop.db.query('update event_inventory set sold = sold - 1 where event_id = $1', [id])
  await eventually('no books disagree any more', async () => (await differences()) === '0')
  await eventually('the page says so', async () =>
    (await pageOf(id)).body.includes('Everything agrees.'),
  )
})

test('money that is in one book alone is a difference, too', async () => {
  const id = await sold()
  await shop.db.query(
    `insert into ledger (event_id, order_id, debit, credit, amount, currency)
       select event_id, id, 'provider', 'sales', 1, 'EUR' from orders where event_id = $1 limit 1`,
    [id],
  )
  await eventually('the difference is in the API', async () => !(await proofOf(id)).holds)
  const broken = (await proofOf(id)).checks.filter((check) => !check.holds)
  assert.deepEqual(
    broken.map(({ counts, left, right }) => [counts, left, right]),
    [
      ['money', 37.5, 38.5],
      ['money', 37.5, 38.5],
    ],
  )
})
