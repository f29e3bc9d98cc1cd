/** One log line and one measurement for each answered request. */
import type { FastifyBaseLogger, FastifyInstance } from 'fastify'
import { Histogram, type Registry } from 'prom-client'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Set by Fastify; an address that does not exist has none. */
    url?: string
  }
  interface FastifyRequest {
    /** What its route says about itself. Fastify puts `routeOptions` together at each look. */
    route: FastifyContextConfig
  }
}

export interface HttpMetrics {
  requestSeconds: Histogram<'method' | 'route' | 'status'>
}

export function createHttpMetrics(registry: Registry): HttpMetrics {
  return {
    requestSeconds: new Histogram({
      name: 'boxoffice_http_request_seconds',
      help: 'How long requests took, from the first byte in to the last byte out.',
      labelNames: ['method', 'route', 'status'],
      buckets: [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1, 2, 5],
      registers: [registry],
    }),
  }
}

export function addRequestTelemetry(
  app: Pick<FastifyInstance, 'addHook' | 'decorateRequest'>,
  metrics: HttpMetrics,
): void {
  app.decorateRequest('route')
  app.addHook('onRequest', (request, reply, done) => {
    request.route = request.routeOptions.config
    void reply.header('X-Request-Id', request.id)
    done()
  })
  app.addHook('onResponse', (request, reply, done) => {
    recordAnswer(metrics, request.log, {
      method: request.method,
      route: request.route.url ?? 'unknown',
      status: reply.statusCode,
      ms: reply.elapsedTime,
      userId: request.principal?.userId,
    })
    done()
  })
}

/**
 * Measures and logs one answer.
 * @param answer.requestId For a log that does not name the request itself.
 * @param answer.route Never the query or the raw path: they may carry what is secret.
 */
export function recordAnswer(
  metrics: HttpMetrics,
  log: Pick<FastifyBaseLogger, 'info'>,
  answer: {
    method: string
    route: string
    status: number
    ms: number
    userId: number | undefined
    requestId?: string
  },
): void {
  const { method, route, status, ms, userId, requestId } = answer
  metrics.requestSeconds.observe({ method, route, status }, ms / 1000)
  const tenths = Math.round(ms * 10) / 10
  log.info({ request: requestId, method, route, status, ms: tenths, user: userId }, 'answered')
}
