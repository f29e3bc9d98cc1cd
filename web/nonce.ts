/**
 * What lets a script of ours run: a number used once, told in the page's policy and on the script.
 * A page that many get, for the second that it lives, brings its own to all of them.
 */
import { randomBytes } from 'node:crypto'
import { createContext } from 'preact'

/** Of the page that is being rendered. */
export const Nonce = createContext('')

export const newNonce = (): string => randomBytes(16).toString('base64url')

/** The Content-Security-Policy of a page: nothing from elsewhere, no script but those it names. */
export const policyFor = (nonce: string): string =>
  [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    ...["style-src 'self'", "img-src 'self' data:", "font-src 'self'", "connect-src 'self'"],
    ...["worker-src 'self'", "manifest-src 'self'", "form-action 'self'"],
    // The mailbox frames a mail, which is served by ourselves and may do nothing.
    "frame-src 'self'",
    ...["object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"],
  ].join(';')
