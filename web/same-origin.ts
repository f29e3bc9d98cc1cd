/**
 * Forms are only taken from our own pages: a form that another site makes a browser send carries
 * that site's origin. Signing in is covered as well, so that nobody is signed in to the account of
 * somebody else without noticing.
 */
import type { FastifyRequest } from 'fastify'
import { AppError } from '../src/kernel/errors.ts'
import { senderOf } from '../src/kernel/sender.ts'

/** @throws AppError `forbidden` */
export function requireSameOrigin({
  headers,
  host,
}: Pick<FastifyRequest, 'headers' | 'host'>): void {
  if (senderOf(headers, host) !== 'own') {
    throw new AppError('forbidden', {
      detail: 'This form did not come from our own page, so nothing was done. Open the page again.',
    })
  }
}
