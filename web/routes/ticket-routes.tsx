import type { FastifyReply, FastifyRequest } from 'fastify'
import { AppError } from '../../src/kernel/errors.ts'
import { invariant } from '../../src/kernel/invariant.ts'
import { offlineTickets } from '../assets.ts'
import { formOf, wholeNumber } from '../form.ts'
import type { EventDetails, Events, Order } from '../needs.ts'
import { OrderPage, type OrderPageProps } from '../pages/order-page.tsx'
import { TicketsPage } from '../pages/tickets-page.tsx'
import { sendPage } from '../send-page.ts'
import { type Visitor, userOf } from '../visitor.ts'
import { type PageRoutes, page } from './page-route.ts'

const ORDERS_PER_PAGE = 50
/** How long an order counts as the one just bought. */
const NEW_MS = 120_000
/** The same where paying leads; a hold may be long. */
const JUST_PAID_MS = 3_600_000

export function ticketRoutes({ app, events, ticketing, refunds, findVisitor }: PageRoutes): void {
  app.get('/tickets', page, async (request, reply) => {
    const visitor = await findVisitor(request)
    void markOwn(reply, visitor)
    const cursor = formOf(request.query)('cursor') || undefined
    const page = await ticketing.ordersOf(userOf(visitor).userId, {
      limit: ORDERS_PER_PAGE,
      cursor,
    })
    return await sendPage(
      reply,
      <TicketsPage
        visitor={visitor}
        orders={await withEvents(events, page.items)}
        nextCursor={page.nextCursor}
        isFirst={cursor === undefined}
      />,
    )
  })

  app.get('/tickets/offline.js', page, async (_request, reply) => {
    return await reply
      .header('Content-Type', offlineTickets.type)
      .header('Content-Security-Policy', "default-src 'none'; connect-src 'self'")
      .header('Service-Worker-Allowed', '/tickets')
      .header('Cache-Control', 'no-cache')
      .send(offlineTickets.bytes)
  })

  app.get('/tickets/order/:id', page, async (request, reply) => {
    const visitor = await findVisitor(request)
    const { order, event } = await findOwnOrder({ events, ticketing }, visitor, request)
    void markOwn(reply, visitor)
    return await sendPage(
      reply,
      <OrderPage
        visitor={visitor}
        order={order}
        event={event}
        links={await ticketing.linksOf(order)}
        refunds={await refunds.refundsOf(order.orderId)}
        moment={momentOf(order, request.query as object)}
      />,
    )
  })
}

/** Tells the script that keeps tickets whose they are. */
const markOwn = (reply: FastifyReply, visitor: Visitor): FastifyReply =>
  reply.header('Page-Owner', String(userOf(visitor).userId))

/** A hold may be paid minutes after it was made, and its page is the first to say so. */
function momentOf(order: Order, query: object): OrderPageProps['moment'] {
  if (Object.hasOwn(query, 'returned')) return 'returned'
  const newMs = Object.hasOwn(query, 'paid') ? JUST_PAID_MS : NEW_MS
  return Date.now() - order.createdAt.getTime() < newMs ? 'new' : 'later'
}

/** @throws AppError `unauthenticated`, `not_found` */
export async function findOwnOrder(
  { events, ticketing }: Pick<PageRoutes, 'events' | 'ticketing'>,
  visitor: Visitor,
  request: FastifyRequest,
): Promise<{ order: Order; event: EventDetails }> {
  const user = userOf(visitor)
  const id = wholeNumber(formOf(request.params)('id'))
  const order = id === undefined ? undefined : await ticketing.findOrder(id)
  // Somebody else's order and none at all look the same.
  if (order?.userId !== user.userId) throw new AppError('not_found')
  return { order, event: await eventOf(events, order) }
}

async function withEvents(
  events: Events,
  orders: readonly Order[],
): Promise<{ order: Order; event: EventDetails }[]> {
  return await Promise.all(
    orders.map(async (order) => ({ order, event: await eventOf(events, order) })),
  )
}

async function eventOf(events: Events, order: Order): Promise<EventDetails> {
  const event = await events.findEvent(order.eventId)
  // What was sold is neither deleted nor a draft again.
  invariant(event !== undefined, `order ${order.orderId} has an event`)
  return event
}
