/** Conditional reads: sends bytes with a tag, or 304 when the client has them already. */
import { createHash } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'

/** What a route's schema has for 304. */
export const Unchanged = Type.Null({ description: 'Still what the ETag in If-None-Match names.' })

/** A strong tag made from the bytes. */
export const etagOf = (bytes: Buffer | string): string =>
  `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`

/** True when `If-None-Match` names the tag, compared weakly as RFC 9110 asks. */
export function isNotModified(request: Pick<FastifyRequest, 'headers'>, etag: string): boolean {
  const header = request.headers['if-none-match']
  if (header === undefined) return false
  if (header.trim() === '*') return true
  return header.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag)
}

/** Sends JSON bytes under a tag. */
function sendTagged(
  request: FastifyRequest,
  reply: FastifyReply,
  body: { bytes: Buffer; etag: string },
): FastifyReply {
  void reply.header('ETag', body.etag)
  if (isNotModified(request, body.etag)) return reply.code(304).send()
  return reply.header('Content-Type', 'application/json; charset=utf-8').send(body.bytes)
}

/** Sends a value as JSON under a tag made from it. */
export function sendTaggedJson(
  request: FastifyRequest,
  reply: FastifyReply,
  value: unknown,
): FastifyReply {
  const bytes = Buffer.from(JSON.stringify(value))
  return sendTagged(request, reply, { bytes, etag: etagOf(bytes) })
}
