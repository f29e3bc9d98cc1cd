/** What the bank turns down is owed, seen, and tried again by an admin: once for each time it is asked. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { RefundState } from '../../src/platform/payment-state.ts'
import { createFakeProvider } from '../order-states/fake-provider.ts'
import { type TestApp, startApp } from '../support/app.ts'
import { type Buyer, buy, createBuyers, createSale } from '../support/sale.ts'
import { until } from '../support/until.ts'

const REFUNDS = '/api/v1/admin/refunds'
const METRIC = /^boxoffice_refunds_failed (\d+)$/m

/** What the bank says to each attempt; nothing to those that are not there. */
let verdicts: Record<number, RefundState['status']> = {}
const asked: number[] = []
const provider = {
  ...createFakeProvider(),
  refund: async ({ attempt }: { attempt: number }) => {
    asked.push(attempt)
    return await Promise.resolve({
      refundRef: `re_${attempt}`,
      status: verdicts[attempt] ?? 'pending',
    })
  },
}

let app: TestApp
let admin: Buyer
let guest: Buyer
before(async () => {
  app = await startApp({ provider })
  await app.listen()
  const people = [await createBuyers(app.db, app.dataDir, 1, 'admin'), await createBuyers(app.db, app.dataDir, 1)] // prettier-ignore
  admin = people[0]?.[0] as Buyer
  guest = people[1]?.[0] as Buyer
})
after(async () => {
  await app[Symbol.asyncDispose]()
})

const call = async (method: 'GET' | 'POST', url: string, by = admin, payload?: object) =>
  await app.inject({
    method,
    url,
    headers: {
      authorization: `Bearer ${by.token}`,
      ...(payload === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(payload === undefined ? {} : { payload: JSON.stringify(payload) }),
  })
const failedOnes = async (query = '') =>
  (await call('GET', `${REFUNDS}${query}`)).json<{ refund_id: number; amount: number }[]>()
const isMeasured = async () =>
  METRIC.exec((await app.inject({ method: 'GET', url: '/metrics' })).body)?.[1]

/** An order whose refund the bank has turned down. */
async function failedRefund(): Promise<{ refundId: number; eventId: number }> {
  const { eventId } = await createSale(app.db, { capacity: 10 })
  const url = String(app.shop.http.listeningOrigin)
  const body = { event_id: eventId, quantity: 2, payment_method: 'pm_ok' }
  const { orderId, body: text } = await buy(url, guest, body)
  assert.ok(orderId, text)
  verdicts = { 1: 'failed' }
  asked.length = 0
  const refunded = await call('POST', `/api/v1/orders/${orderId}/refunds`, admin, {})
  const [refundId] = refunded.json<{ refund_ids: number[] }>().refund_ids
  assert.ok(refundId, refunded.body)
  await until('turned down', async () => (await failedOnes()).some((one) => one.refund_id === refundId)) // prettier-ignore
  return { refundId, eventId }
}

const statusOf = async (refundId: number) => {
  const [row] = await app.db.query<{ status: string }>('select status from refunds where id = $1', [
    refundId,
  ])
  return row?.status
}

test('a refund that failed is listed and measured, tried again as another one, and gone when it is through', async () => {
  const { refundId, eventId } = await failedRefund()
  assert.deepEqual(
    (await failedOnes('?status=failed')).map(({ refund_id, amount }) => [refund_id, amount]),
    [[refundId, 150]],
  )
  assert.equal(await isMeasured(), '1')

  verdicts = { 1: 'failed', 2: 'succeeded' }
  const retried = await call('POST', `${REFUNDS}/${refundId}/retry`)
  assert.equal(retried.status, 202, retried.body)
  assert.equal(retried.json<{ status: string }>().status, 'requested')
  await until('it is through', async () => (await statusOf(refundId)) === 'succeeded')
  assert.deepEqual(asked, [1, 2])
  assert.deepEqual(await failedOnes(), [])
  assert.equal(await isMeasured(), '0')
  const proof = await app.inject({ method: 'GET', url: `/api/v1/events/${eventId}/proof` })
  const { holds, money } = proof.json<{ holds: boolean; money: { refunds_due: number } }>()
  assert.deepEqual([holds, money.refunds_due], [true, 0])

  const again = await call('POST', `${REFUNDS}/${refundId}/retry`)
  assert.equal(again.status, 404, 'what has succeeded is not tried again')
  const [entry] = await app.db.query(
    `select actor_id, action, after from audit_log where subject_type = 'refund' and subject_id = $1`,
    [refundId],
  )
  assert.deepEqual(entry, { actor_id: admin.id, action: 'refund.retried', after: { attempt: 2 } })
})

test('twenty admins at once have it tried once, and what is told late of the first try changes nothing', async () => {
  const { refundId } = await failedRefund()
  const answers = await Promise.all(
    Array.from({ length: 20 }, async () => await call('POST', `${REFUNDS}/${refundId}/retry`)),
  )
  assert.deepEqual(answers.map(({ status }) => status).sort(), [
    202,
    ...Array<number>(19).fill(404),
  ])
  await until('the bank was asked', () => asked.length === 2)

  const tell = async (attempt: number, status: string) => {
    await app.db.query(
      `insert into webhook_inbox (id, type, payload) values ($1, 'refund.updated', $2)`,
      [
        `evt_${refundId}_${attempt}_${status}`,
        { id: `re_${attempt}`, status, metadata: { refund_id: String(refundId), attempt: String(attempt) } }, // prettier-ignore
      ],
    )
    await until('it is read', async () => {
      const open = await app.db.query('select 1 from webhook_inbox where handled_at is null')
      return open.length === 0
    })
  }
  await tell(1, 'failed')
  assert.equal(await statusOf(refundId), 'requested')
  await tell(2, 'succeeded')
  assert.equal(await statusOf(refundId), 'succeeded')
})
