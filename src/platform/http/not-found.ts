/** Tells an address that does not exist (404) from one that takes other methods (405, with Allow). */
import type { HttpApp } from './server.ts'
import { AppError } from '../../kernel/errors.ts'

/** A page, and the Content-Security-Policy it needs, in a language that the browser takes. */
export type RenderPage = (acceptLanguage: string | undefined) => { html: string; policy: string }

/**
 * Register before the routes: it learns of them as they are added.
 * @param renderPage The page for browsers, where there are pages.
 */
export function addNotFound(app: HttpApp, renderPage: RenderPage | undefined): void {
  const routes: { methods: string[]; pattern: RegExp }[] = []
  app.addHook('onRoute', (route) => {
    routes.push({ methods: [route.method].flat(), pattern: patternOf(route.url) })
  })
  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?')[0] ?? ''
    const allowed = new Set(
      routes.filter(({ pattern }) => pattern.test(path)).flatMap(({ methods }) => methods),
    )
    if (allowed.size === 0) {
      const isBrowser = request.headers.accept?.includes('text/html') ?? false
      if (renderPage === undefined || !isBrowser || path.startsWith('/api/')) {
        throw new AppError('not_found')
      }
      const { html, policy } = renderPage(request.headers['accept-language'])
      // What is not here now may be in a moment, and another language has other words for it.
      void reply.header('Content-Security-Policy', policy).header('Cache-Control', 'no-store')
      return reply.code(404).type('text/html; charset=utf-8').send(html)
    }
    void reply.header('Allow', [...allowed].sort().join(', '))
    throw new AppError('method_not_allowed')
  })
}

/** `/orders/:id` → what it matches. */
function patternOf(url: string): RegExp {
  const escaped = url.replace(/[.+?^${}()|[\]\\]/g, '\\$&')
  return new RegExp(`^${escaped.replace(/:\w+/g, '[^/]+').replace(/\*/g, '.*')}$`)
}
