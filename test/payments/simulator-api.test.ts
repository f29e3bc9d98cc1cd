/** The payment simulator through the official client: what it does, and what it refuses. */
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import Stripe from 'stripe'
import {
  CARD_INTENT,
  SECRET_KEY,
  readSimulatorBooks,
  refusalOf,
  startTestSimulator,
  stripeAt,
} from '../support/payment-simulator.ts'
import { until } from '../support/until.ts'

const simulator = await startTestSimulator()
const { stripe, url } = simulator
after(async () => {
  await simulator[Symbol.asyncDispose]()
})

const paid = async (method = 'pm_card_visa') =>
  await stripe.paymentIntents.create({ ...CARD_INTENT, payment_method: method, confirm: true })

test('a payment is created, confirmed and read again', async () => {
  const created = await stripe.paymentIntents.create(CARD_INTENT)
  assert.match(created.id, /^pi_\w{24}$/)
  assert.equal(created.object, 'payment_intent')
  assert.equal(created.status, 'requires_payment_method')
  assert.equal(created.livemode, false)
  assert.deepEqual(created.metadata, { order_id: '7' })
  assert.match(created.client_secret ?? '', new RegExp(`^${created.id}_secret_`))
  assert.match(created.lastResponse.requestId, /^req_/)

  const confirmed = await stripe.paymentIntents.confirm(created.id, {
    payment_method: 'pm_card_mastercard',
  })
  assert.equal(confirmed.status, 'succeeded')
  assert.equal(confirmed.amount_received, 7_550)
  assert.match(String(confirmed.latest_charge), /^ch_/)
  assert.deepEqual({ ...(await stripe.paymentIntents.retrieve(created.id)) }, { ...confirmed })
})

test('a payment can be created and confirmed at once, or with its method first', async () => {
  assert.equal((await paid()).status, 'succeeded')
  const created = await stripe.paymentIntents.create({
    ...CARD_INTENT,
    payment_method: 'pm_card_visa',
  })
  assert.equal(created.status, 'requires_confirmation')
  assert.equal((await stripe.paymentIntents.confirm(created.id)).status, 'succeeded')
})

const DECLINED = [
  ['pm_card_chargeDeclined', 'card_declined', 'generic_decline'],
  ['pm_card_visa_chargeDeclined', 'card_declined', 'generic_decline'],
  ['pm_card_chargeDeclinedInsufficientFunds', 'card_declined', 'insufficient_funds'],
  ['pm_card_visa_chargeDeclinedInsufficientFunds', 'card_declined', 'insufficient_funds'],
  ['pm_card_visa_chargeDeclinedLostCard', 'card_declined', 'lost_card'],
  ['pm_card_chargeDeclinedExpiredCard', 'expired_card', ''],
  ['pm_card_chargeDeclinedIncorrectCvc', 'incorrect_cvc', ''],
  ['pm_card_chargeDeclinedProcessingError', 'processing_error', ''],
] as const

for (const [method, code, declineCode] of DECLINED) {
  test(`${method} is declined with ${declineCode || code}, and another method may follow`, async () => {
    const { id } = await stripe.paymentIntents.create(CARD_INTENT)
    const error = await refusalOf(stripe.paymentIntents.confirm(id, { payment_method: method }))
    assert.ok(error instanceof Stripe.errors.StripeCardError, error.type)
    assert.equal(error.statusCode, 402)
    assert.equal(error.code, code)
    assert.equal(error.decline_code, declineCode)
    assert.equal(error.payment_intent?.id, id)
    assert.equal(error.payment_intent.status, 'requires_payment_method')
    assert.equal(error.payment_method?.id, method)
    const after = await stripe.paymentIntents.retrieve(id)
    assert.equal(after.last_payment_error?.code, code)
    assert.equal(after.payment_method, null)
    const again = await stripe.paymentIntents.confirm(id, { payment_method: 'pm_card_visa' })
    assert.equal(again.status, 'succeeded')
    assert.equal(again.last_payment_error, null)
  })
}

