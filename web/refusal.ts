/** Errors as pages say them. */
import { AppError, type ErrorCode } from '../src/kernel/errors.ts'
import type { Language } from '../src/kernel/language.ts'
import { type Words, errorTexts } from './texts/errors.ts'
import { refusalTexts } from './texts/refusals.ts'

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

/** The sentence of a refusal. English ones may say more than their code does. */
export const messageOf = (refusal: AppError, language: Language): string =>
  language === 'en' ? refusal.message : refusalTexts[language][refusal.code]

/** A title and a sentence for a page that cannot be shown. */
export function wordsFor(refusal: AppError, language: Language): Words {
  const texts = errorTexts[language]
  const title = refusal.code === 'forbidden' ? texts.forbidden : texts.other
  return texts.byCode[refusal.code] ?? { title, text: messageOf(refusal, language) }
}
