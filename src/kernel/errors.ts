/**
 * Every way a request can be refused. The code is the stable part that programs act on; the
 * status follows from it, the message is for people. `docs/errors.md` lists the same table and a
 * test compares the two.
 */
export const ERRORS = {
  invalid_request: { status: 400, message: 'The request does not fit what this address takes.' },
  unauthenticated: { status: 401, message: 'Sign in first: a valid Bearer token is needed.' },
  invalid_credentials: { status: 401, message: 'E-mail address or password is wrong.' },
  payment_declined: { status: 402, message: 'The payment was declined.' },
  forbidden: { status: 403, message: 'Your account may not do this.' },
  account_suspended: { status: 403, message: 'This account is suspended.' },
  not_found: { status: 404, message: 'There is nothing at this address.' },
  method_not_allowed: { status: 405, message: 'This address does not take this method.' },
  request_timeout: { status: 408, message: 'The request took too long to arrive.' },
  sold_out: { status: 409, message: 'Not enough tickets are left.' },
  limit_exceeded: { status: 409, message: 'This is more than one buyer may have.' },
  sales_not_started: { status: 409, message: 'The sale has not started yet.' },
  sales_paused: { status: 409, message: 'The organizer has paused the sale.' },
  sales_closed: { status: 409, message: 'The sale is over.' },
  event_cancelled: { status: 409, message: 'The event is cancelled.' },
  hold_expired: { status: 409, message: 'The time to pay for these tickets is over.' },
  order_not_pending: { status: 409, message: 'This order can no longer be paid or given back.' },
  payment_in_progress: { status: 409, message: 'A payment for this order is under way.' },
  nothing_to_refund: { status: 409, message: 'These tickets were taken back before.' },
  sales_started: { status: 409, message: 'Sales have started, so this can no longer be changed.' },
  email_taken: { status: 409, message: 'An account with this e-mail address exists already.' },
  account_in_use: { status: 409, message: 'The account cannot be deleted yet.' },
  confirmation_needed: {
    status: 409,
    message: 'You have tickets for events ahead: say that you accept losing sight of them.',
  },
  request_in_progress: {
    status: 409,
    message: 'The first request with this Idempotency-Key is still running.',
  },
  precondition_failed: { status: 412, message: 'It was changed by somebody else meanwhile.' },
  payload_too_large: { status: 413, message: 'The request body is too large.' },
  unsupported_media_type: { status: 415, message: 'The body must be sent as application/json.' },
  idempotency_key_reused: {
    status: 422,
    message: 'This Idempotency-Key was used before for a different request.',
  },
  invalid_value: { status: 422, message: 'A value is understood but cannot be accepted.' },
  rate_limited: { status: 429, message: 'Too many requests. Wait a little and try again.' },
  headers_too_large: { status: 431, message: 'The headers of the request are too large.' },
  internal_error: { status: 500, message: 'Something went wrong on our side.' },
  unavailable: {
    status: 503,
    message: 'The service cannot answer right now. Try again shortly.',
  },
} as const satisfies Record<string, { status: number; message: string }>

export type ErrorCode = keyof typeof ERRORS

/** What a refusal may tell besides its code. Extra members appear in the problem document. */
export interface ErrorDetails {
  /** The sentence shown to people, when it can say more than the table's. */
  detail?: string
  /** The field at fault, as the client wrote it, e.g. `quantity` or `ticket_types/0/price`. */
  field?: string
  /** Sent as the Retry-After header. */
  retryAfterSeconds?: number
  /** Further members of the problem document, e.g. `{ remaining: 3 }`. */
  extra?: Record<string, unknown>
  cause?: unknown
}

/** An expected refusal. Thrown by any layer, turned into an answer by `platform/http` alone. */
export class AppError extends Error {
  readonly code: ErrorCode
  readonly status: number
  readonly details: ErrorDetails

  constructor(code: ErrorCode, details: ErrorDetails = {}) {
    // A refusal is an answer, not a fault: nobody reads where it was made, and a crowd that is
    // refused would spend more time on stack traces than on anything else.
    const { stackTraceLimit } = Error
    if (ERRORS[code].status < 500) Error.stackTraceLimit = 0
    super(details.detail ?? ERRORS[code].message, { cause: details.cause })
    Error.stackTraceLimit = stackTraceLimit
    this.name = 'AppError'
    this.code = code
    this.status = ERRORS[code].status
    this.details = details
  }
}
