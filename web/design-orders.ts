/** Made-up orders, one for each state that an order can be seen in, for the page of the design. */
import { SAMPLE_EVENTS } from './design-samples.ts'
import type { EventDetails, Order, OrderLinks } from './needs.ts'

const MINUTE_MS = 60_000

const eventThatIs = (state: string): EventDetails => {
  const sample = SAMPLE_EVENTS.find((each) => each.state === state)
  if (sample === undefined) throw new Error(`no sample of an event is ${state}`)
  return sample.event
}

export const SAMPLE_EVENT = eventThatIs('ticket types, one of them gone')
export const CANCELLED_EVENT = eventThatIs('cancelled')
export const POSTPONED_EVENT: EventDetails & { refundUntil: Date } = {
  ...SAMPLE_EVENT,
  postponedAt: new Date('2040-01-01T12:00:00Z'),
  refundUntil: new Date('2040-03-01T12:00:00Z'),
}

const CODES = ['TCK-01MEWYTSWFK6SY9541SJ3EQHB6GD1GHCAKJ', 'TCK-01MEWYTSWQ5NRFBFYH5K0JKCTVJVWAEKG25']

const bought: Order = {
  orderId: SAMPLE_EVENT.id + 100,
  userId: 1,
  eventId: SAMPLE_EVENT.id,
  ticketTypeId: 3,
  quantity: 2,
  totalPriceCents: 10_800,
  status: 'CONFIRMED',
  createdAt: new Date('2040-01-01T10:00:00Z'),
  expiresAt: undefined,
  reason: undefined,
  refundedCents: 0,
  ticketCodes: CODES,
  nextAction: undefined,
  payment: { status: 'captured', method: 'pm_card_visa', declineCode: undefined },
}

const held = (): Order => ({
  ...bought,
  orderId: bought.orderId + 1,
  status: 'PENDING',
  // From now on, so that the clock on its page runs.
  expiresAt: new Date(Date.now() + 9 * MINUTE_MS),
  ticketCodes: [],
  payment: undefined,
})

const ended = (orderId: number, reason: string): Order => ({
  ...bought,
  ...{ orderId, reason, status: 'CANCELLED', ticketCodes: [] },
})

/** As they are now: one of them is held for a while from when it is asked for. */
export const sampleOrders = (): Record<OrderState, Order> => ({
  bought,
  held: held(),
  declined: {
    ...held(),
    payment: { status: 'declined', method: 'pm_card_chargeDeclined', declineCode: undefined },
  },
  'at the bank': {
    ...held(),
    nextAction: { url: '/design' },
    payment: { status: 'requires_action', method: 'pm_card_visa', declineCode: undefined },
  },
  'returned in part': {
    ...bought,
    ...{ orderId: bought.orderId + 2, refundedCents: 5_400, ticketCodes: CODES.slice(1) },
  },
  expired: ended(bought.orderId + 3, 'expired'),
  refunded: { ...ended(bought.orderId + 4, 'refunded'), refundedCents: 10_800 },
})

export type OrderState =
  'bought' | 'held' | 'declined' | 'at the bank' | 'returned in part' | 'expired' | 'refunded'

/** Opens nothing: a picture in the place of a code. */
const qrSvg = `data:image/svg+xml,${encodeURIComponent(
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 29 29"><path fill="#fff" d="M0 0h29v29H0z"/>
   <path d="M4 4h7v7H4zM18 4h7v7h-7zM4 18h7v7H4zM13 13h3v3h-3zM18 18h3v3h-3zM22 22h3v3h-3z"/></svg>`,
)}`

export const SAMPLE_LINKS: OrderLinks = {
  ...{ ticketsPdf: '/design', calendar: '/design' },
  tickets: new Map(CODES.map((code) => [code, { qrSvg }])),
}