test('a payment is canceled, and then never paid', async () => {
  const { id } = await stripe.paymentIntents.create(CARD_INTENT)
  const canceled = await stripe.paymentIntents.cancel(id, { cancellation_reason: 'abandoned' })
  assert.equal(canceled.status, 'canceled')
  assert.equal(canceled.cancellation_reason, 'abandoned')
  const error = await refusalOf(
    stripe.paymentIntents.confirm(id, { payment_method: 'pm_card_visa' }),
  )
  assert.equal(error.code, 'payment_intent_unexpected_state')
  assert.equal(error.payment_intent?.status, 'canceled')
  assert.equal((await refusalOf(stripe.paymentIntents.cancel(id))).code, 'payment_intent_unexpected_state') // prettier-ignore
})

test('what is paid is not canceled and not paid again; the refusal shows it', async () => {
  const { id } = await paid()
  for (const call of [
    stripe.paymentIntents.cancel(id),
    stripe.paymentIntents.confirm(id, { payment_method: 'pm_card_visa' }),
  ]) {
    const error = await refusalOf(call)
    assert.ok(error instanceof Stripe.errors.StripeInvalidRequestError, error.type)
    assert.equal(error.statusCode, 400)
    assert.equal(error.code, 'payment_intent_unexpected_state')
    assert.equal(error.payment_intent?.id, id)
    assert.equal(error.payment_intent.status, 'succeeded')
  }
  const captures = (await readSimulatorBooks(url)).captures.filter(
    (capture) => capture.payment_intent === id,
  )
  assert.equal(captures.length, 1)
})

test('a payment is refunded in parts, and never beyond what was captured', async () => {
  const { id, latest_charge: charge } = await paid()
  const part = await stripe.refunds.create({
    payment_intent: id,
    amount: 2_000,
    reason: 'requested_by_customer',
    metadata: { refund_id: '1' },
  })
  assert.match(part.id, /^re_\w{24}$/)
  assert.equal(part.status, 'succeeded')
  assert.equal(part.charge, charge)
  assert.deepEqual({ ...(await stripe.refunds.retrieve(part.id)) }, { ...part })

  const tooMuch = await refusalOf(stripe.refunds.create({ payment_intent: id, amount: 5_551 }))
  assert.equal(tooMuch.param, 'amount')
  assert.match(tooMuch.message, /greater than unrefunded amount on charge \(€55\.50\)/)

  assert.equal((await stripe.refunds.create({ charge: String(charge) })).amount, 5_550)
  const again = await refusalOf(stripe.refunds.create({ payment_intent: id }))
  assert.equal(again.code, 'charge_already_refunded')

  const books = await readSimulatorBooks(url)
  const refunds = books.refunds.filter((refund) => refund.payment_intent === id)
  assert.deepEqual(refunds.map(({ amount, order_id }) => [amount, order_id]), [[2_000, '7'], [5_550, '7']]) // prettier-ignore
})

test('a refund to pm_card_pendingRefund is pending, then succeeds', async () => {
  const { id } = await paid('pm_card_pendingRefund')
  const refund = await stripe.refunds.create({ payment_intent: id })
  assert.equal(refund.status, 'pending')
  await until('succeeded', async () => (await stripe.refunds.retrieve(refund.id)).status === 'succeeded') // prettier-ignore
})

test('a refund to pm_card_refundFail fails after a while, and can be made again', async () => {
  const { id } = await paid('pm_card_refundFail')
  const refund = await stripe.refunds.create({ payment_intent: id })
  assert.equal(refund.status, 'succeeded')
  await until('failed', async () => (await stripe.refunds.retrieve(refund.id)).status === 'failed')
  const failed = await stripe.refunds.retrieve(refund.id)
  assert.equal(failed.failure_reason, 'expired_or_canceled_card')
  const capture = (await readSimulatorBooks(url)).captures.find((each) => each.payment_intent === id) // prettier-ignore
  assert.equal(capture?.amount_refunded, 0)
  assert.equal((await stripe.refunds.create({ payment_intent: id })).amount, 7_550)
})

test('what was not captured is not refunded', async () => {
  const { id } = await stripe.paymentIntents.create(CARD_INTENT)
  const never = await refusalOf(stripe.refunds.create({ payment_intent: id }))
  assert.match(never.message, /does not have a successful charge/)
  await refusalOf(stripe.paymentIntents.confirm(id, { payment_method: 'pm_card_chargeDeclined' }))
  const declined = await refusalOf(stripe.refunds.create({ payment_intent: id }))
  assert.match(declined.message, /does not have a successful charge/)
})

