/** The HTTP server that every role runs: one set of rules for all routes of all services. */
import { createServer } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import cookie from '@fastify/cookie'
import proxyAddr from '@fastify/proxy-addr'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import Fastify, {
  LogController,
  type FastifyBaseLogger,
  type FastifyInstance,
  type RawReplyDefaultExpression,
  type RawRequestDefaultExpression,
  type RawServerDefault,
} from 'fastify'
import type { Logger } from 'pino'
import { type Authenticate, addAccessControl } from './access.ts'
import { refuseOtherEncodings } from './body-encoding.ts'
import { addProtocolRefusals, answerClientError } from './client-error.ts'
import { type Door, createDoorway } from './door.ts'
import { type FrontDesk, addReadyAnswers, behindFrontDesk } from './front-desk.ts'
import { refuseRepeatedKeys } from './idempotency-key.ts'
import { overLastNet } from './last-net.ts'
import { type RenderPage, addNotFound } from './not-found.ts'
import { type HttpMetrics, addRequestTelemetry } from './request-telemetry.ts'
import { networkOf } from './network.ts'
import { sendProblem } from './problem.ts'
import { type Quota, addRateLimit, createRateLimit } from './rate-limit.ts'
import { requestIdOf } from './request-id.ts'
import { addSecurityHeaders } from './security-headers.ts'
import { refuseUnknownQueries } from './strict-query.ts'
import { strictValidatorCompiler } from './validation.ts'

/** Fastify with our validation and types: what a service adds its routes to. */
export type HttpApp = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>

export interface HttpOptions {
  logger: Logger
  metrics: HttpMetrics
  authenticate: Authenticate
  /** Where a rush is turned away; none lets everybody in. */
  door?: Door
  /** They answer what is at hand; without, everything goes through the framework. */
  frontDesks?: readonly FrontDesk[]
  /** Off for load that comes from one address on purpose. */
  rateLimits: { perAddress: Quota; perUser: Quota } | 'off'
  tls?: { cert: string; key: string } | undefined
  /** The page for a browser at an address that does not exist. */
  renderNotFound?: RenderPage | undefined
  /** Addresses of proxies whose X-Forwarded-For is believed; empty believes nobody. */
  trustedProxies: readonly string[]
  /** How patient it is; a test has less time. */
  timeouts?: Timeouts
}

interface Timeouts {
  /** From the first byte of a request, or the opening of a connection, to the request's last byte. */
  requestMs: number
  /** Without any byte in or out while a request is answered: who reads nothing is cut off. */
  silenceMs: number
  /** Between looks for requests that take too long. */
  checkMs: number
}

/** Nothing that is answered takes as long as the silence: the database is given up after 10 seconds. */
const TIMEOUTS: Timeouts = { requestMs: 15_000, silenceMs: 30_000, checkMs: 1_000 }
/** Those with forward secrecy and authenticated encryption; TLS 1.3 has no others. */
const CIPHERS = [
  ...['TLS_AES_128_GCM_SHA256', 'TLS_AES_256_GCM_SHA384', 'TLS_CHACHA20_POLY1305_SHA256'],
  ...['ECDHE-ECDSA-AES128-GCM-SHA256', 'ECDHE-ECDSA-AES256-GCM-SHA384'],
  ...['ECDHE-ECDSA-CHACHA20-POLY1305', 'ECDHE-RSA-CHACHA20-POLY1305'],
  ...['ECDHE-RSA-AES128-GCM-SHA256', 'ECDHE-RSA-AES256-GCM-SHA384'],
].join(':')

const BODY_BYTES_MAX = 64 * 1024
const KEEP_ALIVE_TIMEOUT_MS = 65_000
/** Between looks for idle connections during a stop: time for a client to read `Connection: close`. */
const IDLE_SWEEP_MS = 100
/** As long as a request's whole head may be: what is too long is for the route's schema to say. */
const PARAM_LENGTH_MAX = 16 * 1024

