/**
 * The desk in front of the framework, for what is asked for most and is at hand as bytes: it answers
 * by the same rules, with the same headers, count, line in the log and measurement, and saves the way
 * through the framework. Whatever is not plain goes that way.
 */
import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http'
import type { FastifyInstance, FastifyReply } from 'fastify'
import type { Logger } from 'pino'
import { faultOfHead } from './client-error.ts'
import { isNotModified } from './etag.ts'
import type { RateLimit } from './rate-limit.ts'
import { requestIdOf } from './request-id.ts'
import { type HttpMetrics, recordAnswer } from './request-telemetry.ts'
import { headersForPages, headersForPrograms } from './security-headers.ts'

/** An answer that needs only to be sent. */
export interface ReadyAnswer {
  /** As the log and the metrics call where it is served. */
  route: string
  /** A page brings its Content-Security-Policy in `headers`, with 200 only. */
  kind: 'json' | 'page'
  bytes: Buffer
  /** As `If-None-Match` is compared with: without `W/`. */
  etag: string
  /** Names and values in turn, the ETag's among them, in lower case as the framework sends them. */
  headers: readonly string[]
  /** The same, of what comes only with the bytes. */
  contentHeaders: readonly string[]
}

declare module 'fastify' {
  interface FastifyReply {
    /** Sends, through the framework, what the desk would send. */
    sendReady: (ready: ReadyAnswer) => FastifyReply
  }
}

/** What is at hand for whoever asks exactly so, without signing in. */
export type FrontDesk = (request: IncomingMessage) => ReadyAnswer | undefined

export interface FrontDeskDeps {
  logger: Logger
  metrics: HttpMetrics
  limit: RateLimit | undefined
  /** Whom a request counts for. */
  addressOf: (request: IncomingMessage) => string
  isTls: boolean
}

/** @returns `answer` with the desks in front of it. */
export function behindFrontDesk(
  desks: readonly FrontDesk[],
  deps: FrontDeskDeps,
  answer: RequestListener,
): RequestListener {
  if (desks.length === 0) return answer
  const always = {
    json: Object.entries(headersForPrograms(deps.isTls)).flat(),
    page: Object.entries(headersForPages(deps.isTls)).flat(),
  }
  const find = (request: IncomingMessage): ReadyAnswer | undefined => {
    for (const desk of desks) {
      const ready = desk(request)
      if (ready !== undefined) return ready
    }
    return undefined
  }

  return function (this: Server, request, response) {
    const ready = isPlain(request) ? find(request) : undefined
    // During a stop the framework adds what tells clients to go.
    if (ready === undefined || !this.listening) {
      answer.call(this, request, response)
      return
    }
    const headers = ['x-request-id', requestIdOf(request), ...always[ready.kind]]
    if (deps.limit !== undefined) {
      const taken = deps.limit.take(deps.addressOf(request))
      if (!taken.allowed) {
        // Refused, it was not counted, and is refused again in the usual form.
        answer.call(this, request, response)
        return
      }
      headers.push('ratelimit-policy', deps.limit.policy, 'ratelimit', taken.state)
    }
    headers.push(...ready.headers)
    send(request, response, ready, headers)
    record(deps, request, response, { route: ready.route, requestId: headers[1] ?? '' })
  }
}

/** Lets routes send what they will have at hand from then on. */
export function addReadyAnswers(app: Pick<FastifyInstance, 'decorateReply'>): void {
  app.decorateReply('sendReady', function (this: FastifyReply, ready) {
    const isKnown = isNotModified(this.request, ready.etag)
    const headers = isKnown ? ready.headers : [...ready.headers, ...ready.contentHeaders]
    // It comes with the bytes that it is about.
    if (ready.kind === 'page') this.removeHeader('content-security-policy')
    for (let n = 0; n < headers.length; n += 2) void this.header(headers[n] ?? '', headers[n + 1])
    return isKnown ? this.code(304).send() : this.send(ready.bytes)
  })
}

/** Neither has a body nor could be read in two ways. */
const isPlain = (request: IncomingMessage): boolean =>
  request.method === 'GET' &&
  request.headers['content-length'] === undefined &&
  request.headers['transfer-encoding'] === undefined &&
  faultOfHead(request) === undefined

function send(
  request: IncomingMessage,
  response: ServerResponse,
  { bytes, etag, contentHeaders }: ReadyAnswer,
  headers: string[],
): void {
  if (isNotModified(request, etag)) {
    response.writeHead(304, headers).end()
    return
  }
  headers.push(...contentHeaders, 'content-length', String(bytes.length))
  response.writeHead(200, headers).end(bytes)
}

function record(
  { metrics, logger }: FrontDeskDeps,
  request: IncomingMessage,
  response: ServerResponse,
  { route, requestId }: { route: string; requestId: string },
): void {
  const begunAt = performance.now()
  response.once('finish', () => {
    // A logger of its own for each request would cost more than the line.
    recordAnswer(metrics, logger, {
      requestId,
      method: request.method ?? '',
      route,
      status: response.statusCode,
      ms: performance.now() - begunAt,
      userId: undefined,
    })
  })
}
