/**
 * The door in front of a busy address. While more wait there than can be answered in time, the next
 * are turned away before anything is spent on them: no body, no token, no hooks, no line in the log.
 * Turning a crowd away would cost what serving it costs otherwise, and nobody would be served.
 */
import { randomUUID } from 'node:crypto'
import type { RequestListener } from 'node:http'
import { AppError } from '../../kernel/errors.ts'
import { PROBLEM_TYPE, problemText } from './problem.ts'

export interface Door {
  method: string
  /** Exactly as it is asked for; another spelling of it goes the long way and is refused there. */
  path: string
  /** Asked at each request. */
  isClosed: () => boolean
  /** When there is room again, for `Retry-After`. */
  retryAfterSeconds: () => number
  onTurnedAway: () => void
}

/** Stands for the request's id where the text of a refusal is cut in two. */
const CUT = '\0'

/** @returns `answer` with the door in front of it. */
export function behindDoor(door: Door | undefined, answer: RequestListener): RequestListener {
  if (door === undefined) return answer
  const refusal = new AppError('unavailable')
  // Only the id differs from one refusal to the next, and the id's length never does.
  const [before = '', after = ''] = problemText(refusal, CUT).split(
    JSON.stringify(CUT).slice(1, -1),
  )
  const length = String(Buffer.byteLength(before + randomUUID() + after))
  return (request, response) => {
    if (request.url !== door.path || request.method !== door.method || !door.isClosed()) {
      answer(request, response)
      return
    }
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
}
