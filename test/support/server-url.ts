/** What the process that runs the server and those that use it have to agree on. */
import type { ClientConfig } from 'pg'

/** Comment of a database that is kept because its test failed. */
export const KEPT = 'kept: its test failed'

/** A URL that both `pg` and WHATWG's URL understand, also for a unix socket. */
export function serverUrl(connection: ClientConfig): string {
  const parts = Object.entries({
    host: connection.host,
    port: connection.port,
    user: connection.user,
    password: connection.password as string | undefined,
  }).flatMap(([key, value]) => (value === undefined ? [] : [[key, String(value)]]))
  return `postgresql:///${connection.database ?? 'postgres'}?${new URLSearchParams(parts).toString()}`
}
