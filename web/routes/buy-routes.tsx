import { randomUUID } from 'node:crypto'
import { formOf } from '../form.ts'
import type { EventDetails } from '../needs.ts'
import { EventPage } from '../pages/event-page.tsx'
import { mayBeRepeated, placePageOrder } from '../place-page-order.ts'
import { signInPath } from '../safe-next.ts'
import { saleAfterRefusal } from '../sale.ts'
import { seeOther, sendPage } from '../send-page.ts'
import { findShownEvent } from './event-routes.tsx'
import { type PageRoutes, page } from './page-route.ts'

export function buyRoutes({ app, events, ticketing, findVisitor }: PageRoutes): void {
  app.get('/events/:id/buy', page, async (request, reply) => {
    const event = await findShownEvent(events, request)
    return await seeOther(reply, `/events/${event.id}`)
  })

  app.post('/events/:id/buy', page, async (request, reply) => {
    const [visitor, event] = await Promise.all([
      findVisitor(request),
      findShownEvent(events, request),
    ])
    if (visitor.user === undefined) return await seeOther(reply, signInPath(`/events/${event.id}`))

    const form = formOf(request.body)
    const sent = {
      key: form('key'),
      choice: { ticketType: form('ticket_type'), quantity: form('quantity') },
    }
    const buyer = { userId: visitor.user.userId, language: visitor.language }
    const placed = await placePageOrder(ticketing, buyer, event, sent)
    if ('orderId' in placed) {
      const { orderId, isFree } = placed
      return await seeOther(reply, isFree ? `/tickets/order/${orderId}` : `/checkout/${orderId}`)
    }

    const { error, refusal } = placed
    void reply.code(error?.status ?? 422)
    return await sendPage(
      reply,
      <EventPage
        visitor={visitor}
        event={asItIsNow(event, error)}
        choice={sent.choice}
        orderKey={mayBeRepeated(error) ? sent.key : randomUUID()}
        refusal={refusal}
      />,
    )
  })
}

/** The refusal is newer than what the listing knew. */
function asItIsNow(event: EventDetails, error: Parameters<typeof mayBeRepeated>[0]): EventDetails {
  const sale = error && saleAfterRefusal(error.code, error.details.extra?.['remaining'])
  return sale === undefined ? event : { ...event, sale }
}
