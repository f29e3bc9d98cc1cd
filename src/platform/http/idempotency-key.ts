/** Node joins a repeated header to one; two keys for one purchase are a mistake of the client. */
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { AppError } from '../../kernel/errors.ts'

const HEADER = 'idempotency-key'

/** Makes every route whose schema takes a key refuse several. Register before the routes. */
export function refuseRepeatedKeys(app: FastifyInstance): void {
  app.addHook('onRoute', (route) => {
    const headers = route.schema?.headers as { properties?: object } | undefined
    if (headers?.properties === undefined || !(HEADER in headers.properties)) return
    route.preValidation = [
      (request, _reply, done) => {
        done(isRepeated(request) ? refusal() : undefined)
      },
      ...[route.preValidation ?? []].flat(),
    ]
  })
}

function isRepeated(request: FastifyRequest): boolean {
  const value = request.headers[HEADER]
  // A key may have a comma of its own, so only the headers as they came can tell.
  if (typeof value !== 'string' || !value.includes(',')) return false
  const names = request.raw.rawHeaders.filter((_, place) => place % 2 === 0)
  return names.filter((name) => name.toLowerCase() === HEADER).length > 1
}

const refusal = () =>
  new AppError('invalid_request', {
    field: 'Idempotency-Key',
    detail: 'Idempotency-Key must be sent once.',
  })
