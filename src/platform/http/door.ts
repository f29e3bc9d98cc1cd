/**
 * The door in front of a busy address. While more wait there than can be answered in time, the next
 * are turned away before anything is spent on them: no body, no token, no hooks, no line in the log.
 * Turning a crowd away would cost what serving it costs otherwise, and nobody would be served.
 */
import { randomUUID } from 'node:crypto'
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { FastifyInstance } from 'fastify'
import { AppError } from '../../kernel/errors.ts'
import { PROBLEM_TYPE, problemText } from './problem.ts'

export interface Door {
  method: string
  /** Exactly as it is asked for; another spelling of it goes the long way and is refused there. */
  path: string
  /**
   * Asked at each request.
   * @param coming So many were let in and are still being looked at: the signatures of their tokens
   * are checked, say. Not counted, all who ask at the same moment would be let in.
   */
  isClosed: (coming: number) => boolean
  /** When there is room again, for `Retry-After`. */
  retryAfterSeconds: () => number
  onTurnedAway: () => void
}

/** Stands for the request's id where the text of a refusal is cut in two. */
const CUT = '\0'

/** A door that is hung in a server. */
export interface Doorway {
  /** @returns `answer` with the door in front of it. */
  before: (answer: RequestListener) => RequestListener
  /**
   * Tells the door whom the hooks of `app` before this call have let pass, or refused. Bodies may take
   * their time, and so may answers: whoever sends many requests in a row on one connection and reads
   * none of the answers must not count as coming for as long.
   */
  watch: (app: Pick<FastifyInstance, 'addHook'>) => void
}

/** Without a door it is open to all. */
export function createDoorway(door: Door | undefined): Doorway {
  if (door === undefined) return { before: (answer) => answer, watch: () => undefined }
  const coming = new Set<IncomingMessage>()
  const refusal = new AppError('unavailable')
  // Only the id differs from one refusal to the next, and the id's length never does.
  const [before = '', after = ''] = problemText(refusal, CUT).split(
    JSON.stringify(CUT).slice(1, -1),
  )
  const length = String(Buffer.byteLength(before + randomUUID() + after))
  const turnAway = (response: ServerResponse): void => {
    door.onTurnedAway()
    const requestId = randomUUID()
    // As a list, which Node takes as it is.
    response.writeHead(refusal.status, [
      ...['Content-Type', PROBLEM_TYPE],
      ...['Content-Length', length],
      ...['Cache-Control', 'no-store'],
      ...['X-Content-Type-Options', 'nosniff'],
      ...['Retry-After', String(Math.max(1, Math.ceil(door.retryAfterSeconds())))],
      ...['X-Request-Id', requestId],
    ])
    response.end(before + requestId + after)
  }

  return {
    before: (answer) =>
      function (this: unknown, request, response) {
        if (request.url === door.path && request.method === door.method) {
          if (door.isClosed(coming.size)) {
            turnAway(response)
            return
          }
          coming.add(request)
          // Whoever hangs up does not come.
          response.once('close', () => coming.delete(request))
        }
        answer.call(this as never, request, response)
      },
    watch(app) {
      app.addHook('onRequest', (request, _reply, done) => {
        coming.delete(request.raw)
        done()
      })
      app.addHook('onError', (request, _reply, _error, done) => {
        coming.delete(request.raw)
        done()
      })
    },
  }
}
