/** The API document of a running shop, and whether an answer is one that it promises. */
import assert from 'node:assert/strict'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import type { TestApp } from './app.ts'
import type { RawAnswer } from './raw-http.ts'

export interface JsonSchema {
  type?: string | string[]
  enum?: unknown[]
  const?: unknown
  format?: string
  pattern?: string
  minimum?: number
  maximum?: number
  minLength?: number
  maxLength?: number
  minItems?: number
  maxItems?: number
  items?: JsonSchema
  properties?: Record<string, JsonSchema>
  required?: string[]
  anyOf?: JsonSchema[]
}

interface DocumentedAnswer {
  content?: Record<string, { schema: object }>
}

export interface Operation {
  method: string
  /** With its parameters in braces. */
  path: string
  parameters: { name: string; in: 'path' | 'query' | 'header'; schema: JsonSchema }[]
  /** Of JSON; files are not described further. */
  body: JsonSchema | undefined
  needsToken: boolean
  responses: Record<string, DocumentedAnswer>
}

interface OpenApi {
  components: { schemas: Record<string, object> }
  paths: Record<string, Record<string, OpenApiOperation>>
}

interface OpenApiOperation {
  parameters?: Operation['parameters']
  requestBody?: { content: Record<string, { schema: JsonSchema }> }
  security?: object[]
  responses: Record<string, DocumentedAnswer>
}

export interface ApiDocument {
  operations: Operation[]
  /** @throws AssertionError when the document does not promise such an answer to the operation. */
  assertPromised: (operation: Operation, answer: RawAnswer, isHead?: boolean) => void
}

export async function readApiDocument(app: TestApp): Promise<ApiDocument> {
  const answer = await app.inject({ method: 'GET', url: '/api/v1/openapi.json' })
  const document = answer.json<OpenApi>()
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(
      ([method, { parameters = [], requestBody, security, responses }]): Operation => ({
        ...{ method: method.toUpperCase(), path, parameters, responses },
        body: requestBody?.content['application/json']?.schema,
        needsToken: security !== undefined,
      }),
    ),
  )
  const ajv = new Ajv2020({ strict: false, allErrors: true })
  addFormats.default(ajv)
  const components = closed(document.components)
  const compiled = new Map<object, ValidateFunction>()
  const validatorOf = (schema: object) => {
    const validate = compiled.get(schema) ?? ajv.compile({ ...closed(schema), components })
    compiled.set(schema, validate)
    return validate
  }

  return {
    operations,
    assertPromised(operation, { status, headers, body }, isHead = false) {
      const promised = operation.responses[status]
      assert.ok(promised, `${status} is a documented status`)
      const mediaType = headers['content-type']?.split(';')[0]
      if (promised.content === undefined) {
        assert.equal(body, '', 'an answer documented without a body has none')
        return
      }
      const media = promised.content[mediaType ?? '']
      assert.ok(media, `${mediaType ?? 'no media type'} is documented for ${status}`)
      if (isHead) return
      const validate = validatorOf(media.schema)
      // A file is text to its schema.
      const isValid = validate(mediaType?.endsWith('json') ? JSON.parse(body) : body)
      assert.ok(isValid, `the body is what is documented: ${ajv.errorsText(validate.errors)}`)
    },
  }
}

/** The same schema, with no other members than those that it names. */
function closed<Schema>(schema: Schema): Schema {
  if (typeof schema !== 'object' || schema === null) return schema
  if (Array.isArray(schema)) return schema.map(closed) as Schema
  const inner = Object.fromEntries(
    Object.entries(schema).map(([key, value]: [string, unknown]) => [key, closed(value)]),
  )
  return (
    'type' in schema && schema.type === 'object' && 'properties' in schema
      ? { ...inner, additionalProperties: false }
      : inner
  ) as Schema
}
