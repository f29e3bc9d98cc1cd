/** What is wrong with a form about an account, said to who filled it in. */
import type { FastifyReply } from 'fastify'
import { AppError } from '../src/kernel/errors.ts'
import type { Language } from '../src/kernel/language.ts'
import type { FormProblem } from './components/account-form.tsx'
import { messageOf } from './refusal.ts'
import { accountTexts } from './texts/account.ts'
import { type FaultTexts, faultTexts, seeField } from './texts/faults.ts'
import { refusalTexts } from './texts/refusals.ts'
import { signInTexts } from './texts/sign-in.ts'

/** A field that was left empty. Its message is in the language of the page already. */
class EmptyField extends AppError {}

/** @throws AppError `invalid_request`, naming the first field that is empty. */
export function requireFilled(
  fields: readonly (readonly [name: string, value: string, ask: string])[],
) {
  for (const [field, value, detail] of fields) {
    if (value === '') throw new EmptyField('invalid_request', { field, detail })
  }
}

/**
 * Says what a refusal says, beside the field that it is about, and sets the status of the answer.
 * @param words.title Stands above the faults.
 * @param words.labels Of fields that this form calls otherwise than most do.
 * @throws What is no refusal, and that nobody is signed in any more.
 */
export function problemOf(
  reply: FastifyReply,
  error: unknown,
  words: { title: string; language: Language; labels?: Record<string, string> },
): FormProblem {
  const { title, language } = words
  if (!(error instanceof AppError) || error.status >= 500) throw error
  if (error.code === 'unauthenticated') throw error
  void reply.code(error.status)
  const { field, retryAfterSeconds } = error.details
  if (retryAfterSeconds !== undefined) {
    void reply.header('Retry-After', String(Math.ceil(retryAfterSeconds)))
  }
  if (field === undefined && error.code !== 'invalid_credentials') {
    return { title: messageOf(error, language), faults: [] }
  }
  const fault = { field: field ?? 'email', message: sentence(error, language) }
  const label = { ...labelsOf(language), ...words.labels }[fault.field]
  if (label === undefined) return { title, faults: [fault] }
  return { title, faults: [{ ...fault, see: seeField[language](label) }] }
}

/** What the fields of most forms are called. */
function labelsOf(language: Language): Partial<Record<string, string>> {
  const { name, email, password } = signInTexts[language]
  const { currentPassword, accept } = accountTexts[language]
  return { name, email, password, current_password: currentPassword, accepts_losing_sight: accept }
}

function sentence(error: AppError, language: Language): string {
  if (error instanceof EmptyField) return error.message
  const { field } = error.details
  const key = field === undefined ? error.code : `${error.code}:${field}`
  const texts = faultTexts[language]
  return key in texts ? texts[key as keyof FaultTexts] : refusalTexts[language][error.code]
}
