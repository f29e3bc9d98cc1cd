/**
 * Forms are only taken from our own pages: a form that another site makes a browser send carries
 * that site's origin. Signing in is covered as well, so that nobody is signed in to the account of
 * somebody else without noticing.
 */
import type { FastifyRequest } from 'fastify'
import { AppError } from '../src/kernel/errors.ts'

/** @throws AppError `forbidden` */
export function requireSameOrigin(request: Pick<FastifyRequest, 'headers' | 'host'>): void {
  if (!isSameOrigin(request)) {
    throw new AppError('forbidden', {
      detail: 'This form did not come from our own page, so nothing was done. Open the page again.',
    })
  }
}

function isSameOrigin({ headers, host }: Pick<FastifyRequest, 'headers' | 'host'>): boolean {
  const { origin, 'sec-fetch-site': site } = headers
  // `none` is the user's own doing, e.g. a page that is loaded again.
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return false
  if (origin === undefined) return site !== undefined
  return URL.canParse(origin) && new URL(origin).host === host.toLowerCase()
}
