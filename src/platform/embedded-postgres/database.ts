import { Client } from 'pg'
import { SUPERUSER } from './create-cluster.ts'
import { SOCKET_PORT } from './socket-dir.ts'

const DATABASE = 'boxoffice'
const CONNECT_TIMEOUT_MS = 30_000
/** SQLSTATE of a connection to a database that does not exist. */
const INVALID_CATALOG_NAME = '3D000'
/** All connections taken: after a restart our own pool may be back before us. */
const TOO_MANY_CONNECTIONS = '53300'

export function connectionTo(socketDir: string): {
  host: string
  port: number
  user: string
  database: string
} {
  return { host: socketDir, port: SOCKET_PORT, user: SUPERUSER, database: DATABASE }
}

/** Proves that the server takes connections, and makes the shop's database the first time. */
export async function ensureDatabase(socketDir: string): Promise<void> {
  try {
    await execute(socketDir, DATABASE)
  } catch (error) {
    const { code } = error as { code?: string }
    if (code === TOO_MANY_CONNECTIONS) return
    if (code !== INVALID_CATALOG_NAME) throw error
    await execute(socketDir, 'postgres', `create database ${DATABASE}`)
  }
}

async function execute(socketDir: string, database: string, statement?: string): Promise<void> {
  const client = new Client({
    ...connectionTo(socketDir),
    database,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
  })
  let lost: Error | undefined
  // A connection that breaks while idle is told here; without a listener it would end the process.
  client.on('error', (error) => {
    lost = error
  })
  try {
    await client.connect()
    if (statement !== undefined) await client.query(statement)
  } finally {
    await client.end()
  }
  if (lost !== undefined) throw lost
}
