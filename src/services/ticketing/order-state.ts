/**
 * Every state of an order and of its payment, and what leads from one to the next. The functions of
 * migrations/0002 and 0003 do this; here it stands in one piece, to be read, drawn and compared with
 * them. `docs/diagrams/order-states.md` is its drawing.
 */

export type PaymentStatus =
  'processing' | 'requires_action' | 'declined' | 'captured' | 'voided' | 'returned'

export type CancelReason =
  'expired' | 'given_back' | 'payment_declined' | 'event_cancelled' | 'refunded'

export interface OrderState {
  status: 'PENDING' | 'CONFIRMED' | 'CANCELLED'
  /** Why it is CANCELLED. */
  reason: CancelReason | undefined
  /** Undefined when nothing was tried: a hold nobody paid for, or a free ticket. */
  payment: PaymentStatus | undefined
}

export type OrderEvent =
  | 'hold placed'
  | 'paid order placed'
  | 'free order placed'
  | 'payment started'
  | 'free hold taken'
  | 'captured'
  | 'declined'
  | 'action required'
  | 'voided'
  | 'expired'
  | 'given back'
  | 'event cancelled'
  | 'all refunded'
  | 'some refunded'

/** What else decides. */
export interface OrderFacts {
  /** Asked for as a hold; otherwise it is paid at once, and a decline ends it. */
  isHold: boolean
  /** The time to pay is over. */
  isOver: boolean
  isEventCancelled: boolean
  /** There is still stock for it, within the buyer's limit. */
  isLeft: boolean
  /** What a voided payment was voided for. */
  voidedFor: 'expired' | 'given_back'
}

export interface Transition {
  event: OrderEvent
  /** Undefined is before it was placed. */
  status: OrderState['status'] | undefined
  /** The payment states it may start from; `none` is no payment. */
  payment: readonly (PaymentStatus | 'none')[]
  /** Only an order that is CANCELLED for one of these. */
  reasons?: readonly CancelReason[]
  /** Only when these hold. */
  when?: Partial<Pick<OrderFacts, 'isHold' | 'isOver' | 'isEventCancelled' | 'isLeft'>>
  to: {
    status: OrderState['status']
    /** `why it was voided` is the caller's; `as before` keeps it. */
    reason?: CancelReason | 'why it was voided' | 'as before'
    /** `as before` keeps it. */
    payment: PaymentStatus | 'none' | 'as before'
  }
}

const IN_FLIGHT = ['processing', 'requires_action'] as const
/** Nothing is under way at the provider, as far as we know. */
const AT_REST = ['none', 'declined'] as const
const DECIDED = ['given_back', 'event_cancelled'] as const