export async function createHttpServer(options: HttpOptions): Promise<HttpApp> {
  const timeouts = options.timeouts ?? TIMEOUTS
  const nodeOptions = {
    // Node refuses a missing Host without a body; `addProtocolRefusals` says why.
    requireHostHeader: false,
    headersTimeout: timeouts.requestMs,
    requestTimeout: timeouts.requestMs,
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
    connectionsCheckingInterval: timeouts.checkMs,
  }
  const { rateLimits } = options
  const perAddress =
    rateLimits === 'off' ? undefined : createRateLimit('address', rateLimits.perAddress)
  const doorway = createDoorway(options.door)
  const isTrusted = proxyAddr.compile([...options.trustedProxies])
  const app = Fastify({
    serverFactory: (handle) => {
      const isTls = options.tls !== undefined
      const { logger, metrics } = options
      const answer = overLastNet(
        { logger, isTls },
        behindFrontDesk(
          options.frontDesks ?? [],
          {
            ...{ logger, metrics, isTls, limit: perAddress },
            addressOf: (request) => networkOf(proxyAddr(request, isTrusted)),
          },
          doorway.before(handle),
        ),
      )
      const server = options.tls
        ? createTlsServer(
            { ...nodeOptions, ...options.tls, minVersion: 'TLSv1.2', ciphers: CIPHERS },
            answer,
          )
        : createServer(nodeOptions, answer)
      return server.setTimeout(timeouts.silenceMs)
    },
    loggerInstance: options.logger,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'request' }),
    bodyLimit: BODY_BYTES_MAX,
    trustProxy: options.trustedProxies.length > 0 ? isTrusted : false,
    genReqId: requestIdOf,
    routerOptions: { maxParamLength: PARAM_LENGTH_MAX },
    clientErrorHandler: answerClientError,
    frameworkErrors: (error, request, reply) => {
      if (error.code === 'FST_ERR_BAD_URL') {
        // A stray % stands for itself: the router then answers as for any other address.
        request.raw.url = withLiteralPercents(request.raw.url ?? '/')
        app.routing(request.raw, reply.raw)
        return
      }
      void reply.header('X-Request-Id', request.id)
      sendProblem(error, request, reply)
    },
    // What still arrives on open connections during a stop is answered, with `Connection: close`.
    return503OnClosing: false,
  }).withTypeProvider<TypeBoxTypeProvider>() as unknown as HttpApp

  // Only JSON is a body here; the pages add their forms.
  app.removeContentTypeParser('text/plain')
  app.setValidatorCompiler(strictValidatorCompiler())
  app.setErrorHandler((error, request, reply) => {
    sendProblem(error, request, reply)
  })
  addNotFound(app, options.renderNotFound)

  addReadyAnswers(app)
  addRequestTelemetry(app, options.metrics)
  // Before all that refuses, so that refusals have them too.
  addSecurityHeaders(app, options.tls !== undefined)
  addProtocolRefusals(app)
  refuseRepeatedKeys(app)
  refuseUnknownQueries(app)
  refuseOtherEncodings(app)
  if (perAddress !== undefined) addRateLimit(app, perAddress, ({ ip }) => networkOf(ip))
  addAccessControl(app, options.authenticate)
  if (rateLimits !== 'off') {
    const perUser = createRateLimit('user', rateLimits.perUser)
    addRateLimit(app, perUser, ({ principal }) => principal?.userId)
  }
  doorway.watch(app)
  await app.register(cookie)
  return app
}

/** The same address with every `%` of its path written out, so that it can be decoded. */
function withLiteralPercents(url: string): string {
  const [path = '', ...query] = url.split('?')
  return [path.replaceAll('%', '%25'), ...query].join('?')
}

/** Waits for what is running; connections that only wait for another request are closed. */
export async function stopHttpServer(app: HttpApp): Promise<void> {
  // A connection that was busy when the stop began is idle after its answer and would stay open.
  const sweep = setInterval(() => {
    app.server.closeIdleConnections()
  }, IDLE_SWEEP_MS)
  try {
    await app.close()
  } finally {
    clearInterval(sweep)
  }
}
