/**
 * Strict validation. A body is taken as it is: `"2"` is no number and an unknown field is refused
 * by name. Only query strings and path parameters, which are text by nature, are converted.
 */
import { Ajv, type ErrorObject } from 'ajv'
import addFormats from 'ajv-formats'
import type { FastifyError, FastifySchemaCompiler } from 'fastify'
import { AppError } from '../../kernel/errors.ts'

const OPTIONS = { useDefaults: true, removeAdditional: false, allErrors: false, strict: false }

function validator(coerceTypes: boolean): Ajv {
  const ajv = new Ajv({ ...OPTIONS, coerceTypes })
  addFormats.default(ajv)
  return ajv
}

/** @returns The compiler for Fastify's `setValidatorCompiler`. */
export function strictValidatorCompiler(): FastifySchemaCompiler<object> {
  const body = validator(false)
  const text = validator(true)
  return ({ schema, httpPart }) => (httpPart === 'body' ? body : text).compile(schema) as never
}

/** The refusal that names the field and what would be right. */
export function refusalOfValidation(error: Partial<FastifyError>): AppError {
  const first = error.validation?.[0] as ErrorObject | undefined
  const part = error.validationContext ?? 'body'
  if (first === undefined) return new AppError('invalid_request', { cause: error })
  const { field, detail } = explain(first)
  return new AppError('invalid_request', {
    field: field === '' ? part : field,
    detail: field === '' ? `The ${part} ${detail}` : `${field} ${detail}`,
    cause: error,
  })
}

function explain(error: ErrorObject): { field: string; detail: string } {
  const path = error.instancePath.slice(1)
  const inside = (name: string) => (path === '' ? name : `${path}/${name}`)
  const params = error.params as Record<string, unknown>
  switch (error.keyword) {
    case 'required':
      return { field: inside(String(params['missingProperty'])), detail: 'is missing.' }
    case 'additionalProperties':
      return {
        field: inside(String(params['additionalProperty'])),
        detail: 'is not a field of this request; leave it out.',
      }
    case 'enum':
      return {
        field: path,
        detail: `must be one of: ${(params['allowedValues'] as unknown[]).join(', ')}.`,
      }
    case 'const':
      return { field: path, detail: `must be ${JSON.stringify(params['allowedValue'])}.` }
    case 'format':
      return {
        field: path,
        detail:
          params['format'] === 'date-time'
            ? 'must be a time such as 2030-06-01T19:30:00Z.'
            : `must be a valid ${String(params['format'])}.`,
      }
    case 'pattern':
      return { field: path, detail: 'does not have the right form.' }
    default:
      return { field: path, detail: `${error.message ?? 'is not acceptable'}.` }
  }
}