for (const method of ['pm_card_authenticationRequired', 'pm_card_threeDSecure2Required']) {
  test(`${method} sends the buyer to a page, where they complete or fail`, async () => {
    for (const result of ['fail', 'complete'] as const) {
      const { id } = await stripe.paymentIntents.create(CARD_INTENT)
      const asked = await stripe.paymentIntents.confirm(id, {
        payment_method: method,
        return_url: 'https://shop.example/orders/7?a=b',
      })
      assert.equal(asked.status, 'requires_action')
      assert.equal(asked.next_action?.type, 'redirect_to_url')
      const address = asked.next_action.redirect_to_url?.url ?? ''
      const page = await fetch(address)
      assert.equal(page.status, 200)
      assert.match(await page.text(), /pay €75\.50 with your test card/)

      const answer = await fetch(address, {
        method: 'POST',
        body: new URLSearchParams({ result }),
        redirect: 'manual',
      })
      assert.equal(answer.status, 303)
      const back = new URL(answer.headers.get('location') ?? '')
      assert.equal(back.origin, 'https://shop.example')
      assert.equal(back.searchParams.get('a'), 'b')
      assert.equal(back.searchParams.get('payment_intent'), id)
      const after = await stripe.paymentIntents.retrieve(id)
      if (result === 'complete') {
        assert.equal(back.searchParams.get('redirect_status'), 'succeeded')
        assert.equal(after.status, 'succeeded')
      } else {
        assert.equal(back.searchParams.get('redirect_status'), 'failed')
        assert.equal(after.status, 'requires_payment_method')
        assert.equal(after.last_payment_error?.code, 'payment_intent_authentication_failure')
      }
      // It is decided once.
      const late = await fetch(address, {
        method: 'POST',
        body: new URLSearchParams({ result: 'complete' }),
      })
      assert.equal(late.status, 409)
    }
  })
}

test('a payment that waits for its buyer can be canceled, and then their answer is too late', async () => {
  const { id } = await stripe.paymentIntents.create(CARD_INTENT)
  const asked = await stripe.paymentIntents.confirm(id, {
    payment_method: 'pm_card_authenticationRequired',
  })
  assert.equal((await stripe.paymentIntents.cancel(id)).status, 'canceled')
  const late = await fetch(asked.next_action?.redirect_to_url?.url ?? '', {
    method: 'POST',
    body: new URLSearchParams({ result: 'complete' }),
  })
  assert.equal(late.status, 409)
  assert.equal((await stripe.paymentIntents.retrieve(id)).status, 'canceled')
})

test('the page opens with the whole client secret only', async () => {
  const { id } = await stripe.paymentIntents.create(CARD_INTENT)
  assert.equal((await fetch(`${url}/authenticate/${id}_secret_guessed`)).status, 404)
  assert.equal((await fetch(`${url}/authenticate/`)).status, 404)
})

const { paymentIntents, refunds } = stripe
const REFUSED: [what: string, call: () => Promise<unknown>, expected: object][] = [
  ['no amount', async () => await paymentIntents.create({ currency: 'eur' } as never), { code: 'parameter_missing', param: 'amount' }],
  ['no currency', async () => await paymentIntents.create({ amount: 100 } as never), { code: 'parameter_missing', param: 'currency' }],
  ['a currency that there is not', async () => await paymentIntents.create({ amount: 100, currency: 'xyz' }), { param: 'currency' }],
  ['half a cent', async () => await paymentIntents.create({ amount: 100.5, currency: 'eur' }), { code: 'parameter_invalid_integer', param: 'amount' }],
  ['less than nothing', async () => await paymentIntents.create({ amount: -100, currency: 'eur' }), { code: 'parameter_invalid_integer' }],
  ['too little', async () => await paymentIntents.create({ amount: 49, currency: 'eur' }), { code: 'amount_too_small' }],
  ['too much', async () => await paymentIntents.create({ amount: 100_000_000, currency: 'eur' }), { code: 'amount_too_large' }],
  ['a parameter that is not known', async () => await paymentIntents.create({ ...CARD_INTENT, customer: 'cus_1' }), { code: 'parameter_unknown', param: 'customer' }],
  ['holding money for later', async () => await paymentIntents.create({ ...CARD_INTENT, capture_method: 'manual' }), { param: 'capture_method' }],
  ['a method that there is not', async () => await paid('pm_card_none'), { code: 'resource_missing', param: 'payment_method', statusCode: 400 }],
  ['a method named like what every object has', async () => await paid('constructor'), { code: 'resource_missing' }],
  ['a payment that there is not', async () => await paymentIntents.retrieve('pi_none'), { code: 'resource_missing', statusCode: 404 }],
  ['confirming a payment that there is not', async () => await paymentIntents.confirm('pi_none'), { code: 'resource_missing', statusCode: 404 }],
  ['a refund that there is not', async () => await refunds.retrieve('re_none'), { code: 'resource_missing', statusCode: 404 }],
  ['a refund of nothing', async () => await refunds.create({}), { code: 'parameter_missing' }],
  ['a refund of a payment that there is not', async () => await refunds.create({ payment_intent: 'pi_none' }), { code: 'resource_missing', param: 'payment_intent' }],
  ['a refund of a charge that there is not', async () => await refunds.create({ charge: 'ch_none' }), { code: 'resource_missing', param: 'charge' }],
  ['what the simulator does not speak', async () => await stripe.customers.create(), { statusCode: 404, rawType: 'invalid_request_error' }],
] // prettier-ignore

