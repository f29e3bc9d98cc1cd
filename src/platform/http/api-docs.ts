/** The OpenAPI document, made from the routes' schemas, and the pages to browse it. */
import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import { collectRefusals } from './documented-refusals.ts'
import type { HttpApp } from './server.ts'

const LOGO = `<svg xmlns="http://www.w3.org/2000/svg" width="160" height="40" viewBox="0 0 160 40"><text x="0" y="28" font-family="system-ui, sans-serif" font-weight="700" font-size="24" fill="#ffd23f">Box Office</text></svg>`

/**
 * Register before the routes: it collects them as they are added.
 * @param options.hasPages Whether there are pages to browse it, which try requests out as well.
 */
export async function addApiDocs(
  app: HttpApp,
  { version, hasPages }: { version: string; hasPages: boolean },
): Promise<void> {
  const withRefusals = collectRefusals(app)
  await app.register(swagger, {
    transformObject: (document) =>
      'openapiObject' in document ? withRefusals(document.openapiObject) : document.swaggerObject,
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Box Office',
        version,
        description:
          'Find events, buy tickets, run sales. Errors are problem documents (RFC 9457) with a stable `code`.',
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      components: {
        securitySchemes: { bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
      },
      tags: [
        { name: 'users', description: 'Accounts and signing in' },
        { name: 'events', description: 'Finding and running events' },
        { name: 'orders', description: 'Buying tickets' },
        { name: 'payments', description: 'Money that went back, and the books of a sale' },
        { name: 'admin', description: 'Looking after the shop' },
      ],
    },
  })
  if (hasPages) {
    await app.register(swaggerUi, {
      routePrefix: '/docs',
      theme: { title: 'Box Office API' },
      logo: { type: 'image/svg+xml', content: Buffer.from(LOGO) },
    })
  }
  app.get('/api/v1/openapi.json', { config: { access: 'public' }, schema: { hide: true } }, () =>
    app.swagger(),
  )
}
