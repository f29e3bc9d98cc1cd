/**
 * Strict validation. A body is taken as it is: `"2"` is no number and an unknown field is refused
 * by name. Only query strings and path parameters, which are text by nature, are converted.
 */
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv'
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
  return ({ schema, httpPart }) =>
    (httpPart === 'body'
      ? body.compile(schema)
      : plainlyWritten(schema, text.compile(schema))) as never
}

/** How numbers are written in addresses; what else JavaScript reads as one (`0x1`, `1e0`) is none. */
const INTEGER = /^-?(?:0|[1-9]\d*)$/
const PLAIN: Record<string, RegExp> = {
  integer: INTEGER,
  number: /^-?(?:0|[1-9]\d*)(?:\.\d+)?$/,
}

/** What has not been validated yet as a number; NaN when it will be refused. */
export const plainInteger = (text: unknown): number =>
  typeof text === 'string' && INTEGER.test(text) ? Number(text) : Number.NaN

type TextValidator = Pick<ValidateFunction, 'errors'> & ((sent: Record<string, unknown>) => unknown)

/** `validate`, after a look at how the numbers are written that it is about to convert. */
function plainlyWritten(
  schema: object,
  validate: ValidateFunction,
): ValidateFunction | TextValidator {
  const { properties = {} } = schema as { properties?: Record<string, { type?: unknown }> }
  const numbers = Object.entries(properties).flatMap(([name, { type }]) => {
    const form = typeof type === 'string' ? PLAIN[type] : undefined
    return form === undefined ? [] : [{ name, type, form }]
  })
  if (numbers.length === 0) return validate
  const checked: TextValidator = (sent) => {
    for (const { name, type, form } of numbers) {
      const value = sent[name]
      if (typeof value !== 'string' || form.test(value)) continue
      checked.errors = [
        {
          ...{ keyword: 'type', instancePath: `/${name}`, schemaPath: `#/properties/${name}/type` },
          ...{
            params: { type },
            message: `must be ${type === 'integer' ? 'a whole' : 'a decimal'} number`,
          },
        },
      ]
      return false
    }
    const isValid = validate(sent)
    checked.errors = validate.errors ?? null
    return isValid
  }
  return checked
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
