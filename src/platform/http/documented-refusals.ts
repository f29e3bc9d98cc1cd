/**
 * Puts the refusals of every operation into the API document. What follows from the kind of a route
 * is added here; what only this one refuses, the route lists itself in `config.refusals`.
 */
import type { RouteOptions } from 'fastify'
import { ERRORS, type ErrorCode } from '../../kernel/errors.ts'
import type { HttpApp } from './server.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Codes that this route answers with, besides those that its kind of route has anyway. */
    refusals?: readonly ErrorCode[]
  }
}

/** The body of every refusal, see `problemText`. */
const PROBLEM = {
  type: 'object',
  description: 'A problem document (RFC 9457). Act on `code`; `docs/errors` explains each.',
  required: ['type', 'title', 'status', 'code', 'detail', 'request_id'],
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    code: { type: 'string', enum: Object.keys(ERRORS) },
    detail: { type: 'string' },
    field: { type: 'string', description: 'The part of the request that is at fault.' },
    remaining: { type: 'integer', description: 'With `sold_out`: how many tickets are left.' },
    decline_code: {
      type: 'string',
      description: 'With `payment_declined`: why, in the words of the payment provider.',
    },
    allowed: { type: 'integer', description: 'With `limit_exceeded`: how many more there may be.' },
    request_id: { type: 'string' },
  },
}

const ALWAYS: readonly ErrorCode[] = [
  'invalid_request',
  'request_timeout',
  'rate_limited',
  'headers_too_large',
  'internal_error',
  'unavailable',
]
const WITHOUT_BODY = new Set(['GET', 'HEAD'])

interface ApiDocument {
  paths?: Record<string, object>
  components?: { schemas?: Record<string, object> }
}

/**
 * Register before the routes: it learns of them as they are added.
 * @returns Adds to the document what the routes refuse.
 */
export function collectRefusals(
  app: HttpApp,
): <Document extends object>(document: Document) => Document {
  const operations = new Map<string, ErrorCode[]>()
  app.addHook('onRoute', (route) => {
    const path = route.url.replace(/:(\w+)/g, '{$1}')
    for (const method of [route.method].flat()) {
      operations.set(`${method.toLowerCase()} ${path}`, refusalsOf(route, method))
    }
  })
  return (document) => {
    const { paths = {}, components } = document as ApiDocument
    if (components !== undefined) components.schemas = { ...components.schemas, Problem: PROBLEM }
    for (const [path, methods] of Object.entries(paths)) {
      for (const [method, operation] of Object.entries(methods) as [
        string,
        { responses: object },
      ][]) {
        Object.assign(operation.responses, responsesOf(operations.get(`${method} ${path}`) ?? []))
      }
    }
    return document
  }
}

function refusalsOf(route: RouteOptions, method: string): ErrorCode[] {
  const { access, refusals = [] } = route.config ?? {}
  const codes = new Set<ErrorCode>([...ALWAYS, ...refusals])
  if (access !== 'public') codes.add('unauthenticated')
  if (access === 'organizer' || access === 'admin') codes.add('forbidden')
  if (route.url.includes(':')) codes.add('not_found')
  if (!WITHOUT_BODY.has(method)) codes.add('payload_too_large').add('unsupported_media_type')
  return [...codes]
}

/** One response for each status, with the codes that it comes with. */
function responsesOf(codes: readonly ErrorCode[]): Record<string, object> {
  const statuses = [...new Set(codes.map((code) => ERRORS[code].status))].sort()
  return Object.fromEntries(
    statuses.map((status) => {
      const here = codes.filter((code) => ERRORS[code].status === status)
      const schema = {
        allOf: [
          { $ref: '#/components/schemas/Problem' },
          { properties: { status: { const: status }, code: { enum: here } } },
        ],
      }
      const description = here.map((code) => `\`${code}\`: ${ERRORS[code].message}`).join(' ')
      return [status, { description, content: { 'application/problem+json': { schema } } }]
    }),
  )
}
