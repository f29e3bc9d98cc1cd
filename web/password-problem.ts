import type { FastifyReply } from 'fastify'
import { AppError } from '../src/kernel/errors.ts'
import type { Language } from '../src/kernel/language.ts'
import type { FormProblem } from './components/account-form.tsx'
import { messageOf } from './refusal.ts'
import { seeField } from './texts/faults.ts'
import { foreignSignInTexts } from './texts/foreign-sign-in.ts'

/**
 * Says why a password opens nothing, beside its field, and sets the status of the answer.
 * @throws What is no refusal.
 */
export function passwordProblem(
  reply: FastifyReply,
  error: unknown,
  language: Language,
): FormProblem {
  if (!(error instanceof AppError) || error.status >= 500) throw error
  void reply.code(error.status)
  const { retryAfterSeconds } = error.details
  if (retryAfterSeconds !== undefined) {
    void reply.header('Retry-After', String(Math.ceil(retryAfterSeconds)))
  }
  const isWrong = error.code === 'invalid_credentials' || error.code === 'invalid_value'
  if (!isWrong) return { title: messageOf(error, language), faults: [] }
  const { notConnected, wrongPassword, password } = foreignSignInTexts[language]
  return {
    title: notConnected,
    faults: [{ field: 'password', message: wrongPassword, see: seeField[language](password) }],
  }
}
