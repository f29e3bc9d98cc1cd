/** What mails and tickets tell, put together from what each service knows. */
import { invariant } from './kernel/invariant.ts'
import type { Events } from './services/event/service.ts'
import type { NotificationDeps } from './services/notification/service.ts'
import type { Payments } from './services/payment/service.ts'
import type { Ticketing, TicketingDeps } from './services/ticketing/service.ts'
import type { Accounts } from './services/user/accounts.ts'
import { posterShapes } from '../web/components/poster-shapes.ts'

export function mailLookups(known: {
  accounts: Accounts
  events: Events
  ticketing: Ticketing
  payments: Payments
  publicUrl: string
}): Omit<NotificationDeps, 'db' | 'sendMail' | 'neverSendTo' | 'publicUrl' | 'makeToken'> {
  const { accounts, events, ticketing, payments, publicUrl } = known

  const findOrder = async (orderId: number) => {
    const order = await ticketing.findOrder(orderId)
    if (order === undefined) return undefined
    const buyer = await accounts.findUser(order.userId)
    const event = await events.findEvent(order.eventId)
    invariant(event !== undefined, `order ${orderId} has its event`)
    // Who has deleted the account is told nothing any more.
    if (buyer === undefined) return undefined
    return { ...order, buyer, event: { ...event, startsAt: event.eventDate } }
  }

  return {
    async findConfirmedOrder(orderId) {
      const order = await findOrder(orderId)
      if (order === undefined) return undefined
      return {
        ...order,
        tickets: await ticketing.drawQrCodes(order),
        links: { order: `${publicUrl}/tickets/order/${orderId}` },
      }
    },
    async findReturnedOrder(orderId) {
      const order = await findOrder(orderId)
      return order && { ...order, isEventCancelled: order.reason === 'event_cancelled' }
    },
    async findRefund(refundId) {
      const refund = await payments.findRefund(refundId)
      const order = refund && (await findOrder(refund.orderId))
      if (order === undefined) return undefined
      const ticketCodes = await ticketing.findTicketsOfRefund(refundId)
      return { ...order, refundId, amountCents: refund?.amountCents ?? 0, ticketCodes }
    },
    findEventFacts: events.findFacts,
    findBuyersOf: ticketing.findBuyersOf,
    findRecipient: accounts.findUser,
    async findAccount(userId) {
      const found = await accounts.findUser(userId)
      if (found === undefined || found.suspendedAt !== null) return undefined
      return { ...found, isVerified: found.emailVerifiedAt !== null }
    },
  }
}

/** @param known.events Asked for late: the event service comes after the ticketing service. */
export function printingLookups(known: {
  accounts: Accounts
  events: () => Events
}): TicketingDeps['printing'] {
  return {
    async findEvent(eventId) {
      const event = await known.events().findEvent(eventId)
      if (event === undefined) return undefined
      const { eventDate: startsAt, updatedAt: changedAt } = event
      return { ...event, startsAt, changedAt, isCancelled: event.status === 'cancelled' }
    },
    nameOf: async (userId) => (await known.accounts.findUser(userId))?.name,
    posterOf: posterShapes,
  }
}
