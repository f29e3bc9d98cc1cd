import { Type } from 'typebox'
import {
  IdempotencyHeaders,
  Order as OrderSchema,
  OrderParams,
  OrdersQuery,
  PlaceOrderBody,
  Ticket as TicketSchema,
  TicketParams,
} from '../../contracts/order.ts'
import { AppError } from '../../kernel/errors.ts'
import { principalOf } from '../../platform/http/access.ts'
import { Unchanged, sendTaggedJson } from '../../platform/http/etag.ts'
import { nextLink } from '../../platform/http/pages.ts'
import type { HttpApp } from '../../platform/http/server.ts'
import type { Database } from '../../platform/postgres.ts'
import { listOrders } from './list-orders.ts'
import { findOrder, findTicket } from './orders.sql.ts'
import type { AnsweredOrder } from './answer-order.ts'
import { orderJson, ticketLinksJson } from './order-json.ts'
import type { PlaceOrderCommand } from './place-order.ts'
import type { TicketFiles } from './ticket-files.ts'

export interface TicketingRoutesDeps {
  db: Database
  files: TicketFiles
  placeOrder: (command: PlaceOrderCommand) => Promise<AnsweredOrder>
}

const ORDERS_PER_PAGE = 20
const PURCHASE_REFUSALS = [
  'not_found',
  'sold_out',
  'limit_exceeded',
  'sales_not_started',
  'sales_paused',
  'sales_closed',
  'event_cancelled',
  'payment_declined',
  'payment_in_progress',
  'hold_expired',
  'idempotency_key_reused',
  'request_in_progress',
] as const

export function ticketingRoutes(app: HttpApp, deps: TicketingRoutesDeps): void {
  app.post(
    '/api/v1/orders',
    {
      config: { access: 'user', refusals: PURCHASE_REFUSALS },
      schema: {
        summary: 'Buy tickets',
        description:
          'Atomic and durable: CONFIRMED means that the tickets are yours, PENDING that they are held for you until expires_at. 202 means that the payment provider has not answered yet. Send an Idempotency-Key to retry safely.',
        tags: ['orders'],
        security: [{ bearer: [] }],
        headers: IdempotencyHeaders,
        body: PlaceOrderBody,
        response: { 201: OrderSchema, 202: OrderSchema },
      },
    },
    async (request, reply) => {
      const { event_id, quantity, ticket_type_id, hold, payment_method } = request.body
      if (hold === true && payment_method !== undefined) {
        throw new AppError('invalid_request', {
          field: 'payment_method',
          detail:
            'payment_method is for orders that are paid at once: a hold names it when it is paid.',
        })
      }
      const order = await deps.placeOrder({
        userId: principalOf(request).userId,
        eventId: event_id,
        ticketTypeId: ticket_type_id,
        quantity,
        isHold: hold === true,
        paymentMethod: payment_method,
        idempotencyKey: request.headers['idempotency-key'],
      })
      void reply
        .code(order.isAccepted === true ? 202 : 201)
        .header('Location', `/api/v1/orders/${order.orderId}`)
      if (order.isReplay) void reply.header('Idempotent-Replayed', 'true')
      return orderJson(order)
    },
  )

  app.get(
    '/api/v1/orders',
    {
      config: { access: 'user' },
      schema: {
        summary: 'Your past purchases, newest first',
        tags: ['orders'],
        security: [{ bearer: [] }],
        querystring: OrdersQuery,
        response: { 200: Type.Array(OrderSchema), 304: Unchanged },
      },
    },
    async (request, reply) => {
      const { limit = ORDERS_PER_PAGE, cursor } = request.query
      const page = await listOrders(deps.db, principalOf(request).userId, { limit, cursor })
      if (page.nextCursor !== undefined) {
        void reply.header('Link', nextLink(request, page.nextCursor))
      }
      const orders = page.items.map(async (order) =>
        orderJson(order, await deps.files.linksOf(order)),
      )
      return await sendTaggedJson(request, reply, await Promise.all(orders))
    },
  )

  app.get(
    '/api/v1/orders/:id',
    {
      config: { access: 'user' },
      schema: {
        summary: 'One of your orders',
        tags: ['orders'],
        security: [{ bearer: [] }],
        params: OrderParams,
        response: { 200: OrderSchema, 304: Unchanged },
      },
    },
    async (request, reply) => {
      const order = await findOrder(deps.db, request.params.id)
      // Somebody else's order and none at all look the same.
      if (order?.userId !== principalOf(request).userId) throw new AppError('not_found')
      return await sendTaggedJson(request, reply, orderJson(order, await deps.files.linksOf(order)))
    },
  )

  app.get(
    '/api/v1/tickets/:code',
    {
      config: { access: 'user' },
      schema: {
        summary: 'One of your tickets',
        tags: ['orders'],
        security: [{ bearer: [] }],
        params: TicketParams,
        response: { 200: TicketSchema, 304: Unchanged },
      },
    },
    async (request, reply) => {
      const ticket = await findTicket(deps.db, request.params.code)
      if (ticket?.userId !== principalOf(request).userId) throw new AppError('not_found')
      return await sendTaggedJson(request, reply, {
        ticket_code: ticket.ticketCode,
        order_id: ticket.orderId,
        event_id: ticket.eventId,
        issued_at: ticket.issuedAt.toISOString(),
        valid: ticket.isValid,
        ...ticketLinksJson(deps.files.ticketLinksOf(ticket)),
      })
    },
  )
}
