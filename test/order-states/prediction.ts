/** What a sale must look like after each step, by the table of an order's states alone. */
import {
  type OrderEvent,
  type OrderFacts,
  type OrderState,
  type Transition,
  findTransition,
  stateAfter,
  stockOf,
} from '../../src/services/ticketing/order-state.ts'

export const PRICES_CENTS = [7_500, 0] as const
export const CAPACITIES: readonly [number, number] = [4, 3]
const MAX_PER_USER = 3

export interface PredictedOrder {
  orderId: number
  user: number
  type: 0 | 1
  quantity: number
  isHold: boolean
  isOver: boolean
  state: OrderState
  /** Tickets that were taken back of a confirmed order. */
  takenBack: number
}

export class Prediction {
  readonly orders: PredictedOrder[] = []
  isEventCancelled = false
  /** Which transitions happened. */
  readonly seen: Set<Transition>

  constructor(seen: Set<Transition>) {
    this.seen = seen
  }

  /** Why a request for tickets is refused; of two true reasons either may be told. */
  refusals(user: number, type: 0 | 1, quantity: number): string[] {
    if (this.isEventCancelled) return ['event_cancelled']
    const reasons: string[] = []
    if (this.#has(user) + quantity > MAX_PER_USER) reasons.push('limit_exceeded')
    if (quantity > this.#left(type)) reasons.push('sold_out')
    return reasons
  }

  place(
    event: OrderEvent,
    order: Omit<PredictedOrder, 'state' | 'takenBack' | 'isOver'>,
  ): PredictedOrder {
    const facts = { isHold: order.isHold, isOver: false, isEventCancelled: false, isLeft: true, voidedFor: 'expired' } as const // prettier-ignore
    const transition = findTransition(undefined, event, facts)
    if (transition === undefined) throw new Error(`${event} leads nowhere`)
    this.seen.add(transition)
    const state = stateAfter(undefined, transition, facts)
    const placed = { ...order, state, takenBack: 0, isOver: false }
    this.orders.push(placed)
    return placed
  }

  /** @returns Whether the event changed anything. */
  apply(
    order: PredictedOrder,
    event: OrderEvent,
    voidedFor: OrderFacts['voidedFor'] = 'expired',
  ): boolean {
    const isLeft =
      order.quantity <= this.#left(order.type) &&
      this.#has(order.user) + order.quantity <= MAX_PER_USER
    const { isHold, isOver } = order
    const facts = { isHold, isOver, isEventCancelled: this.isEventCancelled, isLeft, voidedFor }
    const transition = findTransition(order.state, event, facts)
    if (transition === undefined) return false
    this.seen.add(transition)
    order.state = stateAfter(order.state, transition, facts)
    if (event === 'all refunded' || event === 'event cancelled') order.takenBack = order.quantity
    return true
  }

  /**
   * What the database and the books must show at rest.
   * @param isCaptured Whether the provider has the money for an order, known to the shop or not.
   */
  expected(isCaptured: (orderId: number) => boolean): object {
    const live = (order: PredictedOrder) =>
      order.state.status === 'CONFIRMED' ? order.quantity - order.takenBack : 0
    const sum = (of: (order: PredictedOrder) => number) =>
      this.orders.reduce((total, order) => total + of(order), 0)
    const unknownCents = sum(({ orderId, state, type, quantity }) => {
      const isKnown = state.payment === 'captured' || state.payment === 'returned'
      return isCaptured(orderId) && !isKnown ? quantity * PRICES_CENTS[type] : 0
    })
    const salesCents = sum((order) => live(order) * PRICES_CENTS[order.type])
    return {
      held: sum((order) => (stockOf(order.state) === 'held' ? order.quantity : 0)),
      sold: sum(live),
      heldByType: [0, 1].map((type) => sum((order) => order.type === type && stockOf(order.state) === 'held' ? order.quantity : 0)), // prettier-ignore
      soldByType: [0, 1].map((type) => sum((order) => (order.type === type ? live(order) : 0))),
      salesCents,
      providerCents: salesCents,
      refundsDueCents: 0,
      atProviderCents: salesCents + unknownCents,
      orders: this.orders.map((order) => ({
        orderId: order.orderId,
        status: order.state.status,
        reason: order.state.reason ?? null,
        payment: order.state.payment ?? null,
        liveTickets: live(order),
      })),
    }
  }

  #has(user: number): number {
    return this.orders
      .filter((order) => order.user === user && order.state.status !== 'CANCELLED')
      .reduce((total, order) => total + order.quantity - order.takenBack, 0)
  }

  #left(type: 0 | 1): number {
    return this.orders
      .filter((order) => order.type === type)
      .reduce((left, { state, quantity, takenBack }) => left - (state.status === 'CANCELLED' ? 0 : quantity - takenBack), CAPACITIES[type]) // prettier-ignore
  }
}
