/**
 * What browsers are told to refuse. Pages get all of helmet's headers; answers to programs only
 * those that mean something for JSON, because each costs time in a sale.
 */
import helmet from '@fastify/helmet'
import type { HttpApp } from './server.ts'

const HSTS = 'max-age=31536000; includeSubDomains'

/** @param isTls Browsers are told to come back over HTTPS only when it is there. */
export async function addSecurityHeaders(app: HttpApp, isTls: boolean): Promise<void> {
  app.addHook('onRoute', (route) => {
    if (route.url.startsWith('/api/')) route.helmet = false
  })
  app.addHook('onRequest', (_request, reply, done) => {
    void reply.header('X-Content-Type-Options', 'nosniff')
    if (isTls) void reply.header('Strict-Transport-Security', HSTS)
    done()
  })
  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        imgSrc: ["'self'", 'data:'],
        objectSrc: ["'none'"],
        baseUri: ["'none'"],
        frameAncestors: ["'none'"],
        formAction: ["'self'"],
      },
    },
    strictTransportSecurity: false,
    referrerPolicy: { policy: 'strict-origin-when-cross-origin' },
  })
}
