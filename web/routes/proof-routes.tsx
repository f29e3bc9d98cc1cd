import { AppError } from '../../src/kernel/errors.ts'
import { ProofPage } from '../pages/proof-page.tsx'
import { sendPage } from '../send-page.ts'
import { findShownEvent } from './event-routes.tsx'
import { type PageRoutes, page } from './page-route.ts'

export function proofRoutes({ app, events, books, findVisitor }: PageRoutes): void {
  app.get('/events/:id/proof', page, async (request, reply) => {
    const [visitor, event] = await Promise.all([
      findVisitor(request),
      findShownEvent(events, request),
    ])
    const found = await books.findProof(event.id)
    if (found === undefined) throw new AppError('not_found')
    return await sendPage(
      reply,
      <ProofPage visitor={visitor} event={event} {...found} />,
      visitor.user === undefined ? 'public' : 'private',
    )
  })
}
