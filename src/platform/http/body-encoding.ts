/** A body is UTF-8 as it is: in another charset it would be misread, compressed it could be a bomb. */
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { AppError } from '../../kernel/errors.ts'

const CHARSET = /;\s*charset\s*=\s*("[^"]*"|[^;\s]*)/gi
const UTF_8 = /^"?utf-?8"?$/i

/** Refuses bodies in any other charset than UTF-8, and compressed ones, before they are read. */
export function refuseOtherEncodings(app: FastifyInstance): void {
  app.addHook('preParsing', (request, reply, payload, done) => {
    if (request.method === 'GET' || request.method === 'HEAD') {
      // Their bodies are not read.
      done(null, payload)
      return
    }
    const encoding = request.headers['content-encoding']?.trim().toLowerCase() ?? 'identity'
    if (encoding !== 'identity' && encoding !== '') {
      void reply.header('Accept-Encoding', 'identity')
      done(refusal('The body must be sent as it is, without Content-Encoding.'))
    } else if (!isUtf8(request)) {
      done(refusal('The body must be UTF-8.'))
    } else {
      done(null, payload)
    }
  })
}

function isUtf8(request: FastifyRequest): boolean {
  const type = request.headers['content-type'] ?? ''
  // Nearly all are exactly this, and a search for a charset in each costs time in a sale.
  if (type === 'application/json') return true
  const charsets = type.matchAll(CHARSET)
  return [...charsets].every(([, charset = '']) => UTF_8.test(charset))
}

const refusal = (detail: string) =>
  new AppError('unsupported_media_type', { field: 'Content-Type', detail })
