/**
 * The PostgreSQL that tests run on, as a process of its own: it prints the server's URL and stops
 * when its standard input ends, so it never outlives whoever started it, however that ended.
 * By hand, `node --import tsx test/support/server.ts <folder>` opens a kept folder again.
 */
import { once } from 'node:events'
import { chmod, cp, mkdtemp, rm, statfs } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { Client } from 'pg'
import { startEmbeddedPostgres } from '../../src/platform/embedded-postgres/server.ts'
import { KEPT, serverUrl } from './server-url.ts'

const SETTINGS = {
  // Several shops at a time, each with pools of its own.
  max_connections: '300',
  shared_buffers: '128MB',
  max_wal_size: '1GB',
}

const IN_MEMORY = '/dev/shm'
/** What a whole run of the tests needs, twice over. */
const IN_MEMORY_BYTES_MIN = 4 * 1024 ** 3

const given = process.argv[2]
const folder = given === undefined ? await temporaryFolder(await roomyParent()) : resolve(given)
const server = await startEmbeddedPostgres({
  dataDir: folder,
  settings: SETTINGS,
  log: (line) => {
    console.error(`PostgreSQL: ${line}`)
  },
})
const connection = { ...server.connection, database: 'postgres' }
console.log(serverUrl(connection))

// An interrupted run is told by the end of the input, like any other end.
process.on('SIGINT', () => undefined)
process.stdin.resume()
await once(process.stdin, 'end')

const kept = given === undefined ? await keptDatabases() : []
await server[Symbol.asyncDispose]()
if (kept.length > 0) {
  console.error(
    `Kept for looking into: ${kept.join(', ')}.\n` +
      `Open them again with: node --import tsx test/support/server.ts ${await movedToDisk(folder)}`,
  )
} else if (given === undefined) {
  await rm(folder, { recursive: true, force: true })
}

/** Memory is for what runs. */
async function movedToDisk(path: string): Promise<string> {
  if (!path.startsWith(IN_MEMORY)) return path
  const target = await temporaryFolder(tmpdir())
  await cp(path, target, { recursive: true })
  await rm(path, { recursive: true })
  return target
}

/** PostgreSQL may run as another user than we do, who has to get through. */
async function temporaryFolder(parent: string): Promise<string> {
  const path = await mkdtemp(join(parent, 'box-office-test-'))
  await chmod(path, 0o711)
  return path
}

/** Copying a template is ten times faster in memory, where there is enough of it. */
async function roomyParent(): Promise<string> {
  const { bavail, bsize } = await statfs(IN_MEMORY).catch(() => ({ bavail: 0, bsize: 0 }))
  return bavail * bsize >= IN_MEMORY_BYTES_MIN ? IN_MEMORY : tmpdir()
}

async function keptDatabases(): Promise<string[]> {
  const client = new Client(connection)
  await client.connect()
  const { rows } = await client.query<{ name: string }>(
    `select datname as name from pg_database
      where shobj_description(oid, 'pg_database') = $1 order by datname`,
    [KEPT],
  )
  await client.end()
  return rows.map((row) => row.name)
}
