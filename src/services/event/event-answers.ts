/** How events are sent: what may be kept, by whom, and how to ask whether it is still the same. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { isNotModified } from '../../platform/http/etag.ts'
import { type CachedBytes, cachedEvent } from './event-cache.ts'
import type { Event } from './event.ts'

/** Whoever is behind a CDN costs one request a second, however many they are. */
export const SHARED = 'public, max-age=0, s-maxage=1, stale-while-revalidate=1'
/** For one person, and only now. */
export const PRIVATE = 'private, no-store'

/** Names and values in turn of what everybody gets, besides those that follow from the bytes. */
export const sharedHeaders = ({ etag, link }: CachedBytes): string[] => [
  ...['etag', etag, 'cache-control', SHARED],
  ...(link === undefined ? [] : ['link', link]),
]

/** Answers with what everybody gets. */
export function sendShared(
  request: FastifyRequest,
  reply: FastifyReply,
  shared: CachedBytes,
): FastifyReply {
  const headers = sharedHeaders(shared)
  for (let n = 0; n < headers.length; n += 2) void reply.header(headers[n] ?? '', headers[n + 1])
  if (isNotModified(request, shared.etag)) return reply.code(304).send()
  return reply.header('Content-Type', 'application/json; charset=utf-8').send(shared.bytes)
}

/** Answers with an event as it is right now, for who may change it. */
export function sendEvent(reply: FastifyReply, event: Event): FastifyReply {
  const { bytes, etag } = cachedEvent(event)
  return reply
    .header('ETag', etag)
    .header('Cache-Control', PRIVATE)
    .header('Content-Type', 'application/json; charset=utf-8')
    .send(bytes)
}
