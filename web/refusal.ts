/** Errors as pages say them. */
import { AppError, type ErrorCode } from '../src/kernel/errors.ts'

/** What Fastify itself raises before a route runs, by status. */
const CODES: Record<number, ErrorCode> = {
  400: 'invalid_request',
  404: 'not_found',
  413: 'payload_too_large',
  415: 'unsupported_media_type',
}

/** Any error as a refusal; what nobody expected becomes `internal_error` with its cause. */
export function refusalOf(error: unknown): AppError {
  if (error instanceof AppError) return error
  const { statusCode } = error as { statusCode?: unknown }
  const code = typeof statusCode === 'number' ? CODES[statusCode] : undefined
  return new AppError(code ?? 'internal_error', { cause: error })
}

interface Words {
  title: string
  text: string
}

const WORDS: Partial<Record<ErrorCode, Words>> = {
  not_found: {
    title: 'There is nothing here',
    text: 'The address may be mistyped, or what was here is gone.',
  },
  rate_limited: {
    title: 'Too many requests',
    text: 'Wait a minute, then load the page again.',
  },
  unavailable: {
    title: 'We cannot answer right now',
    text: 'Nothing was done. Try again in a few seconds.',
  },
  internal_error: {
    title: 'Something went wrong on our side',
    text: 'It has been noted. Try again; if it stays, tell us.',
  },
}

/** A title and a sentence for a page that cannot be shown. */
export function wordsFor(refusal: AppError): Words {
  const title = refusal.code === 'forbidden' ? 'This is not open to you' : 'This did not work'
  return WORDS[refusal.code] ?? { title, text: refusal.message }
}
