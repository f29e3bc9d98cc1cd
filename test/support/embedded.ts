/** The database of a shop that runs in another process on its embedded PostgreSQL. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type pg from 'pg'
import { connectionTo } from '../../src/platform/embedded-postgres/database.ts'

/** @param dataDir The shop's; short enough for the socket to be in it. */
export function embeddedConnection(dataDir: string): pg.ClientConfig {
  return connectionTo(join(dataDir, 'socket'))
}

/** PostgreSQL's own note of its process id. */
export async function postmasterPid(dataDir: string): Promise<number> {
  const [pid] = (await readFile(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8')).split('\n')
  return Number(pid)
}
