import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'

/** What a caller may name a request, so that its logs and ours can be compared. */
const REQUEST_ID = /^[\w-]{8,64}$/

/** The caller's name for a request when that is a decent one, else a new one. */
export function requestIdOf({ headers }: Pick<IncomingMessage, 'headers'>): string {
  const given = headers['x-request-id']
  return typeof given === 'string' && REQUEST_ID.test(given) ? given : randomUUID()
}
