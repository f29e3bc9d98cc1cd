/** What is wrong with a form about an account, said to who filled it in. */
import type { FastifyReply } from 'fastify'
import { AppError } from '../src/kernel/errors.ts'
import type { FormProblem } from './components/account-form.tsx'

/** @throws AppError `invalid_request`, naming the first field that is empty. */
export function requireFilled(
  fields: readonly (readonly [name: string, value: string, ask: string])[],
) {
  for (const [field, value, detail] of fields) {
    if (value === '') throw new AppError('invalid_request', { field, detail })
  }
}

/**
 * Says what a refusal says, beside the field that it is about, and sets the status of the answer.
 * @param title Stands above the faults.
 * @throws What is no refusal.
 */
export function problemOf(reply: FastifyReply, error: unknown, title: string): FormProblem {
  if (!(error instanceof AppError) || error.status >= 500) throw error
  void reply.code(error.status)
  const { field, retryAfterSeconds } = error.details
  if (retryAfterSeconds !== undefined) {
    void reply.header('Retry-After', String(Math.ceil(retryAfterSeconds)))
  }
  return field === undefined && error.code !== 'invalid_credentials'
    ? { title: error.message, faults: [] }
    : { title, faults: [{ field: field ?? 'email', message: sentence(error) }] }
}

/** Rules begin with the name of the field as the API writes it; people read sentences. */
const sentence = (error: AppError): string =>
  error.message
    .replace(/^name /, 'The name ')
    .replace(/^email /, 'The e-mail address ')
    .replace(/^password /, 'The password ')
