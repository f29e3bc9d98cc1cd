/** Refusals in Stripe's words. */

/** The fields of `error` in Stripe's answers that are stored; what depends on the intent is added. */
export interface StripeErrorFields {
  type: 'card_error' | 'invalid_request_error' | 'idempotency_error' | 'api_error'
  code?: string
  decline_code?: string
  message: string
  param?: string
  charge?: string
  /** The method that was declined. */
  payment_method?: string
}

/** The request is refused and nothing was done: no answer is kept under its key. */
export class Refusal extends Error {
  readonly status: number
  readonly fields: StripeErrorFields

  constructor(status: number, fields: StripeErrorFields) {
    super(fields.message)
    this.name = 'Refusal'
    this.status = status
    this.fields = fields
  }
}

type Details = Omit<StripeErrorFields, 'type' | 'message'>

/** 400, for parameters that are wrong by themselves. */
export const invalidRequest = (message: string, details: Details = {}): Refusal =>
  new Refusal(400, { type: 'invalid_request_error', message, ...details })

/** 404, for an id in the path. */
export const noSuchObject = (kind: string, id: string, param: string): Refusal =>
  new Refusal(404, {
    type: 'invalid_request_error',
    code: 'resource_missing',
    message: `No such ${kind}: '${id}'`,
    param,
  })

export const noSuchUrl = (method: string, path: string): Refusal =>
  new Refusal(404, {
    type: 'invalid_request_error',
    message: `Unrecognized request URL (${method}: ${path}). The payment simulator speaks a part of Stripe's API.`,
  })

export const tooManyRequests = (): Refusal =>
  new Refusal(429, {
    type: 'invalid_request_error',
    code: 'rate_limit',
    message: 'Too many requests hit the API too quickly.',
  })

export const providerFailed = (): Refusal =>
  new Refusal(500, {
    type: 'api_error',
    message: 'An unknown error occurred. The payment simulator was told to fail.',
  })

export const simulatorBroken = (): Refusal =>
  new Refusal(500, {
    type: 'api_error',
    message: 'The payment simulator cannot go on. See its log.',
  })

/** @param authorization The header as it came. */
export const wrongSecretKey = (authorization: string | undefined): Refusal =>
  new Refusal(401, {
    type: 'invalid_request_error',
    message:
      authorization === undefined
        ? 'You did not provide an API key. Send it as a bearer token, or as the user of basic authentication.'
        : 'Invalid API Key provided.',
  })

export const keyTooLong = (): Refusal =>
  new Refusal(400, {
    type: 'idempotency_error',
    message: 'Idempotency keys must be 255 characters or less.',
  })

export const keyOfOtherRequest = (key: string): Refusal =>
  new Refusal(400, {
    type: 'idempotency_error',
    message: `Keys for idempotent requests can only be used with the same parameters they were first used with. Try using a key other than '${key}' if you meant to execute a different request.`,
  })

export const keyInUse = (): Refusal =>
  new Refusal(409, {
    type: 'idempotency_error',
    code: 'idempotency_key_in_use',
    message:
      'There is currently another in-progress request using this Idempotency-Key. Try again when it is done.',
  })