for (const [what, call, expected] of REFUSED) {
  test(`it is refused in Stripe's words: ${what}`, async () => {
    const error = await refusalOf(call())
    assert.ok(error instanceof Stripe.errors.StripeInvalidRequestError, error.type)
    for (const [field, value] of Object.entries(expected)) {
      assert.equal(error[field as keyof typeof error], value, field)
    }
  })
}

test('an intent without a payment method is not confirmed', async () => {
  const { id } = await stripe.paymentIntents.create(CARD_INTENT)
  const error = await refusalOf(stripe.paymentIntents.confirm(id))
  assert.equal(error.code, 'payment_intent_unexpected_state')
})

test('as at Stripe, an intent that may lead elsewhere is confirmed with a return_url only', async () => {
  const order = { amount: 500, currency: 'eur' }
  const { id } = await stripe.paymentIntents.create(order)
  const error = await refusalOf(
    stripe.paymentIntents.confirm(id, { payment_method: 'pm_card_visa' }),
  )
  assert.match(error.message, /return_url/)
  const confirmed = await stripe.paymentIntents.confirm(id, {
    payment_method: 'pm_card_visa',
    return_url: 'https://shop.example/',
  })
  assert.equal(confirmed.status, 'succeeded')
  const never = await stripe.paymentIntents.create({
    ...order,
    automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
    payment_method: 'pm_card_visa',
    confirm: true,
  })
  assert.equal(never.status, 'succeeded')
})

test('nothing is said without the secret key', async () => {
  const { id } = await stripe.paymentIntents.create(CARD_INTENT)
  const error = await refusalOf(stripeAt(url, { key: 'sk_test_other' }).paymentIntents.retrieve(id))
  assert.ok(error instanceof Stripe.errors.StripeAuthenticationError, error.type)
  const without = await fetch(`${url}/v1/payment_intents/${id}`)
  assert.equal(without.status, 401)
  assert.equal(((await without.json()) as { error: { type: string } }).error.type, 'invalid_request_error') // prettier-ignore
  const basic = await fetch(`${url}/v1/payment_intents/${id}`, {
    headers: { authorization: `Basic ${btoa(`${SECRET_KEY}:`)}` },
  })
  assert.equal(basic.status, 200)
})

test('odd bodies are refused, and the simulator goes on', async () => {
  const post = async (body: string) => {
    const answer = await fetch(`${url}/v1/payment_intents`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${SECRET_KEY}`,
        'content-type': 'application/x-www-form-urlencoded',
      },
      body,
    })
    return answer.status
  }
  for (const body of [
    'amount[a]=1&currency=eur',
    'metadata=1&amount=500&currency=eur',
    'metadata[a][b]=1&amount=500&currency=eur',
    'metadata[a=1',
    'a[b][c][d][e][f][g]=1',
    'amount=%E0%A4%A',
    `amount=500&currency=eur&metadata[a]=${'x'.repeat(501)}`,
    '__proto__[polluted]=1',
  ]) {
    assert.equal(await post(body), 400, body)
  }
  assert.equal(await post('x'.repeat(2_000_000)), 413)
  assert.equal(await post('amount=500&currency=eur'), 200)
})
