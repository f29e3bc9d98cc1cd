/** Calls that the API would accept, taken from its own document: what tests of bad values vary. */
import assert from 'node:assert/strict'
import type { TestAnswer } from '../support/app.ts'
import type { Cast, Thing } from './cast.ts'
import { ROUTE_POLICY } from './route-policy.ts'

/** As much of JSON Schema as the document uses. */
export interface Schema {
  type?: string | string[]
  enum?: unknown[]
  properties?: Record<string, Schema>
  items?: Schema
  required?: string[]
  minimum?: number
  maximum?: number
  minLength?: number
  maxLength?: number
  format?: string
  pattern?: string
}

interface Operation {
  parameters?: { in: 'query' | 'path' | 'header'; name: string; schema: Schema }[]
  requestBody?: { content: Record<string, { schema: Schema } | undefined> }
}

export interface ApiCall {
  /** `POST /api/v1/orders` */
  name: string
  method: string
  /** With the id of a thing that is there. */
  url: string
  path: string
  query: Record<string, Schema>
  pathParameters: Record<string, Schema>
  bodySchema: Schema | undefined
  /** A body that is accepted; undefined where none is needed. */
  body: object | undefined
}

/** Every call of the API document, about things that are there. */
export async function apiCalls(cast: Cast): Promise<ApiCall[]> {
  const answer = await cast.app.inject({ method: 'GET', url: '/api/v1/openapi.json' })
  const { paths } = answer.json<{ paths: Record<string, Record<string, Operation>> }>()
  const calls: ApiCall[] = []
  for (const [template, operations] of Object.entries(paths)) {
    for (const [verb, operation] of Object.entries(operations)) {
      const path = template.replace(/\{(\w+)\}/g, ':$1')
      const method = verb.toUpperCase()
      const name = `${method} ${path}`
      const policy = ROUTE_POLICY[name]
      assert.ok(policy, `${name} has a policy`)
      const [thing] = Object.keys(policy.things ?? {}) as Thing[]
      const id = thing === undefined ? '' : await cast.thingOf(thing, cast.other)
      const parameters = (place: string) =>
        Object.fromEntries(
          (operation.parameters ?? [])
            .filter((each) => each.in === place)
            .map((each) => [each.name, each.schema]),
        )
      calls.push({
        ...{ name, method, path, url: path.replace(/:\w+/, id) },
        query: parameters('query'),
        pathParameters: parameters('path'),
        bodySchema: operation.requestBody?.content['application/json']?.schema,
        body: await policy.send?.(cast, id),
      })
    }
  }
  return calls
}

/** Makes a call as an admin, who may make every call. */
export async function send(
  cast: Cast,
  call: { method: string; url: string },
  body?: string,
): Promise<TestAnswer> {
  return await cast.app.inject({
    method: call.method,
    url: call.url,
    headers: {
      authorization: `Bearer ${cast.people.admin.token}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { payload: body }),
  })
}

/** Where a field of a body is, and the body around it. */
export interface BodyField {
  /** `ticket_types/0/price` */
  path: string
  schema: Schema
  /** The body as text, with that field set to a piece of JSON. */
  withValue: (json: string) => string
}

/** Objects in a body, the body itself among them, that fields can be put into. */
export function objectsIn(call: ApiCall): {
  path: string
  schema: Schema
  /** The body as text, with one more field in that object. */
  withField: (name: string, json: string) => string
}[] {
  const { bodySchema } = call
  if (bodySchema === undefined) return []
  const body = call.body ?? {}
  const lists = Object.entries(bodySchema.properties ?? {}).flatMap(([name, { items }]) =>
    items?.properties === undefined ? [] : [{ name, items }],
  )
  return [
    { path: '', schema: bodySchema, withField: (name, json) => withMember(body, name, json) },
    ...lists.map(({ name, items }) => ({
      path: `${name}/0/`,
      schema: items,
      withField: (field: string, json: string) =>
        withMember(body, name, `[${withMember(exampleOf(items), field, json)}]`),
    })),
  ]
}

/** Every field of a call's body, also in lists of objects. */
export function fieldsOf(call: ApiCall): BodyField[] {
  return objectsIn(call).flatMap(({ path, schema, withField }) =>
    Object.entries(schema.properties ?? {}).map(([name, fieldSchema]) => ({
      path: `${path}${name}`,
      schema: fieldSchema,
      withValue: (json: string) => withField(name, json),
    })),
  )
}

/** Text, because JSON can say more than JavaScript: `1e309`, or one name twice. */
function withMember(object: object, name: string, json: string): string {
  const others = Object.entries(object).filter(([key]) => key !== name)
  const members = others.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`)
  return `{${[...members, `${JSON.stringify(name)}:${json}`].join(',')}}`
}

/** An object with its required members. */
function exampleOf(schema: Schema): object {
  return Object.fromEntries(
    (schema.required ?? []).map((name) => [
      name,
      schema.properties?.[name]?.type === 'string' ? 'Example' : 1,
    ]),
  )
}
