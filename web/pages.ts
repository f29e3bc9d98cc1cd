/** The pages: rendered on the server, whole without script. Its only door. */
import formbody from '@fastify/formbody'
import { steadyClock } from '../src/kernel/clock.ts'
import type { Service } from '../src/platform/service.ts'
import type { HttpApp } from '../src/platform/http/server.ts'
import { errorHandler } from './error-handling.tsx'
import type { WebDeps } from './needs.ts'
import { accountRoutes } from './routes/account-routes.tsx'
import { buyRoutes } from './routes/buy-routes.tsx'
import { checkoutRoutes } from './routes/checkout-routes.tsx'
import { connectionRoutes } from './routes/connection-routes.tsx'
import { eventRoutes } from './routes/event-routes.tsx'
import { languageRoutes } from './routes/language-routes.ts'
import { foreignSignInRoutes } from './routes/foreign-sign-in-routes.tsx'
import { mailLinkRoutes } from './routes/mail-link-routes.tsx'
import { mailboxRoutes } from './routes/mailbox-routes.tsx'
import { ownAccountRoutes } from './routes/own-account-routes.tsx'
import { ownDataRoutes } from './routes/own-data-routes.tsx'
import { proofRoutes } from './routes/proof-routes.tsx'
import { returnRoutes } from './routes/return-routes.tsx'
import { siteRoutes } from './routes/site-routes.tsx'
import { ticketRoutes } from './routes/ticket-routes.tsx'
import { requireSameOrigin } from './same-origin.ts'
import { createSessionCookies } from './session-cookie.ts'
import { SharedPages } from './shared-pages.ts'
import { visitorFinder } from './visitor.ts'

export { renderNotFound } from './error-handling.tsx'

export function webPages(deps: WebDeps): Service {
  const cookies = createSessionCookies(deps.secureCookies)
  const findVisitor = visitorFinder(deps, cookies)
  const shared = new SharedPages({ changes: deps.events.changes, clock: steadyClock })
  return {
    name: 'web',
    frontDesk: shared.desk,
    routes: (root) => {
      // Registered apart, so that what goes wrong here is answered with a page.
      void root.register(async (pages) => {
        // Here alone: the API takes no forms, which other sites could send.
        await pages.register(formbody)
        pages.setErrorHandler(errorHandler(findVisitor))
        pages.addHook('onRequest', (request, _reply, next) => {
          try {
            if (request.method !== 'GET' && request.method !== 'HEAD') requireSameOrigin(request)
            next()
          } catch (error) {
            next(error as Error)
          }
        })
        const routes = { ...deps, app: pages as unknown as HttpApp, cookies, findVisitor, shared }
        eventRoutes(routes)
        buyRoutes(routes)
        checkoutRoutes(routes)
        proofRoutes(routes)
        ticketRoutes(routes)
        returnRoutes(routes)
        accountRoutes(routes)
        foreignSignInRoutes(routes)
        connectionRoutes(routes)
        mailLinkRoutes(routes)
        ownAccountRoutes(routes)
        ownDataRoutes(routes)
        mailboxRoutes(routes)
        siteRoutes(routes)
        languageRoutes(routes)
      })
    },
  }
}
