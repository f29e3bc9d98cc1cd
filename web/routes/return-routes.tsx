/** Buyers return tickets of a postponed event: a page that asks, and the form on it. */
import type { FastifyRequest } from 'fastify'
import { AppError } from '../../src/kernel/errors.ts'
import { choicesOf } from '../form.ts'
import { ReturnPage } from '../pages/return-page.tsx'
import { messageOf } from '../refusal.ts'
import { mayReturn } from '../returns.ts'
import { seeOther, sendPage } from '../send-page.ts'
import { orderTexts } from '../texts/orders.ts'
import { userOf } from '../visitor.ts'
import { type PageRoutes, page } from './page-route.ts'
import { findOwnOrder } from './ticket-routes.tsx'

export function returnRoutes(routes: PageRoutes): void {
  const { app, ticketing, findVisitor } = routes

  app.get('/tickets/order/:id/return', page, async (request, reply) => {
    const returning = await findReturning(routes, request)
    if (returning === undefined) return await seeOther(reply, orderPath(request))
    const chosen = returning.order.ticketCodes
    return await sendPage(reply, <ReturnPage {...returning} chosen={chosen} fault={undefined} />)
  })

  app.post('/tickets/order/:id/return', page, async (request, reply) => {
    const returning = await findReturning(routes, request)
    if (returning === undefined) return await seeOther(reply, orderPath(request))
    const chosen = choicesOf(request.body, 'ticket')
    const { order, visitor } = returning
    const again = async (status: number, fault: string) =>
      await sendPage(
        reply.code(status),
        <ReturnPage {...returning} chosen={chosen} fault={fault} />,
      )
    if (chosen.length === 0) return await again(422, orderTexts[visitor.language].chooseReturn)
    try {
      const { userId, userType } = userOf(visitor)
      await ticketing.refundOrder({
        orderId: order.orderId,
        by: { userId, userType },
        ticketCodes: chosen,
        requestId: request.id,
      })
    } catch (error) {
      if (!(error instanceof AppError) || error.status >= 500) throw error
      return await again(error.status, messageOf(error, visitor.language))
    }
    return await seeOther(reply, `/tickets/order/${order.orderId}?returned`)
  })

  /** Undefined when there is nothing to choose: the page of the order says what is the case. */
  async function findReturning({ events }: PageRoutes, request: FastifyRequest) {
    const visitor = await findVisitor(request)
    const { order, event } = await findOwnOrder({ events, ticketing }, visitor, request)
    if (order.ticketCodes.length === 0 || !mayReturn(event)) return undefined
    return { visitor, order, event }
  }
}

const orderPath = (request: FastifyRequest): string =>
  request.url.replace(/\?.*$/, '').replace(/\/return$/, '')
