import {
  IdempotencyHeaders,
  Order as OrderSchema,
  OrderParams,
  PayOrderBody,
  RefundOrderBody,
  RefundedOrder,
} from '../../contracts/order.ts'
import { principalOf } from '../../platform/http/access.ts'
import type { HttpApp } from '../../platform/http/server.ts'
import type { AnsweredOrder } from './answer-order.ts'
import { orderJson } from './order-json.ts'
import type { Order } from './orders.sql.ts'
import type { PayOrderCommand } from './pay-order.ts'
import type { RefundOrderCommand, RefundedOrder as TakenBack } from './refund-order.ts'

export interface PaymentRoutesDeps {
  payOrder: (command: PayOrderCommand) => Promise<AnsweredOrder>
  giveBackOrder: (command: { userId: number; orderId: number }) => Promise<Order>
  refundOrder: (command: RefundOrderCommand) => Promise<TakenBack>
}

/** What happens to an order after it was placed: it is paid, given back or refunded. */
export function paymentRoutes(app: HttpApp, deps: PaymentRoutesDeps): void {
  app.post(
    '/api/v1/orders/:id/pay',
    {
      config: {
        access: 'user',
        refusals: [
          'not_found',
          'payment_declined',
          'hold_expired',
          'event_cancelled',
          'order_not_pending',
          'payment_in_progress',
          'idempotency_key_reused',
        ],
      },
      schema: {
        summary: 'Pay for a hold',
        description:
          'May be repeated: an order is paid once. 202 means that the provider has not answered yet; PENDING with next_action that the buyer has to do something first. After a decline the hold stays, and another method may be tried. An Idempotency-Key names one attempt: sent again, it makes no other one and is answered as that ended.',
        tags: ['orders'],
        security: [{ bearer: [] }],
        params: OrderParams,
        headers: IdempotencyHeaders,
        body: PayOrderBody,
        response: { 200: OrderSchema, 202: OrderSchema },
      },
    },
    async (request, reply) => {
      const order = await deps.payOrder({
        userId: principalOf(request).userId,
        orderId: request.params.id,
        paymentMethod: request.body.payment_method,
        idempotencyKey: request.headers['idempotency-key'],
      })
      void reply.code(order.isAccepted === true ? 202 : 200)
      if (order.isReplay) void reply.header('Idempotent-Replayed', 'true')
      return orderJson(order)
    },
  )

  app.delete(
    '/api/v1/orders/:id',
    {
      config: { access: 'user', refusals: ['not_found', 'order_not_pending'] },
      schema: {
        summary: 'Give a hold back',
        description:
          'Its tickets are for sale again at once. May be repeated, with an Idempotency-Key or without.',
        tags: ['orders'],
        security: [{ bearer: [] }],
        params: OrderParams,
        headers: IdempotencyHeaders,
        response: { 200: OrderSchema },
      },
    },
    async (request) => {
      const { userId } = principalOf(request)
      return orderJson(await deps.giveBackOrder({ userId, orderId: request.params.id }))
    },
  )

  app.post(
    '/api/v1/orders/:id/refunds',
    {
      config: {
        access: 'user',
        refusals: [
          'not_found',
          'forbidden',
          'nothing_to_refund',
          'invalid_value',
          'idempotency_key_reused',
        ],
      },
      schema: {
        summary: 'Take tickets back and refund them',
        description:
          'For the organizer of the event and admins, and for the buyer while the event is postponed. Each ticket is taken back once, however often it is asked; repeated under its Idempotency-Key, the request is answered as it was first.',
        tags: ['orders'],
        security: [{ bearer: [] }],
        params: OrderParams,
        headers: IdempotencyHeaders,
        body: RefundOrderBody,
        response: { 201: RefundedOrder },
      },
    },
    async (request, reply) => {
      const { refundIds, ticketCount, isReplay } = await deps.refundOrder({
        orderId: request.params.id,
        by: principalOf(request),
        ticketCodes: request.body.tickets,
        requestId: request.id,
        idempotencyKey: request.headers['idempotency-key'],
      })
      void reply.code(201)
      if (isReplay) void reply.header('Idempotent-Replayed', 'true')
      return {
        order_id: request.params.id,
        tickets_taken_back: ticketCount,
        refund_ids: refundIds,
      }
    },
  )
}
