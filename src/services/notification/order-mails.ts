/** Mails about orders: the tickets, and money that goes back because there are none. */
import type { Messages } from '../../contracts/messages.ts'
import { type Consumer, consumer } from '../../platform/outbox/consumer.ts'
import { type DeliverMailDeps, deliverMail } from './deliver-mail.ts'
import { orderConfirmationMail } from './mails/order-confirmation.ts'
import { paymentReturnedMail } from './mails/payment-returned.ts'
import type { ConfirmedOrder, ReturnedOrder } from './recipients.ts'

export interface OrderMailsDeps extends DeliverMailDeps {
  findConfirmedOrder: (orderId: number) => Promise<ConfirmedOrder | undefined>
  findReturnedOrder: (orderId: number) => Promise<ReturnedOrder | undefined>
}

export function orderMails(deps: OrderMailsDeps): Consumer[] {
  const effects = (message: Messages['orders.placed' | 'payments.returned']) =>
    message.order_ids.map((orderId) => ({ id: `order ${orderId}`, data: { orderId } }))
  // One that is not found has lost its buyer, or is from a database that was set back.
  return [
    consumer({
      topic: 'orders.placed',
      name: 'mail-confirmation',
      lane: 'mail',
      effects,
      async handle({ orderId }: { orderId: number }, tx) {
        const order = await deps.findConfirmedOrder(orderId)
        if (order === undefined) return
        await deliverMail(deps, orderConfirmationMail(order), tx, order.buyer.id)
      },
    }),
    consumer({
      topic: 'payments.returned',
      name: 'mail-payment-returned',
      lane: 'mail',
      effects,
      async handle({ orderId }: { orderId: number }, tx) {
        const order = await deps.findReturnedOrder(orderId)
        if (order === undefined) return
        await deliverMail(deps, paymentReturnedMail(order), tx, order.buyer.id)
      },
    }),
  ]
}
