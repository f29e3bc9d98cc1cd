/** Paying for a hold. Every form is answered with the way to a page, so that loading it again pays nothing. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { AppError } from '../../src/kernel/errors.ts'
import { checkoutState } from '../checkout-state.ts'
import { formOf } from '../form.ts'
import { CheckoutEndedPage } from '../pages/checkout-ended-page.tsx'
import { CheckoutPage, type CheckoutPageProps } from '../pages/checkout-page.tsx'
import { AtBankPage, WaitingPage } from '../pages/checkout-waiting-pages.tsx'
import { seeOther, sendPage } from '../send-page.ts'
import { isTestCard } from '../test-cards.ts'
import { type PageRoutes, page } from './page-route.ts'
import { findOwnOrder } from './ticket-routes.tsx'

/** What costs nothing is paid with nothing. */
const NO_METHOD = 'none'

export function checkoutRoutes(routes: PageRoutes): void {
  const { app, ticketing, hasTestCards, findVisitor } = routes

  app.get('/checkout/:id', page, async (request, reply) => {
    const checkout = await findCheckout(request)
    const wantsOther = Object.hasOwn(request.query as object, 'other')
    return await show(reply, checkout, wantsOther ? 'other_card' : 'now')
  })

  app.get('/checkout/:id/return', page, async (request, reply) => {
    const checkout = await findCheckout(request)
    const { order } = checkout
    const isAtBank = order.payment?.status === 'requires_action'
    if (isAtBank) await ticketing.checkPaymentSoon(order.orderId)
    return await show(reply, checkout, 'back')
  })

  app.post('/checkout/:id/pay', page, async (request, reply) => {
    const checkout = await findCheckout(request)
    const { order } = checkout
    const { orderId, userId } = order
    const path = `/checkout/${orderId}`
    const isFree = order.totalPriceCents === 0
    const method = isFree ? NO_METHOD : formOf(request.body)('card')
    if (order.status === 'PENDING' && !isFree && !(hasTestCards && isTestCard(method))) {
      const trouble = hasTestCards ? ({ trouble: 'no_card' } as const) : {}
      return await sendPage(reply.code(422), <CheckoutPage {...checkout} {...trouble} />)
    }
    try {
      const { status } = await ticketing.payOrder({ userId, orderId, paymentMethod: method })
      return await seeOther(reply, status === 'CONFIRMED' ? `/tickets/order/${orderId}?paid` : path)
    } catch (error) {
      if (!(error instanceof AppError)) throw error
      if (error.code === 'unavailable') {
        const seconds = Math.ceil(error.details.retryAfterSeconds ?? 1)
        void reply.code(503).header('Retry-After', String(seconds))
        return await sendPage(reply, <CheckoutPage {...checkout} trouble="busy" />)
      }
      // Declined, too late, or another tab was faster: the order says which.
      if (error.status >= 500) throw error
      return await seeOther(reply, path)
    }
  })

  // Where a form was answered with a page: a browser that was closed asks for that address again.
  for (const form of ['pay', 'give-back']) {
    app.get(`/checkout/:id/${form}`, page, async (request, reply) => {
      const { order } = await findCheckout(request)
      return await seeOther(reply, `/checkout/${order.orderId}`)
    })
  }

  app.post('/checkout/:id/give-back', page, async (request, reply) => {
    const { order } = await findCheckout(request)
    const { orderId, userId } = order
    try {
      await ticketing.giveBackOrder({ userId, orderId })
    } catch (error) {
      // Paid meanwhile: the page leads to the tickets.
      if (!(error instanceof AppError) || error.code !== 'order_not_pending') throw error
    }
    return await seeOther(reply, `/checkout/${orderId}`)
  })

  async function findCheckout(request: FastifyRequest): Promise<CheckoutPageProps> {
    const visitor = await findVisitor(request)
    return { ...(await findOwnOrder(routes, visitor, request)), visitor, hasTestCards }
  }
}

async function show(
  reply: FastifyReply,
  checkout: CheckoutPageProps,
  why: 'now' | 'back' | 'other_card',
): Promise<FastifyReply> {
  const { order, event } = checkout
  switch (checkoutState(order, event)) {
    case 'paid':
      return await seeOther(reply, `/tickets/order/${order.orderId}?paid`)
    case 'ended':
      return await sendPage(reply, <CheckoutEndedPage {...checkout} />)
    case 'processing':
      return await sendPage(reply, <WaitingPage {...checkout} isBack={false} />)
    case 'at_bank':
      if (why === 'back') return await sendPage(reply, <WaitingPage {...checkout} isBack />)
      if (why === 'now') return await sendPage(reply, <AtBankPage {...checkout} />)
      return await sendPage(reply, <CheckoutPage {...checkout} />)
    case 'declined':
    case 'to_pay':
      return await sendPage(reply, <CheckoutPage {...checkout} />)
  }
}
