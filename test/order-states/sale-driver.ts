/** Does to a real shop what it predicts from the table of states, one step at a time. */
import assert from 'node:assert/strict'
import type { Transition } from '../../src/services/ticketing/order-state.ts'
import type { TestAnswer, TestApp } from '../support/app.ts'
import { type Buyer, createSale } from '../support/sale.ts'
import { FAKE_SIGNATURE, type FakeProvider, type Method } from './fake-provider.ts'
import { CAPACITIES, PRICES_CENTS, type PredictedOrder, Prediction } from './prediction.ts'
import { findLiveTicket, findOrders, keepRecoveryAway, readSale } from './read-sale.ts'
import type { Step } from './step.ts'

/** Generous: what runs beside requests looks once a second. */
const REST_MS_MAX = 30_000
const LOOK_EVERY_MS = 25

export interface SaleRig {
  app: TestApp
  provider: FakeProvider
  users: readonly Buyer[]
  admin: Buyer
}

export class SaleDriver {
  readonly #rig: SaleRig
  readonly #prediction: Prediction
  readonly #eventId: number
  readonly #typeIds: readonly number[]

  private constructor(
    rig: SaleRig,
    prediction: Prediction,
    sale: { eventId: number; ticketTypeIds: readonly number[] },
  ) {
    this.#rig = rig
    this.#prediction = prediction
    this.#eventId = sale.eventId
    this.#typeIds = sale.ticketTypeIds
  }

  static async open(rig: SaleRig, seen: Set<Transition>): Promise<SaleDriver> {
    const sale = await createSale(rig.app.db, {
      capacity: CAPACITIES[0] + CAPACITIES[1],
      maxPerUser: 3,
      types: CAPACITIES.map((capacity, n) => ({
        name: `T${n}`,
        price: (PRICES_CENTS[n] ?? 0) / 100,
        capacity,
      })),
    })
    return new SaleDriver(rig, new Prediction(seen), sale)
  }

  /** Takes a step, and holds the shop to what the table says of it. */
  async take(step: Step): Promise<void> {
    if (step.do === 'cancel event') await this.#cancelEvent()
    else if (step.do === 'hold' || step.do === 'buy') await this.#place(step)
    else {
      const { orders } = this.#prediction
      const order = orders[step.order % Math.max(orders.length, 1)]
      if (order !== undefined) await this.#continue(step, order)
    }
    await keepRecoveryAway(this.#rig.app.db, this.#eventId)
    await this.#compare(step)
  }

  async #place(step: Extract<Step, { do: 'hold' | 'buy' }>): Promise<void> {
    const { user, type, quantity } = step
    const isHold = step.do === 'hold'
    const refusals = this.#prediction.refusals(user, type, quantity)
    const body = { event_id: this.#eventId, ticket_type_id: this.#typeIds[type], quantity }
    const how = isHold ? { hold: true } : { payment_method: step.method }
    const answer = await this.#call('POST', '/api/v1/orders', this.#rig.users[user], {
      ...body,
      ...how,
    })
    if (refusals.length > 0) {
      assert.ok(refusals.includes(answer.json<{ code: string }>().code), answer.body)
      return
    }
    const isFree = PRICES_CENTS[type] === 0
    const event = isHold ? 'hold placed' : isFree ? 'free order placed' : 'paid order placed'
    const orderId = await this.#newestOrder()
    const order = this.#prediction.place(event, { orderId, user, type, quantity, isHold })
    if (isHold || isFree) assert.equal(answer.status, 201, answer.body)
    else assert.equal(answer.status, this.#charge(order, step.method, 201), answer.body)
  }

