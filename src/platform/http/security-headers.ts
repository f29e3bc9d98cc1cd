/**
 * What browsers are told to refuse. Pages get everything that there is; answers to programs only
 * what means something for JSON, because each header costs time in a sale.
 */
import type { HttpApp } from './server.ts'

const FOR_PROGRAMS = { 'x-content-type-options': 'nosniff' }

const FOR_PAGES = {
  ...FOR_PROGRAMS,
  'Content-Security-Policy': [
    ...["default-src 'self'", "img-src 'self' data:", "object-src 'none'", "base-uri 'none'"],
    ...["frame-ancestors 'none'", "form-action 'self'"],
  ].join(';'),
  'Referrer-Policy': 'strict-origin-when-cross-origin',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Origin-Agent-Cluster': '?1',
  // For browsers that do not know frame-ancestors, and for some that are old.
  'X-Frame-Options': 'SAMEORIGIN',
  'X-DNS-Prefetch-Control': 'off',
  'X-Download-Options': 'noopen',
  'X-Permitted-Cross-Domain-Policies': 'none',
  'X-XSS-Protection': '0',
}

/** Browsers are told to come back over HTTPS only when it is there. */
const OVER_TLS = { 'strict-transport-security': 'max-age=31536000; includeSubDomains' }

/** Of every answer to a program. */
export const headersForPrograms = (isTls: boolean): Record<string, string> => ({
  ...FOR_PROGRAMS,
  ...(isTls ? OVER_TLS : {}),
})

/** Of every page, but for the Content-Security-Policy, of which each may have its own. */
export function headersForPages(isTls: boolean): Record<string, string> {
  const { 'Content-Security-Policy': _own, ...others } = FOR_PAGES
  const headers: Record<string, string> = isTls ? { ...OVER_TLS } : {}
  for (const [name, value] of Object.entries(others)) headers[name.toLowerCase()] = value
  return headers
}

export function addSecurityHeaders(app: HttpApp, isTls: boolean): void {
  const forPrograms = headersForPrograms(isTls)
  const forPages = { ...FOR_PAGES, ...forPrograms }
  app.addHook('onRequest', (request, reply, done) => {
    const isForPrograms = request.route.url?.startsWith('/api/') ?? false
    void reply.headers(isForPrograms ? forPrograms : forPages)
    done()
  })
}