/** The first that fits is what happens; when none fits, nothing does. */
export const TRANSITIONS: readonly Transition[] = [
  { event: 'hold placed', status: undefined, payment: ['none'], to: { status: 'PENDING', payment: 'none' } },
  { event: 'paid order placed', status: undefined, payment: ['none'], to: { status: 'PENDING', payment: 'processing' } },
  { event: 'free order placed', status: undefined, payment: ['none'], to: { status: 'CONFIRMED', payment: 'none' } },

  { event: 'payment started', status: 'PENDING', payment: ['none', 'declined', 'requires_action'], when: { isOver: false, isEventCancelled: false }, to: { status: 'PENDING', payment: 'processing' } },
  { event: 'free hold taken', status: 'PENDING', payment: ['none'], when: { isOver: false, isEventCancelled: false }, to: { status: 'CONFIRMED', payment: 'none' } },

  { event: 'captured', status: 'PENDING', payment: ['processing', 'requires_action', 'declined'], when: { isEventCancelled: false }, to: { status: 'CONFIRMED', payment: 'captured' } },
  { event: 'captured', status: 'PENDING', payment: ['processing', 'requires_action', 'declined'], when: { isEventCancelled: true }, to: { status: 'CANCELLED', reason: 'event_cancelled', payment: 'returned' } },
  { event: 'captured', status: 'CANCELLED', payment: ['declined', 'voided'], reasons: DECIDED, to: { status: 'CANCELLED', reason: 'as before', payment: 'returned' } },
  { event: 'captured', status: 'CANCELLED', payment: ['declined', 'voided'], when: { isLeft: true, isEventCancelled: false }, to: { status: 'CONFIRMED', payment: 'captured' } },
  { event: 'captured', status: 'CANCELLED', payment: ['declined', 'voided'], to: { status: 'CANCELLED', reason: 'as before', payment: 'returned' } },

  { event: 'action required', status: 'PENDING', payment: IN_FLIGHT, to: { status: 'PENDING', payment: 'requires_action' } },
  { event: 'declined', status: 'PENDING', payment: IN_FLIGHT, when: { isEventCancelled: true }, to: { status: 'CANCELLED', reason: 'event_cancelled', payment: 'declined' } },
  { event: 'declined', status: 'PENDING', payment: IN_FLIGHT, when: { isHold: false }, to: { status: 'CANCELLED', reason: 'payment_declined', payment: 'declined' } },
  { event: 'declined', status: 'PENDING', payment: IN_FLIGHT, when: { isOver: true }, to: { status: 'CANCELLED', reason: 'expired', payment: 'declined' } },
  { event: 'declined', status: 'PENDING', payment: IN_FLIGHT, to: { status: 'PENDING', payment: 'declined' } },
  { event: 'voided', status: 'PENDING', payment: IN_FLIGHT, when: { isEventCancelled: true }, to: { status: 'CANCELLED', reason: 'event_cancelled', payment: 'voided' } },
  { event: 'voided', status: 'PENDING', payment: IN_FLIGHT, to: { status: 'CANCELLED', reason: 'why it was voided', payment: 'voided' } },

  { event: 'expired', status: 'PENDING', payment: AT_REST, when: { isOver: true }, to: { status: 'CANCELLED', reason: 'expired', payment: 'as before' } },
  { event: 'given back', status: 'PENDING', payment: AT_REST, to: { status: 'CANCELLED', reason: 'given_back', payment: 'as before' } },
  { event: 'event cancelled', status: 'PENDING', payment: AT_REST, to: { status: 'CANCELLED', reason: 'event_cancelled', payment: 'as before' } },
  { event: 'event cancelled', status: 'CONFIRMED', payment: ['captured'], to: { status: 'CANCELLED', reason: 'event_cancelled', payment: 'returned' } },
  { event: 'event cancelled', status: 'CONFIRMED', payment: ['none'], to: { status: 'CANCELLED', reason: 'event_cancelled', payment: 'none' } },
  { event: 'all refunded', status: 'CONFIRMED', payment: ['captured'], to: { status: 'CANCELLED', reason: 'refunded', payment: 'returned' } },
  { event: 'all refunded', status: 'CONFIRMED', payment: ['none'], to: { status: 'CANCELLED', reason: 'refunded', payment: 'none' } },
  { event: 'some refunded', status: 'CONFIRMED', payment: ['captured', 'none'], to: { status: 'CONFIRMED', payment: 'as before' } },
] // prettier-ignore

/** @param before Undefined is an order that is not placed yet. @returns Undefined when nothing happens. */
export function findTransition(
  before: OrderState | undefined,
  event: OrderEvent,
  facts: OrderFacts,
): Transition | undefined {
  return TRANSITIONS.find((each) => each.event === event && fits(each, before, facts))
}

/** The state that a transition which fits leads to. */
export function stateAfter(
  before: OrderState | undefined,
  { to }: Transition,
  { voidedFor }: Pick<OrderFacts, 'voidedFor'>,
): OrderState {
  const reasons = { 'as before': before?.reason, 'why it was voided': voidedFor }
  const { status, reason, payment } = to
  return {
    status,
    reason: reason === 'as before' || reason === 'why it was voided' ? reasons[reason] : reason,
    payment: payment === 'as before' ? before?.payment : payment === 'none' ? undefined : payment,
  }
}

function fits(transition: Transition, before: OrderState | undefined, facts: OrderFacts): boolean {
  const { status, payment, reasons, when = {} } = transition
  if (before?.status !== status) return false
  if (!payment.includes(before?.payment ?? 'none')) return false
  if (reasons !== undefined && !reasons.some((reason) => reason === before?.reason)) return false
  return Object.entries(when).every(([name, value]) => facts[name as keyof OrderFacts] === value)
}

/** What an order has of the stock. */
export const stockOf = ({ status }: OrderState): 'held' | 'sold' | 'none' =>
  status === 'PENDING' ? 'held' : status === 'CONFIRMED' ? 'sold' : 'none'
