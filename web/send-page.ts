import type { FastifyReply } from 'fastify'
import type { VNode } from 'preact'
import { renderToString } from 'preact-render-to-string'

export const documentOf = (page: VNode): string => `<!doctype html>${renderToString(page)}`

/**
 * Sends a page.
 * @param sharing `public` when everybody who is not signed in gets the same, so that a crowd can be
 * served from a CDN; otherwise nobody keeps it, and going back shows it as it is then.
 */
export async function sendPage(
  reply: FastifyReply,
  page: VNode,
  sharing: 'public' | 'private' = 'private',
): Promise<FastifyReply> {
  return await reply
    .header('Content-Type', 'text/html; charset=utf-8')
    .header(
      'Cache-Control',
      sharing === 'public' ? 'public, s-maxage=1, stale-while-revalidate=5' : 'no-store',
    )
    .header('Vary', 'Cookie')
    .send(documentOf(page))
}

/** After a form: the browser asks for the page by itself, so that loading it again sends nothing. */
export async function seeOther(reply: FastifyReply, path: string): Promise<FastifyReply> {
  return await reply.header('Cache-Control', 'no-store').redirect(path, 303)
}
