/**
 * What cannot be read as a request never reaches a route: Node hands over the bare connection. It is
 * answered with a problem document like everything else, and closed.
 */
import { randomUUID } from 'node:crypto'
import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { AppError } from '../../kernel/errors.ts'
import { PROBLEM_TYPE, problemText } from './problem.ts'
import type { HttpApp } from './server.ts'

/** Answered already; what else such a client sends is reported again and again. */
const refused = new WeakSet<Duplex>()

/** For Fastify's `clientErrorHandler`. */
export function answerClientError(error: NodeJS.ErrnoException, socket: Socket): void {
  const refusal = refusalOf(error.code ?? '')
  // A connection that broke, or never became one (TLS), has nobody to answer to.
  if (refusal === undefined || !socket.writable) {
    socket.destroy()
    return
  }
  if (refused.has(socket)) return
  refused.add(socket)
  answerInTurn(refusal, socket)
}

/** Registers what Node answers by itself otherwise, without a body. */
export function addProtocolRefusals(app: HttpApp): void {
  app.server.on('checkExpectation', (_request: IncomingMessage, response: ServerResponse) => {
    const refusal = new AppError('invalid_request', {
      field: 'Expect',
      detail: 'The only expectation that is met is 100-continue.',
    })
    const requestId = randomUUID()
    const body = problemText(refusal, requestId)
    response.writeHead(refusal.status, headersOf(requestId, body)).end(body)
  })
  app.server.on('connect', (_request: IncomingMessage, socket: Duplex) => {
    // Node has taken its hands off this one: without a listener, a reset would end the process.
    socket.on('error', () => socket.destroy())
    write(new AppError('invalid_request', { detail: 'This is no proxy.' }), socket)
  })
  app.addHook('onRequest', (request, reply, done) => {
    const fault = faultOfHead(request.raw)
    if (fault === undefined) {
      done()
      return
    }
    void reply.header('Connection', 'close')
    done(new AppError('invalid_request', fault))
  })
}

/** What Node reads in one way and a proxy in front could read in another. */
export function faultOfHead({ headers, httpVersion, rawHeaders }: IncomingMessage) {
  if (headers.host === undefined) {
    return httpVersion === '1.1'
      ? { field: 'Host', detail: 'The Host header is missing.' }
      : undefined
  }
  const isHost = (name: string, place: number) =>
    place % 2 === 0 && name.length === 4 && name.toLowerCase() === 'host'
  if (rawHeaders.findIndex(isHost) !== rawHeaders.findLastIndex(isHost)) {
    return { field: 'Host', detail: 'The Host header must be sent once.' }
  }
  const coding = headers['transfer-encoding']
  if (coding !== undefined && (coding.toLowerCase() !== 'chunked' || httpVersion !== '1.1')) {
    const detail = 'The only Transfer-Encoding that is taken is chunked, in HTTP/1.1.'
    return { field: 'Transfer-Encoding', detail }
  }
  return undefined
}

function refusalOf(code: string): AppError | undefined {
  if (code === 'HPE_HEADER_OVERFLOW') return new AppError('headers_too_large')
  if (code === 'HPE_CHUNK_EXTENSIONS_OVERFLOW') return new AppError('payload_too_large')
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return new AppError('request_timeout')
  if (code === 'HPE_INVALID_METHOD') {
    return new AppError('invalid_request', { detail: 'This is not a method of HTTP.' })
  }
  if (!code.startsWith('HPE_')) return undefined
  return new AppError('invalid_request', { detail: 'This is not a valid HTTP request.' })
}

/** Answers of earlier requests on the same connection go first, so that none is taken for another. */
function answerInTurn(refusal: AppError, socket: Socket): void {
  // Node's own way to see what is being answered; there is no public one.
  const running = (socket as { _httpMessage?: ServerResponse | null })._httpMessage ?? undefined
  if (running === undefined || (!running.req.complete && !running.headersSent)) {
    write(refusal, socket)
  } else if (running.req.complete) {
    running.once('finish', () => {
      answerInTurn(refusal, socket)
    })
  } else {
    socket.destroy()
  }
}

function write(refusal: AppError, socket: Duplex): void {
  if (!socket.writable) return
  const requestId = randomUUID()
  const body = problemText(refusal, requestId)
  const lines = Object.entries(headersOf(requestId, body))
  socket.end(
    `HTTP/1.1 ${refusal.status} ${STATUS_CODES[refusal.status] ?? ''}\r\n` +
      `${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n${body}`,
    () => socket.destroy(),
  )
}

const headersOf = (requestId: string, body: string) => ({
  'Content-Type': PROBLEM_TYPE,
  'Content-Length': String(Buffer.byteLength(body)),
  'Cache-Control': 'no-store',
  'X-Content-Type-Options': 'nosniff',
  'X-Request-Id': requestId,
  Connection: 'close',
})
