import type { FastifyRequest } from 'fastify'
import { AppError } from '../../src/kernel/errors.ts'
import { invariant } from '../../src/kernel/invariant.ts'
import { formOf, wholeNumber } from '../form.ts'
import type { EventDetails, Events, Order } from '../needs.ts'
import { OrderPage, type OrderPageProps } from '../pages/order-page.tsx'
import { TicketsPage } from '../pages/tickets-page.tsx'
import { sendPage } from '../send-page.ts'
import { type Visitor, userOf } from '../visitor.ts'
import { type PageRoutes, page } from './page-route.ts'

const ORDERS_SHOWN = 50
/** How long an order counts as the one just bought. */
const NEW_MS = 120_000

export function ticketRoutes({ app, events, ticketing, findVisitor }: PageRoutes): void {
  app.get('/tickets', page, async (request, reply) => {
    const visitor = await findVisitor(request)
    const orders = await ticketing.ordersOf(userOf(visitor).userId, ORDERS_SHOWN + 1)
    return await sendPage(
      reply,
      <TicketsPage
        visitor={visitor}
        orders={await withEvents(events, orders.slice(0, ORDERS_SHOWN))}
        hasOlder={orders.length > ORDERS_SHOWN}
      />,
    )
  })

  app.get('/tickets/order/:id', page, async (request, reply) => {
    const visitor = await findVisitor(request)
    const { order, event } = await findOwnOrder({ events, ticketing }, visitor, request)
    return await sendPage(
      reply,
      <OrderPage
        visitor={visitor}
        order={order}
        event={event}
        links={await ticketing.linksOf(order)}
        moment={momentOf(order, request.query as object)}
      />,
    )
  })
}

function momentOf(order: Order, query: object): OrderPageProps['moment'] {
  if (Object.hasOwn(query, 'repeated')) return 'repeated'
  if (Object.hasOwn(query, 'returned')) return 'returned'
  return Date.now() - order.createdAt.getTime() < NEW_MS ? 'new' : 'later'
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
