import type { HttpApp } from '../../src/platform/http/server.ts'
import type { SessionCookies } from '../session-cookie.ts'
import type { WebDeps } from '../needs.ts'
import type { SharedPages } from '../shared-pages.ts'
import type { FindVisitor } from '../visitor.ts'

/** Pages are open to everybody; those for signed-in people say so themselves, in their own way. */
export const page = { config: { access: 'public' }, schema: { hide: true } } as const

/** What the routes of pages are made with. */
export interface PageRoutes extends WebDeps {
  app: HttpApp
  cookies: SessionCookies
  findVisitor: FindVisitor
  shared: SharedPages
}
