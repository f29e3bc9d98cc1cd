/** Says in a sentence why a database that somebody named cannot be used, and how to mend it. */
import pg from 'pg'
import { StartupError } from '../kernel/startup-error.ts'

/** The oldest PostgreSQL that has what our SQL uses. */
const VERSION_MIN = 15
const CONNECT_TIMEOUT_MS = 10_000

/** @throws StartupError when the server cannot be reached, lets us not in, or is too old. */
export async function requireDatabase(connectionString: string): Promise<void> {
  const client = openClient(connectionString)
  // A connection that breaks shows at the query; without a listener it would end the process.
  client.on('error', () => undefined)
  try {
    await client.connect()
    const { rows } = await client.query<{ version: string }>(
      `select current_setting('server_version') as version`,
    )
    const version = rows[0]?.version ?? ''
    if (!(Number.parseInt(version, 10) >= VERSION_MIN)) {
      throw new StartupError(
        `DATABASE_URL leads to PostgreSQL ${version}, which is too old: Box Office needs ${VERSION_MIN} or newer. Upgrade it, or name another server.`,
      )
    }
  } catch (error) {
    throw databaseFault(error, client)
  } finally {
    await client.end().catch(() => undefined)
  }
}

function openClient(connectionString: string): pg.Client {
  try {
    return new pg.Client({ connectionString, connectionTimeoutMillis: CONNECT_TIMEOUT_MS })
  } catch (error) {
    // The driver's message may quote the address and with it the password; its code may not.
    const { code = 'it is no address' } = error as { code?: string }
    throw new StartupError(
      `DATABASE_URL cannot be read (${code}). Write postgresql://user:password@host:5432/database, with special characters of the password percent-encoded.`,
      { cause: error },
    )
  }
}

interface Target {
  host: string
  port: number
  user?: string | undefined
  database?: string | undefined
}

/** What a failure to connect means for whoever set DATABASE_URL; other errors are returned as they are. */
function databaseFault(error: unknown, target: Target): unknown {
  if (error instanceof StartupError || !(error instanceof Error)) return error
  const { code = '' } = error as { code?: string }
  const reason = reasonFor(code, error.message, target)
  if (reason === undefined) return error
  const place = target.host.startsWith('/') ? target.host : `${target.host}:${target.port}`
  return new StartupError(`DATABASE_URL cannot be used: ${place} ${reason}`, { cause: error })
}

function reasonFor(code: string, message: string, target: Target): string | undefined {
  const { user = '', database = '' } = target
  switch (code) {
    case 'ECONNREFUSED':
    case 'ENOENT':
      return 'takes no connections. Start PostgreSQL there, or correct host and port.'
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'is not a name that can be found. Correct the host.'
    case 'ETIMEDOUT':
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return 'does not answer. Correct the host, or let this machine through to it.'
    case 'ECONNRESET':
      return 'ended the connection. Correct host and port: is it PostgreSQL that listens there?'
    case '28P01':
      return `refuses the password of the user ${user}. Correct user and password.`
    case '28000':
      return `does not let the user ${user} in: ${message}. Correct the user, or mend pg_hba.conf.`
    case '3D000':
      return `has no database ${database}. Make it (createdb ${database}), or name another.`
    case '42501':
      return `lets the user ${user} in, but not where it needs to be: ${message}.`
    case '53300':
      return 'has no connection free. Raise its max_connections, or stop what uses them.'
    case '57P03':
      return 'is starting or stopping. Try again when it is up.'
    default:
      return reasonByMessage(message, user)
  }
}

/** The driver names these by message only. */
function reasonByMessage(message: string, user: string): string | undefined {
  if (/timeout expired/i.test(message)) {
    return 'does not answer. Correct the host, or let this machine through to it.'
  }
  if (/Connection terminated/i.test(message)) {
    return 'ended the connection. Correct host and port: is it PostgreSQL that listens there?'
  }
  if (/password must be a (non-empty )?string/i.test(message)) {
    return `asks for a password of the user ${user}. Put one into DATABASE_URL.`
  }
  if (/SSL|certificate/i.test(message)) {
    return `and this machine do not agree on TLS: ${message}. Correct sslmode.`
  }
  return undefined
}
