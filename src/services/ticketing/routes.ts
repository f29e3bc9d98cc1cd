import { type Static, Type } from 'typebox'
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
import { decimalFromCents } from '../../kernel/money.ts'
import { principalOf } from '../../platform/http/access.ts'
import { Unchanged, sendTaggedJson } from '../../platform/http/etag.ts'
import { cursorCodec, cutPage, nextLink } from '../../platform/http/pages.ts'
import type { HttpApp } from '../../platform/http/server.ts'
import type { Database } from '../../platform/postgres.ts'
import { type Order, findOrder, findOrdersOf, findTicket } from './orders.sql.ts'
import type { PlaceOrderCommand, PlacedOrder } from './place-order.ts'
import type { OrderLinks, TicketFiles, TicketLinks } from './ticket-files.ts'

export interface TicketingRoutesDeps {
  db: Database
  files: TicketFiles
  placeOrder: (command: PlaceOrderCommand) => Promise<PlacedOrder>
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
  'idempotency_key_reused',
  'request_in_progress',
] as const
const position = cursorCodec('time', 'integer')

export function ticketingRoutes(app: HttpApp, deps: TicketingRoutesDeps): void {
  app.post(
    '/api/v1/orders',
    {
      config: { access: 'user', refusals: PURCHASE_REFUSALS },
      schema: {
        summary: 'Buy tickets',
        description:
          'Atomic and durable: CONFIRMED means that the tickets are yours. Send an Idempotency-Key to retry safely.',
        tags: ['orders'],
        security: [{ bearer: [] }],
        headers: IdempotencyHeaders,
        body: PlaceOrderBody,
        response: { 201: OrderSchema },
      },
    },
    async (request, reply) => {
      const { event_id, quantity, ticket_type_id } = request.body
      const order = await deps.placeOrder({
        userId: principalOf(request).userId,
        eventId: event_id,
        ticketTypeId: ticket_type_id,
        quantity,
        idempotencyKey: request.headers['idempotency-key'],
      })
      void reply.code(201).header('Location', `/api/v1/orders/${order.orderId}`)
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
      const rows = await findOrdersOf(deps.db, principalOf(request).userId, {
        limit: limit + 1,
        after: cursor === undefined ? undefined : position.decode(cursor),
      })
      const page = cutPage(rows, limit, (last) => position.encode(last.position))
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

/** @param links Of an order that is looked up; a purchase answers without, now and at every retry. */
function orderJson(order: Order | PlacedOrder, links?: OrderLinks): Static<typeof OrderSchema> {
  return {
    order_id: order.orderId,
    status: order.status,
    tickets: order.ticketCodes.map((ticket_code) => ({
      ticket_code,
      ...ticketLinksJson(links?.tickets.get(ticket_code)),
    })),
    event_id: order.eventId,
    quantity: order.quantity,
    total_price: decimalFromCents(order.totalPriceCents),
    created_at: order.createdAt.toISOString(),
    ...(links && { links: { tickets_pdf: links.ticketsPdf, calendar: links.calendar } }),
  }
}

const ticketLinksJson = (links: TicketLinks | undefined) =>
  links && { links: { qr_svg: links.qrSvg, qr_png: links.qrPng } }
