/** What a listener in front of the framework throws costs its request, and never the process. */
import type { RequestListener } from 'node:http'
import type { Logger } from 'pino'
import { AppError } from '../../kernel/errors.ts'
import { PROBLEM_TYPE, problemText } from './problem.ts'
import { requestIdOf } from './request-id.ts'
import { headersForPrograms } from './security-headers.ts'

/** @returns `answer`, whose faults are logged and answered 500. */
export function overLastNet(
  { logger, isTls }: { logger: Logger; isTls: boolean },
  answer: RequestListener,
): RequestListener {
  return function (this: unknown, request, response) {
    try {
      answer.call(this as never, request, response)
    } catch (error) {
      const requestId = requestIdOf(request)
      logger.error({ err: error, request: requestId }, 'a request could not be answered')
      if (response.headersSent) {
        response.destroy()
        return
      }
      const text = problemText(new AppError('internal_error', { cause: error }), requestId)
      response.writeHead(500, {
        ...headersForPrograms(isTls),
        'Content-Type': PROBLEM_TYPE,
        'Content-Length': Buffer.byteLength(text),
        'X-Request-Id': requestId,
        // Nobody knows what was read of it.
        Connection: 'close',
      })
      response.end(text)
    }
  }
}
