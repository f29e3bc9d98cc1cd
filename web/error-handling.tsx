/** What browsers get when a page cannot be shown: a page, too. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { VNode } from 'preact'
import { AppError } from '../src/kernel/errors.ts'
import { preferredLanguage } from '../src/kernel/language.ts'
import { ErrorPage } from './pages/error-page.tsx'
import { refusalOf, wordsFor } from './refusal.ts'
import { signInPath } from './safe-next.ts'
import { type RenderedPage, renderPage, seeOther, sendPage } from './send-page.ts'
import { type FindVisitor, type Visitor, stranger } from './visitor.ts'

export function errorHandler(findVisitor: FindVisitor) {
  return async (error: unknown, request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    const refusal = refusalOf(error)
    if (refusal.code === 'unauthenticated') {
      await seeOther(reply, signInPath(pageOf(request)))
      return
    }
    if (refusal.status >= 500) request.log.error({ err: error }, refusal.message)
    const { retryAfterSeconds } = refusal.details
    if (retryAfterSeconds !== undefined) {
      void reply.header('Retry-After', String(Math.max(1, Math.ceil(retryAfterSeconds))))
    }
    // The page says who is signed in, unless that is what failed.
    const visitor = await findVisitor(request).catch(() => stranger(request))
    await sendPage(reply.code(refusal.status), errorPage(refusal, visitor, request.id))
  }
}

/** The page that somebody is on: this one, or the one whose form they sent. */
function pageOf({ method, url, host, headers: { referer = '' } }: FastifyRequest): string {
  if (method === 'GET' || method === 'HEAD') return url
  const page = URL.canParse(referer) ? new URL(referer) : undefined
  return page?.host === host ? page.pathname + page.search : '/'
}

function errorPage(refusal: AppError, visitor: Visitor, requestId: string): VNode {
  return (
    <ErrorPage
      visitor={visitor}
      status={refusal.status}
      {...wordsFor(refusal, visitor.language)}
      {...(refusal.status >= 500 ? { requestId } : {})}
    />
  )
}

/** The page for an address that no route has; send it with status 404. */
export function renderNotFound(acceptLanguage: string | undefined): RenderedPage {
  const visitor: Visitor = {
    ...{ user: undefined, language: preferredLanguage(acceptLanguage) },
    ...{ path: '/', origin: undefined, seesMailbox: false },
  }
  return renderPage(
    <ErrorPage
      visitor={visitor}
      status={404}
      {...wordsFor(new AppError('not_found'), visitor.language)}
    />,
  )
}
