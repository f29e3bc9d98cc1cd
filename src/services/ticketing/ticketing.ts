import type { Page } from '../../platform/http/pages.ts'
import type { AnsweredOrder } from './answer-order.ts'
import type { OpenHold, Order } from './orders.sql.ts'
import type { PayOrderCommand } from './pay-order.ts'
import type { PlaceOrderCommand } from './place-order.ts'
import type { RefundOrderCommand, RefundedOrder } from './refund-order.ts'
import type { TicketFiles } from './ticket-files.ts'

/** What other parts may ask of ticketing. */
export interface Ticketing {
  placeOrder: (command: PlaceOrderCommand) => Promise<AnsweredOrder>
  payOrder: (command: PayOrderCommand) => Promise<AnsweredOrder>
  giveBackOrder: (command: { userId: number; orderId: number }) => Promise<Order>
  refundOrder: (command: RefundOrderCommand) => Promise<RefundedOrder>
  /** Whether purchases are on their way or were a moment ago, so that lesser work steps back. */
  isBusy: () => boolean
  /** An event was cancelled: what was sold of it goes back at once. */
  undoCancelledEvents: () => void
  /**
   * A page of somebody's orders, the newest first.
   * @throws AppError `invalid_request` for a cursor that is none.
   */
  ordersOf: (
    userId: number,
    page: { limit: number; cursor: string | undefined },
  ) => Promise<Page<Order>>
  /** What somebody holds and has not paid, the first to end first. */
  openHoldsOf: (userId: number, limit: number) => Promise<OpenHold[]>
  /** Has the provider asked what became of a payment, because its buyer is back from there. */
  checkPaymentSoon: (orderId: number) => Promise<void>
  findOrder: (orderId: number) => Promise<Order | undefined>
  /** Users who have tickets for an event, or had them until it was cancelled, by id. */
  findBuyersOf: (eventId: number, afterUserId: number, limit: number) => Promise<number[]>
  /** The codes of the tickets that a refund took back. */
  findTicketsOfRefund: (refundId: number) => Promise<string[]>
  /** The pictures that open the door, for a mail. */
  drawQrCodes: TicketFiles['drawQrCodes']
  /** Where the files of an order are that was found. */
  linksOf: TicketFiles['linksOf']
}
