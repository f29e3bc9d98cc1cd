/** What browsers get when a page cannot be shown: a page, too. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { VNode } from 'preact'
import type { AppError } from '../src/kernel/errors.ts'
import { ErrorPage } from './pages/error-page.tsx'
import { refusalOf, wordsFor } from './refusal.ts'
import { signInPath } from './safe-next.ts'
import { documentOf, seeOther, sendPage } from './send-page.ts'
import { type FindVisitor, type Visitor, stranger } from './visitor.ts'

export function errorHandler(findVisitor: FindVisitor) {
  return async (error: unknown, request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    const refusal = refusalOf(error)
    if (refusal.code === 'unauthenticated') {
      await seeOther(reply, signInPath(request.method === 'GET' ? request.url : '/'))
      return
    }
    if (refusal.status >= 500) request.log.error({ err: error }, refusal.message)
    const { retryAfterSeconds } = refusal.details
    if (retryAfterSeconds !== undefined) {
      void reply.header('Retry-After', String(Math.max(1, Math.ceil(retryAfterSeconds))))
    }
    // The page says who is signed in, unless that is what failed.
    const visitor = await findVisitor(request).catch(() => stranger(request))
    await sendPage(reply.code(refusal.status), pageOf(refusal, visitor, request.id))
  }
}

function pageOf(refusal: AppError, visitor: Visitor, requestId: string): VNode {
  return (
    <ErrorPage
      visitor={visitor}
      status={refusal.status}
      {...wordsFor(refusal)}
      {...(refusal.status >= 500 ? { requestId } : {})}
    />
  )
}

const NOBODY: Visitor = { user: undefined, path: '/', origin: undefined, seesMailbox: false }

/** The page for an address that no route has; send it as HTML with status 404. */
export function renderNotFound(): string {
  return documentOf(
    <ErrorPage
      visitor={NOBODY}
      status={404}
      title="There is nothing here"
      text="The address may be mistyped, or what was here is gone."
    />,
  )
}
