/** Sends the pages that are the same for everybody who is not signed in. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { VNode } from 'preact'
import { chooseEncoding } from './content-encoding.ts'
import type { PageRoutes } from './routes/page-route.ts'
import { renderPage } from './send-page.ts'
import { isSharedPath } from './shared-pages.ts'
import type { Visitor } from './visitor.ts'

/** Whether this visitor gets at this address what all others get. */
export const isShared = (request: FastifyRequest, visitor: Visitor): boolean =>
  visitor.user === undefined && isSharedPath(request.url)

/** @param render Called at most once a second for all who ask. @throws What it throws. */
export async function sendSharedPage(
  asked: { routes: PageRoutes; request: FastifyRequest; reply: FastifyReply; visitor: Visitor },
  render: () => Promise<VNode>,
): Promise<FastifyReply> {
  const { request, reply, visitor } = asked
  const { shared, cookies } = asked.routes
  const route = request.routeOptions.url ?? ''
  const page = await shared.find({ visitor, route }, async () => renderPage(await render()))
  if (cookies.readSession(request) === undefined) shared.remember(request, visitor)
  return await reply.sendReady(
    await page.answer(chooseEncoding(request.headers['accept-encoding'])),
  )
}
