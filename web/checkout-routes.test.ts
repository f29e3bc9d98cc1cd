/** Paying for a hold on a page: what is asked of ticketing, and where the answer leads. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import formbody from '@fastify/formbody'
import Fastify from 'fastify'
import { AppError } from '../src/kernel/errors.ts'
import { errorHandler } from './error-handling.tsx'
import type { EventDetails, Order, PageUser } from './needs.ts'
import { checkoutRoutes } from './routes/checkout-routes.tsx'
import type { PageRoutes } from './routes/page-route.ts'
import { stranger } from './visitor.ts'

const HOLD: Order = {
  ...{ orderId: 7, userId: 5, eventId: 3, quantity: 2, totalPriceCents: 15_000 },
  ...{ status: 'PENDING', createdAt: new Date(), expiresAt: new Date(Date.now() + 600_000) },
  ...{ reason: undefined, refundedCents: 0, ticketCodes: [], nextAction: undefined },
  ...{ payment: undefined, ticketTypeId: 1 },
}
const EVENT: EventDetails = {
  ...{ id: 3, name: 'Rock Night', venue: 'City Arena', city: null, category: null },
  ...{ eventDate: new Date('2035-12-10T20:00:00Z'), timezone: 'UTC', ticketPriceCents: 7_500 },
  ...{ currency: 'EUR', remaining: 9, totalTickets: 500, onSaleAt: null, sale: 'on_sale' },
  ...{ picture: null, held: 2, description: '', imageUrl: null, maxPerUser: 8, salesEndAt: null },
  ...{ postponedAt: null, refundUntil: null, ticketTypes: [] },
}
const ALICE: PageUser = { userId: 5, userType: 'guest', name: 'Alice', email: 'a@x.example', language: 'en' } // prettier-ignore
const TICKETS = '/tickets/order/7?paid'

/** What ticketing was asked, and `answer` is what it says. */
async function start(
  given: {
    order?: Partial<Order>
    hasTestCards?: boolean
    user?: PageUser | undefined
    answer?: () => { status: 'PENDING' | 'CONFIRMED' }
  } = {},
) {
  const { order, hasTestCards = true, answer = () => ({ status: 'CONFIRMED' as const }) } = given
  const user = 'user' in given ? given.user : ALICE
  const asked: unknown[] = []
  const findVisitor: PageRoutes['findVisitor'] = async (request) =>
    await Promise.resolve({ ...stranger(request), user, language: 'en' })
  const ask = async (what: unknown) => {
    asked.push(what)
    return await Promise.resolve().then(answer)
  }
  const app = Fastify()
  await app.register(formbody)
  app.setErrorHandler(errorHandler(findVisitor))
  checkoutRoutes({
    ...{ app, findVisitor, hasTestCards },
    events: { findEvent: async () => await Promise.resolve(EVENT) },
    ticketing: {
      findOrder: async (id: number) =>
        await Promise.resolve(id === HOLD.orderId ? { ...HOLD, ...order } : undefined),
      payOrder: async ({ paymentMethod }: { paymentMethod: string }) => await ask(paymentMethod),
      giveBackOrder: async () => await ask('give back'),
      checkPaymentSoon: async () => await ask('check'),
    },
  } as unknown as PageRoutes)
  const read = ({ statusCode: status, headers, body }: Awaited<ReturnType<typeof app.inject>>) => ({
    ...{ status, headers, body },
    /** Where it leads, or how it ended. */
    leads: String(headers.location ?? status),
  })
  return {
    asked,
    open: async (url: string) => read(await app.inject({ method: 'GET', url })),
    send: async (url: string, fields: Record<string, string> = {}) =>
      read(
        await app.inject({
          method: 'POST',
          url,
          headers: { 'content-type': 'application/x-www-form-urlencoded' },
          payload: new URLSearchParams(fields).toString(),
        }),
      ),
  }
}

const failing = (error: Error) => () => {
  throw error
}

test('a hold is paid with one of the cards that there are, and with none where there are none', async () => {
  const shop = await start()
  for (const card of ['', 'pm_card_of_mine', 'none']) {
    const refused = await shop.send('/checkout/7/pay', { card })
    assert.equal(refused.status, 422)
    assert.match(refused.body, /Choose a card to pay with/)
  }
  assert.deepEqual(shop.asked, [])
  assert.equal((await shop.send('/checkout/7/pay', { card: 'pm_card_visa' })).leads, TICKETS)
  assert.deepEqual(shop.asked, ['pm_card_visa'])

  const real = await start({ hasTestCards: false })
  const refused = await real.send('/checkout/7/pay', { card: 'pm_card_visa' })
  assert.equal(refused.status, 422)
  assert.doesNotMatch(refused.body, /pm_card_|Choose a card/)
  assert.deepEqual(real.asked, [])
})

test('what costs nothing is paid with nothing, whatever is sent', async () => {
  for (const hasTestCards of [true, false]) {
    const shop = await start({ order: { totalPriceCents: 0 }, hasTestCards })
    assert.equal((await shop.send('/checkout/7/pay', { card: 'pm_card_visa' })).leads, TICKETS)
    assert.deepEqual(shop.asked, ['none'])
  }
})

