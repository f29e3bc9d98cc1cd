/** Turns errors into answers: `application/problem+json` (RFC 9457). Nothing else does. */
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { AppError, ERRORS, type ErrorCode } from '../../kernel/errors.ts'
import { refusalOfValidation } from './validation.ts'

export const PROBLEM_TYPE = 'application/problem+json; charset=utf-8'

/** Errors that Fastify itself raises, as ours. */
const FASTIFY_CODES: Record<string, ErrorCode> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'payload_too_large',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'unsupported_media_type',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'invalid_request',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'invalid_request',
  FST_ERR_CTP_INVALID_JSON_BODY: 'invalid_request',
  FST_ERR_BAD_URL: 'not_found',
  FST_ERR_MAX_PARAM_LENGTH: 'not_found',
}

/** Any error as an AppError; what nobody expected becomes `internal_error` with its cause. */
function asAppError(error: unknown): AppError {
  if (error instanceof AppError) return error
  const fastifyError = error as Partial<FastifyError>
  if (fastifyError.validation) return refusalOfValidation(fastifyError)
  const code = FASTIFY_CODES[fastifyError.code ?? '']
  if (code === 'invalid_request') {
    return new AppError(code, {
      detail: 'The body is not valid JSON.',
      field: 'body',
      cause: error,
    })
  }
  if (code) return new AppError(code, { cause: error })
  if (error instanceof SyntaxError || fastifyError.statusCode === 400) {
    // secure-json-parse refuses `__proto__` and `constructor.prototype` this way.
    return new AppError('invalid_request', {
      detail: 'The body is not acceptable JSON.',
      field: 'body',
      cause: error,
    })
  }
  return new AppError('internal_error', { cause: error })
}

/** The problem document of an error. */
export function problemText(error: AppError, requestId: string): string {
  return JSON.stringify({
    type: `/docs/errors#${error.code}`,
    title: ERRORS[error.code].message,
    status: error.status,
    code: error.code,
    // What went wrong inside is for the log.
    detail: error.code === 'internal_error' ? ERRORS.internal_error.message : error.message,
    ...(error.details.field === undefined ? {} : { field: error.details.field }),
    ...error.details.extra,
    request_id: requestId,
  })
}

/** Not who is turned away on purpose because too many came: a log of them would only slow it down. */
const isOurFault = ({ status, code, cause }: AppError): boolean =>
  status >= 500 && (code !== 'unavailable' || cause !== undefined)

export function sendProblem(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const refusal = asAppError(error)
  if (isOurFault(refusal)) request.log.error({ err: error }, refusal.message)
  const { retryAfterSeconds } = refusal.details
  if (retryAfterSeconds !== undefined) {
    void reply.header('Retry-After', String(Math.max(1, Math.ceil(retryAfterSeconds))))
  }
  if (refusal.status === 401) void reply.header('WWW-Authenticate', 'Bearer')
  // Serialized here: a route's schemas describe its answers, not its refusals.
  void reply
    .code(refusal.status)
    .header('Content-Type', PROBLEM_TYPE)
    .header('Cache-Control', 'no-store')
    // Said here as well, because a refusal may come before the hook that says it.
    .header('X-Content-Type-Options', 'nosniff')
    .serializer((payload: unknown) => payload as string)
    .send(problemText(refusal, request.id))
}
