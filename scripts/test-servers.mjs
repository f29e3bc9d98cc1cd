/** The PostgreSQL servers of a test run. Both end by themselves when the run does, however it ends. */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import {
  chownSync,
  chmodSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statfsSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const IN_MEMORY = '/dev/shm'
const IN_MEMORY_BYTES_MIN = 4 * 1024 ** 3
/** Runs a program until our end of its standard input closes. */
const UNTIL_INPUT_ENDS = `trap '' INT; "$@" & cat > /dev/null; kill -INT $!; wait $!`

/** The one from npm that comes with Box Office. */
export async function startEmbedded() {
  const child = spawn(process.execPath, ['dist/test/support/server.js'], {
    cwd: root,
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const [url] = await Promise.race([
    once(createInterface({ input: child.stdout }), 'line'),
    once(child, 'exit').then(() => {
      throw new Error('The embedded PostgreSQL did not start.')
    }),
  ])
  return { url, stop: async () => await end(child) }
}

/** One of the system's packages, with a cluster of its own: the system's is left alone. */
export async function startSystemPostgres({ programs }) {
  const folder = mkdtempSync(join(roomyParent(), 'box-office-system-'))
  const account = serverAccount()
  if (account !== undefined) chownSync(folder, account.uid, account.gid)
  chmodSync(folder, 0o700)
  const options = { cwd: folder, ...account }

  const data = join(folder, 'data')
  const initdb = spawnSync(
    join(programs, 'initdb'),
    ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C.UTF-8', '--no-sync'],
    { ...options, encoding: 'utf8' },
  )
  if (initdb.status !== 0) throw new Error(`initdb failed.\n${initdb.stderr ?? initdb.error}`)

  const settings = {
    listen_addresses: '',
    unix_socket_directories: folder,
    max_connections: '300',
    max_wal_size: '1GB',
    log_min_messages: 'log',
    timezone: 'UTC',
  }
  const child = spawn(
    'sh',
    [
      ...['-c', UNTIL_INPUT_ENDS, 'sh', join(programs, 'postgres'), '-D', data],
      ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    ],
    { ...options, stdio: ['pipe', 'ignore', 'pipe'] },
  )
  await ready(child)
  return {
    url: `postgresql:///postgres?${new URLSearchParams({ host: folder, port: '5432', user: 'postgres' })}`,
    stop: async () => {
      await end(child)
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function ready(child) {
  let log = ''
  await new Promise((resolve, reject) => {
    child.stderr.setEncoding('utf8').on('data', (text) => {
      log += text
      if (log.includes('ready to accept connections')) resolve()
    })
    child.once('exit', () => {
      reject(new Error(`The system's PostgreSQL did not start.\n${log}`))
    })
  })
  // Read on, or a full pipe would stop it.
  child.stderr.removeAllListeners('data').resume()
}

async function end(child) {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.stdin.end()
  await ended
}

/** PostgreSQL refuses to run as root; its package has made a user for it. */
function serverAccount() {
  if (process.getuid?.() !== 0) return undefined
  const lines = readFileSync('/etc/passwd', 'utf8').split('\n')
  for (const name of ['postgres', 'nobody']) {
    const [, , uid, gid] = lines.find((line) => line.startsWith(`${name}:`))?.split(':') ?? []
    if (uid !== undefined) return { uid: Number(uid), gid: Number(gid) }
  }
  throw new Error('There is no user that PostgreSQL could run as.')
}

/** Copying a database is ten times faster in memory, where there is enough of it. */
function roomyParent() {
  if (!existsSync(IN_MEMORY)) return tmpdir()
  const { bavail, bsize } = statfsSync(IN_MEMORY)
  return bavail * bsize >= IN_MEMORY_BYTES_MIN ? IN_MEMORY : tmpdir()
}
