/**
 * The desk in front of the framework, for what is asked for most and is at hand as bytes: it answers
 * by the same rules, with the same headers, count, line in the log and measurement, and saves the way
 * through the framework. Whatever is not plain goes that way.
 */
import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http'
import type { Logger } from 'pino'
import { faultOfHead } from './client-error.ts'
import { isNotModified } from './etag.ts'
import type { RateLimit } from './rate-limit.ts'
import { requestIdOf } from './request-id.ts'
import { type HttpMetrics, recordAnswer } from './request-telemetry.ts'
import { headersForPrograms } from './security-headers.ts'

/** An answer that needs only to be sent. */
export interface ReadyAnswer {
  /** As the log and the metrics call where it is served. */
  route: string
  /** JSON. */
  bytes: Buffer
  etag: string
  /** Names and values in turn, the ETag's among them, in lower case as the framework sends them. */
  headers: readonly string[]
}

/** What is at hand for an address that anybody may read, exactly as it is asked for. */
export type FrontDesk = (url: string) => ReadyAnswer | undefined

export interface FrontDeskDeps {
  logger: Logger
  metrics: HttpMetrics
  limit: RateLimit | undefined
  /** Whom a request counts for. */
  addressOf: (request: IncomingMessage) => string
  isTls: boolean
}

/** @returns `answer` with the desk in front of it. */
export function behindFrontDesk(
  desk: FrontDesk | undefined,
  deps: FrontDeskDeps,
  answer: RequestListener,
): RequestListener {
  if (desk === undefined) return answer
  const always = Object.entries(headersForPrograms(deps.isTls)).flat()

  return function (this: Server, request, response) {
    const ready = isPlain(request) ? desk(request.url ?? '') : undefined
    // During a stop the framework adds what tells clients to go.
    if (ready === undefined || !this.listening) {
      answer.call(this, request, response)
      return
    }
    const headers = ['x-request-id', requestIdOf(request), ...always]
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

/** Neither has a body nor could be read in two ways. */
const isPlain = (request: IncomingMessage): boolean =>
  request.method === 'GET' &&
  request.headers['content-length'] === undefined &&
  request.headers['transfer-encoding'] === undefined &&
  faultOfHead(request) === undefined

function send(
  request: IncomingMessage,
  response: ServerResponse,
  { bytes, etag }: ReadyAnswer,
  headers: string[],
): void {
  if (isNotModified(request, etag)) {
    response.writeHead(304, headers).end()
    return
  }
  headers.push('content-type', 'application/json; charset=utf-8')
  headers.push('content-length', String(bytes.length))
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
    recordAnswer(metrics, logger.child({ request: requestId }), {
      method: request.method ?? '',
      route,
      status: response.statusCode,
      ms: performance.now() - begunAt,
      userId: undefined,
    })
  })
}