  /** @returns The status that its buyer is answered with. */
  #charge(order: PredictedOrder, method: Method, success: number): number {
    switch (method) {
      case 'pm_ok':
        this.#prediction.apply(order, 'captured')
        return success
      case 'pm_declined':
        this.#prediction.apply(order, 'declined')
        return 402
      case 'pm_action':
        this.#prediction.apply(order, 'action required')
        return success
      case 'pm_late_answer':
      case 'pm_late_request':
      case 'pm_late_decline':
        return 202
    }
  }

  async #continue(
    step: Exclude<Step, { do: 'hold' | 'buy' | 'cancel event' }>,
    order: PredictedOrder,
  ): Promise<void> {
    const { app, provider, users, admin } = this.#rig
    const prediction = this.#prediction
    const buyer = users[order.user]
    const url = `/api/v1/orders/${order.orderId}`
    const intent = provider.intentOf(order.orderId)
    switch (step.do) {
      case 'pay': {
        const isFree = PRICES_CENTS[order.type] === 0
        const wasConfirmed = order.state.status === 'CONFIRMED'
        const started = prediction.apply(order, isFree ? 'free hold taken' : 'payment started')
        const answer = await this.#call('POST', `${url}/pay`, buyer, {
          payment_method: step.method,
        })
        const expected =
          wasConfirmed || (isFree && started)
            ? [200]
            : started
              ? [this.#charge(order, step.method, 200)]
              : [402, 409]
        assert.ok(expected.includes(answer.status), `${expected.join()}: ${answer.body}`)
        return
      }
      case 'let go': {
        const heldBack = provider.letGo(order.orderId)
        if (heldBack === undefined) return
        // Money counts whenever it comes; a decline only for its own attempt.
        if (heldBack.method !== 'pm_late_decline') this.#hear(order)
        else if (!heldBack.isOutdated) prediction.apply(order, 'declined')
        return
      }
      case 'authenticate':
        if (intent?.state.status !== 'requires_action') return
        if (step.succeeds) provider.capture(intent)
        else intent.state = { status: 'declined', code: 'authentication_required' }
        if (step.isUnheard === true) return
        await this.#tell(order)
        // A decline may be that of an attempt before, so the shop asks.
        if (step.succeeds) prediction.apply(order, 'captured')
        else await this.#askProvider(order)
        return
      case 'expire':
        if (order.state.status !== 'PENDING') return
        order.isOver = true
        await app.db.query(`update orders set hold_expires_at = clock_timestamp() where id = $1`, [order.orderId]) // prettier-ignore
        if (!prediction.apply(order, 'expired')) await this.#askProvider(order)
        return
      case 'recover':
        await this.#askProvider(order)
        return
      case 'give back': {
        const wasConfirmed = order.state.status === 'CONFIRMED'
        const answer = await this.#call('DELETE', url, buyer)
        if (!prediction.apply(order, 'given back')) this.#hearOfVoid(order, 'given_back')
        const isConfirmed = wasConfirmed || order.state.status === 'CONFIRMED'
        assert.equal(answer.status, isConfirmed ? 409 : 200, answer.body)
        return
      }
      case 'capture late':
        if (intent?.state.status !== 'declined' || order.state.status !== 'CANCELLED') return
        provider.capture(intent)
        await this.#tell(order)
        prediction.apply(order, 'captured')
        return
      case 'tell again':
        if (intent?.state.status !== 'captured' && intent?.state.status !== 'voided') return
        await this.#tell(order)
        await this.#tell(order)
        this.#hear(order)
        return
      case 'refund all':
      case 'refund one': {
        const left = order.quantity - order.takenBack
        const isLast = step.do === 'refund all' || left === 1
        const isTaken = prediction.apply(order, isLast ? 'all refunded' : 'some refunded')
        const codes =
          step.do === 'refund one' && isTaken
            ? [await findLiveTicket(app.db, order.orderId)]
            : undefined
        if (isTaken && !isLast) order.takenBack += 1
        const answer = await this.#call('POST', `${url}/refunds`, admin, codes === undefined ? {} : { tickets: codes }) // prettier-ignore
        assert.equal(answer.status, isTaken ? 201 : 409, answer.body)
      }
    }
  }

  async #cancelEvent(): Promise<void> {
    const answer = await this.#call(
      'POST',
      `/api/v1/events/${this.#eventId}/cancel`,
      this.#rig.admin,
    )
    assert.equal(answer.status, 200, answer.body)
    this.#prediction.isEventCancelled = true
    for (const order of this.#prediction.orders) {
      if (!this.#prediction.apply(order, 'event cancelled')) await this.#askProvider(order)
    }
  }

  /** The recovery looks at the payment now, if it is under way. */
  async #askProvider(order: PredictedOrder): Promise<void> {
    const { payment } = order.state
    if (payment !== 'processing' && payment !== 'requires_action') return
    const intent = this.#rig.provider.intentOf(order.orderId)
    await this.#rig.app.db.query('update payments set check_at = clock_timestamp() where order_id = $1', [order.orderId]) // prettier-ignore
    const isOver = order.isOver || this.#prediction.isEventCancelled
    switch (intent?.state.status) {
      case 'captured':
        this.#prediction.apply(order, 'captured')
        return
      case 'declined': {
        // A decline is that of this attempt where its buyer was sent away, or its own key says so.
        const isKnown = payment === 'requires_action'
        if (isOver && !isKnown) this.#prediction.apply(order, 'voided')
        else if (isKnown || intent.answers.has(intent.lastAttempt)) {
          this.#prediction.apply(order, 'declined')
        } else this.#prediction.apply(order, 'captured')
        return
      }
      case 'unconfirmed':
        // The held back request is sent again, and arrives.
        this.#prediction.apply(order, isOver ? 'voided' : 'captured')
        return
      case 'requires_action':
        if (isOver) this.#prediction.apply(order, 'voided')
        // Of the attempt before; the request of this one is held back and sent again.
        else if (payment === 'processing') this.#prediction.apply(order, 'captured')
        return
      case 'processing':
      case 'voided':
      case undefined:
        throw new Error(`order ${order.orderId} cannot be under way`)
    }
  }

  /** What the provider answers or tells is settled. */
  #hear(order: PredictedOrder): void {
    const intent = this.#rig.provider.intentOf(order.orderId)
    const isVoid = intent?.state.status === 'voided'
    this.#prediction.apply(order, isVoid ? 'voided' : 'captured')
  }

  #hearOfVoid(order: PredictedOrder, reason: 'given_back'): void {
    if (order.state.status !== 'PENDING') return
    const isLate = this.#rig.provider.intentOf(order.orderId)?.state.status === 'captured'
    this.#prediction.apply(order, isLate ? 'captured' : 'voided', reason)
  }

  async #tell(order: PredictedOrder): Promise<void> {
    const { app, provider } = this.#rig
    const intent = provider.intentOf(order.orderId)
    assert.ok(intent, 'intent')
    const answer = await app.inject({
      method: 'POST',
      url: '/api/v1/webhooks/payments',
      headers: { 'content-type': 'application/json', 'stripe-signature': FAKE_SIGNATURE },
      payload: provider.webhookOf(intent),
    })
    assert.equal(answer.status, 200, answer.body)
  }

  async #call(
    method: 'POST' | 'DELETE',
    url: string,
    by: Buyer | undefined,
    body?: object,
  ): Promise<TestAnswer> {
    return await this.#rig.app.inject({
      method,
      url,
      headers: {
        authorization: `Bearer ${by?.token ?? ''}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { payload: JSON.stringify(body) }),
    })
  }

  async #newestOrder(): Promise<number> {
    const known = new Set(this.#prediction.orders.map((order) => order.orderId))
    const all = await findOrders(this.#rig.app.db, this.#eventId)
    const [fresh, ...more] = all.filter((id) => !known.has(id))
    assert.ok(fresh !== undefined && more.length === 0, 'one order was placed')
    return fresh
  }

  /** Waits until the shop is as predicted; fails with the difference when it does not get there. */
  async #compare(step: Step): Promise<void> {
    const expected = this.#prediction.expected(
      (orderId) => this.#rig.provider.intentOf(orderId)?.state.status === 'captured',
    )
    const deadline = Date.now() + REST_MS_MAX
    for (;;) {
      const actual = await readSale(this.#rig.app.db, this.#rig.provider, this.#eventId)
      try {
        assert.deepEqual(actual, expected)
        return
      } catch (error) {
        if (Date.now() > deadline)
          throw new Error(`after ${JSON.stringify(step)}`, { cause: error })
      }
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS))
    }
  }
}
