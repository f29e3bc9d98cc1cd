import type { FastifyReply } from 'fastify'
import { type VNode, h } from 'preact'
import { renderToString } from 'preact-render-to-string'
import { Nonce, newNonce, policyFor } from './nonce.ts'

/** A page as bytes, and the policy that it must be sent with. */
export interface RenderedPage {
  html: string
  policy: string
}

export function renderPage(page: VNode): RenderedPage {
  const nonce = newNonce()
  const document = renderToString(h(Nonce.Provider, { value: nonce }, page))
  return { html: `<!doctype html>${document}`, policy: policyFor(nonce) }
}

/** What differs between two who ask for the same page. */
export const VARY = 'Cookie, Accept-Language'

export const SHARED = 'public, s-maxage=1, stale-while-revalidate=5'

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
  const { html, policy } = renderPage(page)
  return await reply
    .header('Content-Type', 'text/html; charset=utf-8')
    .header('Content-Security-Policy', policy)
    .header('Cache-Control', sharing === 'public' ? SHARED : 'no-store')
    .header('Vary', VARY)
    .send(html)
}

/** After a form: the browser asks for the page by itself, so that loading it again sends nothing. */
export async function seeOther(reply: FastifyReply, path: string): Promise<FastifyReply> {
  return await reply.header('Cache-Control', 'no-store').redirect(path, 303)
}