test('a payment leads to what has become of it', async () => {
  const card = { card: 'pm_card_visa' }
  const pay = async (answer: () => { status: 'PENDING' }) =>
    await (await start({ answer })).send('/checkout/7/pay', card)
  assert.equal((await pay(() => ({ status: 'PENDING' }))).leads, '/checkout/7')
  for (const code of ['payment_declined', 'hold_expired', 'payment_in_progress'] as const) {
    assert.equal((await pay(failing(new AppError(code)))).leads, '/checkout/7', code)
  }
  for (const error of [new AppError('internal_error'), new Error('a fault')]) {
    assert.equal((await pay(failing(error))).status, 500, error.message)
  }
  const busy = await pay(failing(new AppError('unavailable', { retryAfterSeconds: 4.2 })))
  assert.deepEqual([busy.status, busy.headers['retry-after']], [503, '5'])
  assert.match(busy.body, /action="\/checkout\/7\/pay"/)
  assert.equal((await pay(failing(new AppError('unavailable')))).headers['retry-after'], '1')

  const elsewhere = await start({ order: { status: 'CONFIRMED' } })
  assert.equal((await elsewhere.send('/checkout/7/pay')).leads, TICKETS, 'paid in another tab')
})

test('a hold that is given back leads to its page, also when it was paid meanwhile', async () => {
  const giveBack = async (answer?: () => never) =>
    (await (await start(answer && { answer })).send('/checkout/7/give-back')).leads
  assert.equal(await giveBack(), '/checkout/7')
  assert.equal(await giveBack(failing(new AppError('order_not_pending'))), '/checkout/7')
  assert.equal(await giveBack(failing(new AppError('unavailable'))), '503')
  assert.equal(await giveBack(failing(new Error('a fault'))), '500')
})

test('who comes back from the bank pays nothing by that: the bank is asked, and only when it is its turn', async () => {
  const forged = '/checkout/7/return?redirect_status=succeeded&payment_intent=pi_1'
  for (const [status, asked, shown] of [
    ['requires_action', ['check'], /You are back already|data-island="pay-progress"/],
    ['processing', [], /data-island="pay-progress"/],
    ['declined', [], /action="\/checkout\/7\/pay"/],
    [undefined, [], /action="\/checkout\/7\/pay"/],
  ] as const) {
    const payment = status && { status, method: 'pm_card_visa', declineCode: undefined }
    const shop = await start({ order: { payment } })
    const back = await shop.open(forged)
    assert.equal(back.status, 200)
    assert.match(back.body, shown, status)
    assert.deepEqual(shop.asked, asked, status)
  }
})

test('a page shows what there is to do: pay, go to the bank, wait, or nothing more', async () => {
  const shown = async (path: string, order: Partial<Order>) => {
    const answer = await (await start({ order })).open(path)
    if (answer.status !== 200) return answer.leads
    const has = (text: string) => answer.body.includes(text)
    return [has('/checkout/7/pay"') && 'pay', has('https://bank') && 'bank', has('pay-progress') && 'wait']
      .filter((each) => each !== false).join(' ') || 'over'
  } // prettier-ignore
  const atBank = {
    payment: { status: 'requires_action', method: 'pm_card_visa', declineCode: undefined },
    nextAction: { url: 'https://bank.example/1' },
  } as const
  assert.equal(await shown('/checkout/7', {}), 'pay')
  assert.equal(await shown('/checkout/7', atBank), 'bank')
  assert.equal(await shown('/checkout/7?other', atBank), 'pay')
  assert.equal(await shown('/checkout/7/return', atBank), 'wait')
  assert.equal(await shown('/checkout/7?other', { payment: { status: 'processing', method: 'pm_card_visa', declineCode: undefined } }), 'wait') // prettier-ignore
  assert.equal(await shown('/checkout/7', { expiresAt: new Date(0) }), 'over')
  assert.equal(await shown('/checkout/7', { status: 'CANCELLED', reason: 'expired' }), 'over')
  assert.equal(await shown('/checkout/7/return', { status: 'CONFIRMED' }), TICKETS)
})

test('nobody pays for or gives back what is another’s, is not there, or while signed out', async () => {
  for (const [given, path, leads] of [
    [{ order: { userId: 6 } }, '/checkout/7', '404'],
    [{}, '/checkout/8', '404'],
    [{}, '/checkout/7x', '404'],
    [{ user: undefined }, '/checkout/7', '/sign-in'],
  ] as const) {
    const shop = await start(given)
    for (const form of ['pay', 'give-back']) {
      assert.equal((await shop.send(`${path}/${form}`, { card: 'pm_card_visa' })).leads, leads)
    }
    for (const page of ['', '/return']) {
      assert.ok((await shop.open(path + page)).leads.startsWith(leads), path + page)
    }
    assert.deepEqual(shop.asked, [])
  }
})
