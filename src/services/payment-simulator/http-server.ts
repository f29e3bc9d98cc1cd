/** The simulator's HTTP server: plain, because it shares a small machine with what it serves. */
import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http'
import { isIPv6 } from 'node:net'
import type { Logger } from 'pino'
import { StartupError } from '../../kernel/startup-error.ts'
import { type ApiDeps, type FaultHits, answerApi } from './api.ts'
import { answerAuthentication } from './authentication-page.ts'
import { type ControlDeps, answerControl } from './control.ts'
import { simulatorBroken } from './refusal.ts'

const BODY_BYTES_MAX = 1_048_576
/** Longer than clients keep idle connections, so that none is closed while a request is on its way. */
const KEEP_ALIVE_MS = 120_000
const DRIPS = 10
const JSON_TYPE = { 'content-type': 'application/json' }

export type HttpDeps = ApiDeps & ControlDeps & { logger: Logger }

interface Answer {
  status: number
  headers: Record<string, string>
  body: string
  faults?: FaultHits
}

/** @throws StartupError when it cannot listen there. */
export async function listen(
  deps: HttpDeps,
  { host, port }: { host: string; port: number },
): Promise<Server> {
  const server = createServer((request, response) => {
    void serve(deps, request, response)
  })
  server.keepAliveTimeout = KEEP_ALIVE_MS
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, resolve)
  }).catch((error: unknown) => {
    throw new StartupError(
      `The payment simulator cannot listen on ${host}:${port} (${String((error as NodeJS.ErrnoException).code)}). Give it another port.`,
      { cause: error },
    )
  })
  return server
}

/** Where a server that listens is reached from this machine. */
export function urlOf(server: Server, host: string): string {
  const { port } = server.address() as { port: number }
  const reachable = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host
  return `http://${isIPv6(reachable) ? `[${reachable}]` : reachable}:${port}`
}

async function serve(deps: HttpDeps, request: IncomingMessage, response: ServerResponse) {
  try {
    const body = await readBody(request)
    const answer = body === undefined ? TOO_LARGE : await answerTo(deps, request, body)
    if (answer === undefined) request.socket.resetAndDestroy()
    else await send(deps, response, answer)
  } catch (error) {
    // A client that went away is no fault; nobody is left to be told.
    if (request.destroyed && !request.complete) return
    deps.logger.error({ err: error }, 'payment simulator failed')
    const { status, fields } = simulatorBroken()
    if (response.headersSent) response.destroy()
    else response.writeHead(status, JSON_TYPE).end(JSON.stringify({ error: fields }))
  }
}

const TOO_LARGE: Answer = {
  status: 413,
  headers: { ...JSON_TYPE, connection: 'close' },
  body: '{"error":{"type":"invalid_request_error","message":"Request body is too large."}}',
}

/** @returns Undefined when it is too large. */
async function readBody(request: IncomingMessage): Promise<string | undefined> {
  return await new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let bytes = 0
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length
      if (bytes <= BODY_BYTES_MAX) chunks.push(chunk)
    })
    request.once('end', () => {
      const [only = Buffer.alloc(0)] = chunks
      const whole = chunks.length < 2 ? only : Buffer.concat(chunks)
      resolve(bytes > BODY_BYTES_MAX ? undefined : whole.toString('utf8'))
    })
    request.once('error', reject)
  })
}

async function answerTo(
  deps: HttpDeps,
  request: IncomingMessage,
  body: string,
): Promise<Answer | undefined> {
  const { method = 'GET', url = '/', headers } = request
  const question = url.indexOf('?')
  const path = question < 0 ? url : url.slice(0, question)
  if (path.startsWith('/control/')) {
    const { status, json } = isFromHere(request)
      ? await answerControl(deps, { method, path, body })
      : { status: 403, json: { error: 'The control API is for programs on this machine.' } }
    return { status, headers: JSON_TYPE, body: JSON.stringify(json) }
  }
  const page = await answerAuthentication(deps, { method, path, body })
  if (page !== undefined) return page
  const key = headers['idempotency-key']
  return await answerApi(deps, {
    method,
    path,
    query: question < 0 ? '' : url.slice(question + 1),
    body,
    authorization: headers.authorization,
    idempotencyKey: typeof key === 'string' && key !== '' ? key : undefined,
  })
}

/** Not a page in a browser either: those say where they are from. */
function isFromHere({ socket, headers }: IncomingMessage): boolean {
  const address = socket.remoteAddress?.replace(/^::ffff:/, '') ?? ''
  return (address.startsWith('127.') || address === '::1') && headers.origin === undefined
}

async function send(
  deps: HttpDeps,
  response: ServerResponse,
  { status, headers, body, faults }: Answer,
): Promise<void> {
  const latency = faults?.get('latency_after')
  if (latency !== undefined) await deps.pause(latency.seconds * 1_000)
  if (faults?.has('reset_after') === true) {
    response.socket?.resetAndDestroy()
    return
  }
  const bytes = Buffer.from(body)
  response.writeHead(status, { ...headers, 'content-length': bytes.length })
  const drip = faults?.get('drip')
  if (drip !== undefined) {
    const size = Math.ceil(bytes.length / DRIPS)
    for (let sent = 0; sent < bytes.length; sent += size) {
      response.write(bytes.subarray(sent, sent + size))
      await deps.pause((drip.seconds * 1_000) / DRIPS)
    }
    response.end()
    return
  }
  response.end(bytes)
}
