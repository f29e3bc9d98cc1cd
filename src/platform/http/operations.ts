/** What operators and load balancers ask of every role: is it alive, is it ready, how is it. */
import type { Registry } from 'prom-client'
import type { HttpApp } from './server.ts'

export interface OperationsDeps {
  registry: Registry
  /** Rejects when the role cannot do its work. */
  checkReady: () => Promise<void>
  isStopping: () => boolean
}

export function operationsRoutes(app: HttpApp, deps: OperationsDeps): void {
  const config = { access: 'public' } as const
  const schema = { hide: true }

  app.get('/livez', { config, schema, logLevel: 'warn' }, () => ({ status: 'ok' }))

  app.get('/readyz', { config, schema, logLevel: 'warn' }, async (_request, reply) => {
    if (deps.isStopping()) return await reply.code(503).send({ status: 'stopping' })
    try {
      await deps.checkReady()
      return { status: 'ok' }
    } catch {
      // The reason is in the log and the metrics; here it would only tell strangers.
      return await reply.code(503).header('Retry-After', '1').send({ status: 'unavailable' })
    }
  })

  app.get('/metrics', { config, schema, logLevel: 'warn' }, async (_request, reply) => {
    void reply.header('Content-Type', deps.registry.contentType)
    return await deps.registry.metrics()
  })
}
