/**
 * Real servers in temporary folders: what happens to them when processes are killed, folders are
 * odd, and users differ. Some tests need root, some need Linux; they say so when they are skipped.
 */
import assert from 'node:assert/strict'
import type { ChildProcess } from 'node:child_process'
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chmod,
  chown,
  cp,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  statfs,
  writeFile,
} from 'node:fs/promises'
import { createRequire } from 'node:module'
import { createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline/promises'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { Client } from 'pg'
import { LOADER, programUrl } from '../../bench/program.ts'
import { StartupError } from '../../src/kernel/startup-error.ts'
import { startEmbeddedPostgres } from '../../src/platform/embedded-postgres/server.ts'
import { packageRoot } from '../../src/platform/package-root.ts'

const root = fileURLToPath(packageRoot)
const serverModule = programUrl('src/platform/embedded-postgres/server').href
const isRoot = process.getuid?.() === 0
const onlyRoot = { skip: isRoot ? false : 'needs root' }
const onlyLinux = { skip: process.platform === 'linux' ? false : 'needs Linux' }
/** The uid that stands for an ordinary user when the tests run as root. */
const ORDINARY_UID = 65534

type Connection = Awaited<ReturnType<typeof startEmbeddedPostgres>>['connection']

test('a first start makes the database and a second finds what the first committed', async (t) => {
  const dataDir = join(await temporaryFolder(t), 'data')
  {
    const beganMs = performance.now()
    await using server = await start(dataDir)
    t.diagnostic(`first start: ${Math.round(performance.now() - beganMs)} ms`)
    await writeNote(server.connection, 'kept')
  }
  const beganMs = performance.now()
  await using server = await start(dataDir)
  t.diagnostic(`second start: ${Math.round(performance.now() - beganMs)} ms`)
  assert.deepEqual(await readNotes(server.connection), ['kept'])
})

test('it is durable, speaks Unicode and listens on a private socket only', async (t) => {
  await using server = await start(await temporaryFolder(t))
  const rows = await query(
    server.connection,
    `select current_setting('fsync') as fsync, current_setting('synchronous_commit') as commit,
            current_setting('full_page_writes') as pages, current_setting('data_checksums') as sums,
            current_setting('listen_addresses') as tcp, current_setting('server_encoding') as encoding,
            lower('ÉÜ') as letters, array['é', 'z', 'Z'] @> array['é'] and 'Z' < 'a' as bytewise`,
  )
  assert.deepEqual(rows, [
    {
      ...{ fsync: 'on', commit: 'on', pages: 'on', sums: 'on' },
      ...{ tcp: '', encoding: 'UTF8', letters: 'éü', bytewise: true },
    },
  ])
  assert.equal((await stat(server.connection.host)).mode & 0o777, 0o700)
})

test('the server is in a session of its own, so Ctrl-C does not reach it', onlyLinux, async (t) => {
  await using server = await start(await temporaryFolder(t))
  assert.equal(await sessionOf(server.pid), server.pid)
})

test('disposing twice is fine, and leaves no process, lock or socket', async (t) => {
  const dataDir = await temporaryFolder(t)
  const server = await start(dataDir)
  const { pid } = server
  await Promise.all([server[Symbol.asyncDispose](), server[Symbol.asyncDispose]()])
  await server[Symbol.asyncDispose]()
  assert.equal(isAlive(pid), false)
  assert.deepEqual((await readdir(dataDir)).sort(), ['postgres', 'postgres.log'])
})

test('an owner that is done exits by itself, and its server is stopped', async (t) => {
  await using owner = await startOwner({ dataDir: await temporaryFolder(t) })
  const { pid } = await owner.ready()
  owner.process.kill('SIGTERM')
  assert.deepEqual(await owner.ended, [0, null])
  assert.equal(isAlive(pid), false)
})

test('an owner that dies of an error asks its server to stop', async (t) => {
  const dataDir = await temporaryFolder(t)
  await using owner = await startOwner({ dataDir })
  const { pid } = await owner.ready()
  owner.process.kill('SIGUSR2')
  assert.equal((await owner.ended)[0], 1)
  await until(() => !isAlive(pid))
})

test('a killed server comes back by itself with what was committed', async (t) => {
  const lines: string[] = []
  await using server = await start(await temporaryFolder(t), { log: (line) => lines.push(line) })
  for (const note of ['first', 'second']) {
    await writeNote(server.connection, note)
    const killed = server.pid
    const killedMs = performance.now()
    process.kill(killed, 'SIGKILL')
    await until(() => server.pid !== killed)
    t.diagnostic(`back after ${Math.round(performance.now() - killedMs)} ms`)
  }
  assert.deepEqual(await readNotes(server.connection), ['first', 'second'])
  assert.equal(lines.filter((line) => line.includes('ended unexpectedly (SIGKILL)')).length, 2)
  await until(() => lines.filter((line) => line.includes('is back')).length === 2)
})

test('disposing while the server is being restarted leaves nothing behind', async (t) => {
  const dataDir = await temporaryFolder(t)
  const server = await start(dataDir)
  process.kill(server.pid, 'SIGKILL')
  await sleep(20)
  await server[Symbol.asyncDispose]()
  assert.deepEqual((await readdir(dataDir)).sort(), ['postgres', 'postgres.log'])
  assert.equal(await exists(join(dataDir, 'postgres/postmaster.pid')), await pidFileIsDead(dataDir))
})

test('after kill -9 of the owner the next start stops the orphan and finds its data', async (t) => {
  const dataDir = await temporaryFolder(t)
  await using owner = await startOwner({ dataDir })
  const { pid, connection } = await owner.ready()
  await writeNote(connection, 'before the kill')
  owner.process.kill('SIGKILL')
  await owner.ended
  assert.equal(isAlive(pid), true)
  const lines: string[] = []
  await using server = await start(dataDir, { log: (line) => lines.push(line) })
  assert.equal(isAlive(pid), false)
  assert.match(lines.join(), /left running/)
  assert.deepEqual(await readNotes(server.connection), ['before the kill'])
})

test('after kill -9 of owner and server the next start finds the data', async (t) => {
  const dataDir = await temporaryFolder(t)
  await using owner = await startOwner({ dataDir })
  const { pid, connection } = await owner.ready()
  await writeNote(connection, 'before the kill')
  owner.process.kill('SIGKILL')
  process.kill(pid, 'SIGKILL')
  await owner.ended
  await using server = await start(dataDir)
  assert.deepEqual(await readNotes(server.connection), ['before the kill'])
})

test('a second process on the folder is refused and the first goes on', async (t) => {
  const dataDir = await temporaryFolder(t)
  await using first = await start(dataDir)
  await using second = await startOwner({ dataDir })
  const fault = await second.fault()
  assert.match(fault, new RegExp(`Another Box Office \\(process ${process.pid}\\) is running`))
  await assert.rejects(start(dataDir), StartupError)
  await writeNote(first.connection, 'undisturbed')
  assert.equal(await exists(join(dataDir, 'box-office.lock')), true)
})

test('a lock whose process number now belongs to another process is taken over', async (t) => {
  const dataDir = await temporaryFolder(t)
  for (const lock of [`{"pid":${process.pid},"birth":"long ago"}`, '', '{"pid":']) {
    await writeFile(join(dataDir, 'box-office.lock'), lock)
    await using server = await start(dataDir)
    assert.equal(isAlive(server.pid), true)
  }
})

test('a postmaster.pid that names a stranger does not hurt the stranger', async (t) => {
  const dataDir = await temporaryFolder(t)
  await (await start(dataDir))[Symbol.asyncDispose]()
  const clusterDir = join(dataDir, 'postgres')
  const { uid, gid } = await stat(clusterDir)
  // As the same user, which is what makes PostgreSQL itself believe the file.
  const stranger = spawn('sleep', ['60'], isRoot ? { uid, gid } : {})
  t.after(() => stranger.kill())
  const record = [stranger.pid, clusterDir, 1, 5432, join(dataDir, 'socket'), '', '', 'ready', '']
  await writeFile(join(clusterDir, 'postmaster.pid'), record.join('\n'))
  await using server = await start(dataDir)
  assert.equal(isAlive(server.pid), true)
  assert.equal(stranger.exitCode, null)
  assert.equal(stranger.signalCode, null)
})

test('a database in use by a process that cannot be seen is refused', async (t) => {
  const dataDir = await temporaryFolder(t)
  await (await start(dataDir))[Symbol.asyncDispose]()
  const socketDir = join(dataDir, 'socket')
  await mkdir(socketDir)
  const otherContainer = createServer().listen(join(socketDir, '.s.PGSQL.5432'))
  await once(otherContainer, 'listening')
  t.after(() => otherContainer.close())
  const record = [2 ** 22 + 1, '/data/postgres', 1, 5432, socketDir, '', '', 'ready', '']
  await writeFile(join(dataDir, 'postgres/postmaster.pid'), record.join('\n'))
  await assert.rejects(start(dataDir), { name: 'StartupError', message: /another container/ })
})

test('an initdb killed half-way does not stop the next start', async (t) => {
  const dataDir = await temporaryFolder(t)
  await using owner = await startOwner({ dataDir })
  await until(async () => (await readdir(dataDir)).some((name) => name.startsWith('postgres.new-')))
  owner.process.kill('SIGKILL')
  await owner.ended
  {
    await using server = await start(dataDir)
    assert.equal(isAlive(server.pid), true)
  }
  // The orphaned initdb may have put folders back under the first start's hands; now it is gone.
  await using server = await start(dataDir)
  assert.equal(isAlive(server.pid), true)
  const names = (await readdir(dataDir)).sort()
  assert.deepEqual(names, ['box-office.lock', 'postgres', 'postgres.log', 'socket'])
})

test('a database of another PostgreSQL version is refused and left alone', async (t) => {
  const dataDir = await temporaryFolder(t)
  await mkdir(join(dataDir, 'postgres'))
  await writeFile(join(dataDir, 'postgres/PG_VERSION'), '15\n')
  await assert.rejects(start(dataDir), {
    name: 'StartupError',
    message: /made by PostgreSQL 15, and this Box Office comes with PostgreSQL \d+/,
  })
  assert.deepEqual(await readdir(join(dataDir, 'postgres')), ['PG_VERSION'])
  assert.equal(await exists(join(dataDir, 'box-office.lock')), false)
})

test('a folder of other files is not taken for a database', async (t) => {
  const dataDir = await temporaryFolder(t)
  await mkdir(join(dataDir, 'postgres'))
  await writeFile(join(dataDir, 'postgres/holiday.jpg'), '')
  await assert.rejects(start(dataDir), { name: 'StartupError', message: /no PostgreSQL database/ })
})

test('a path too long for a socket gets a short one, which goes with the server', async (t) => {
  const dataDir = join(await temporaryFolder(t), 'deep/'.repeat(20), 'data')
  let host: string
  {
    await using server = await start(dataDir)
    host = server.connection.host
    assert.ok(host.length < 90, host)
    assert.equal((await stat(host)).mode & 0o777, 0o700)
    await writeNote(server.connection, 'deep')
  }
  assert.equal(await exists(host), false)
})

test('a file where the folder should be is named', async (t) => {
  const path = join(await temporaryFolder(t), 'data')
  await writeFile(path, '')
  const fault = { name: 'StartupError', message: /there is a file where a folder is needed/ }
  await assert.rejects(start(path), fault)
  await assert.rejects(start(join(path, 'below')), fault)
})

test('a server that refuses its settings says why', async (t) => {
  const dataDir = await temporaryFolder(t)
  await assert.rejects(start(dataDir, { settings: { shared_buffers: 'plenty' } }), {
    name: 'StartupError',
    message: /shared_buffers.*plenty.*postgres\.log/s,
  })
  assert.equal(await exists(join(dataDir, 'box-office.lock')), false)
})

test('a full disk is named', onlyRoot, async (t) => {
  const dataDir = await smallDisk(t, 'size=12m')
  await assert.rejects(start(dataDir), { name: 'StartupError', message: /disk is full/ })
  assert.deepEqual(await readdir(dataDir), [])
})

test('a read-only disk is named', onlyRoot, async (t) => {
  const dataDir = await smallDisk(t, 'size=1m,ro')
  await assert.rejects(start(dataDir), { name: 'StartupError', message: /read-only/ })
})

test('missing library links are made', async (t) => {
  const packageDir = join(await temporaryFolder(t), 'package')
  await copyPackageWithoutLinks(packageDir)
  await using server = await start(await temporaryFolder(t), { packageDir })
  assert.equal(isAlive(server.pid), true)
  const links = await readdir(join(packageDir, 'native/lib'))
  assert.ok(links.includes('libpq.so.5'), "links.includes('libpq.so.5')")
})

test('missing library links in a read-only node_modules are named', onlyRoot, async (t) => {
  const folder = await temporaryFolder(t)
  const packageDir = join(folder, 'package')
  await copyPackageWithoutLinks(packageDir)
  const dataDir = await folderOf(ORDINARY_UID, join(folder, 'data'))
  await using owner = await startOwner({ dataDir, packageDir, uid: ORDINARY_UID })
  assert.match(await owner.fault(), /npm rebuild/)
})

test('root keeps a database below a folder that only root may enter', onlyRoot, async (t) => {
  const folder = await temporaryFolder(t)
  const [packageDir, dataDir] = [join(folder, 'package'), join(folder, 'data')]
  await copyPackageWithoutLinks(packageDir)
  await chmod(folder, 0o700)
  {
    await using server = await start(dataDir, { packageDir })
    assert.notEqual(await uidOf(server.pid), 0)
    await query(server.connection, 'create extension pg_trgm')
    await writeNote(server.connection, 'private')
  }
  await using server = await start(dataDir, { packageDir })
  assert.deepEqual(await readNotes(server.connection), ['private'])
  assert.equal((await stat(folder)).mode & 0o777, 0o700)
})

test('an ordinary user and root continue each other’s database', onlyRoot, async (t) => {
  const dataDir = await folderOf(ORDINARY_UID, join(await temporaryFolder(t), 'data'))
  for (const uid of [0, ORDINARY_UID, 0, ORDINARY_UID]) {
    await using owner = await startOwner({ dataDir, uid })
    const { pid, connection } = await owner.ready()
    assert.equal(await uidOf(pid), ORDINARY_UID)
    await writeNote(connection, `user ${uid}`)
    owner.process.kill('SIGTERM')
    assert.deepEqual(await owner.ended, [0, null])
  }
})

test('an ordinary user hears whose folder it is', onlyRoot, async (t) => {
  const dataDir = await temporaryFolder(t)
  await using unwritable = await startOwner({ dataDir, uid: ORDINARY_UID })
  assert.match(await unwritable.fault(), /user 65534 may not read and write there/)

  await chmod(dataDir, 0o777)
  await mkdir(join(dataDir, 'postgres'))
  await writeFile(join(dataDir, 'postgres/PG_VERSION'), '18\n')
  await using notOwner = await startOwner({ dataDir, uid: ORDINARY_UID })
  assert.match(await notOwner.fault(), /belongs to user 0, and this is user 65534/)
})

test('a folder copied by root is given back to the server’s user', onlyRoot, async (t) => {
  const dataDir = await temporaryFolder(t)
  {
    await using server = await start(dataDir)
    await writeNote(server.connection, 'copied')
  }
  const copy = await temporaryFolder(t)
  await cp(dataDir, copy, { recursive: true })
  await chmod(join(copy, 'postgres'), 0o755)
  await using server = await start(copy)
  assert.deepEqual(await readNotes(server.connection), ['copied'])
})

async function start(
  dataDir: string,
  options: Partial<Parameters<typeof startEmbeddedPostgres>[0]> = {},
): ReturnType<typeof startEmbeddedPostgres> {
  return await startEmbeddedPostgres({ dataDir, log: () => undefined, ...options })
}

interface Owner extends AsyncDisposable {
  process: ChildProcess
  ended: Promise<[number | null, NodeJS.Signals | null]>
  ready: () => Promise<{ pid: number; connection: Connection }>
  fault: () => Promise<string>
}

/** A process of its own that starts a server, tells of it, and waits for a signal. */
async function startOwner({
  uid = process.getuid?.(),
  ...options
}: {
  dataDir: string
  packageDir?: string
  uid?: number | undefined
}): Promise<Owner> {
  const script = `
    const { startEmbeddedPostgres } = await import(${JSON.stringify(serverModule)})
    const options = { log: () => {}, ...${JSON.stringify(options)} }
    try {
      const server = await startEmbeddedPostgres(options)
      const idle = setInterval(() => {}, 1000)
      process.once('SIGUSR2', () => { throw new Error('a bug') })
      process.once('SIGTERM', async () => {
        clearInterval(idle)
        await server[Symbol.asyncDispose]()
      })
      console.log(JSON.stringify({ pid: server.pid, connection: server.connection }))
    } catch (error) {
      console.log(JSON.stringify({ fault: error.name + ': ' + error.message }))
    }`
  const child = spawn(process.execPath, [...LOADER, '--input-type=module', '--eval', script], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'ignore'],
    ...(isRoot && uid !== undefined ? { uid, gid: uid } : {}),
  })
  const ended = once(child, 'exit') as Owner['ended']
  await once(child, 'spawn')
  const told = firstLine(child)
  return {
    process: child,
    ended,
    ready: async () => (await told) as Awaited<ReturnType<Owner['ready']>>,
    fault: async () => ((await told) as { fault: string }).fault,
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM')
      await ended
    },
  }
}

async function firstLine(child: ChildProcess): Promise<unknown> {
  assert.ok(child.stdout, 'child.stdout')
  for await (const line of createInterface({ input: child.stdout })) return JSON.parse(line)
  return {}
}

async function query(connection: Connection, text: string, values: unknown[] = []) {
  const client = new Client(connection)
  await client.connect()
  try {
    return (await client.query<Record<string, unknown>>(text, values)).rows
  } finally {
    await client.end()
  }
}

async function writeNote(connection: Connection, note: string): Promise<void> {
  await query(connection, 'create table if not exists notes (id serial, note text)')
  await query(connection, 'insert into notes (note) values ($1)', [note])
}

async function readNotes(connection: Connection): Promise<unknown[]> {
  return (await query(connection, 'select note from notes order by id')).map((row) => row['note'])
}

/** Enterable by others, as a folder in a home or project usually is. */
async function temporaryFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(await parentOfFolders(), 'box-office-faults-'))
  t.after(async () => await rm(folder, { recursive: true, force: true }))
  await chmod(folder, 0o755)
  return folder
}

/**
 * In memory where there is room: processes die here, not machines, and a disk on which thousands of
 * files come and go makes each new database wait.
 */
async function parentOfFolders(): Promise<string> {
  try {
    const { bavail, bsize } = await statfs('/dev/shm')
    return bavail * bsize > 2 ** 31 ? '/dev/shm' : '/tmp'
  } catch {
    return '/tmp'
  }
}

async function folderOf(uid: number, path: string): Promise<string> {
  await mkdir(path)
  await chown(path, uid, uid)
  return path
}

async function smallDisk(t: TestContext, options: string): Promise<string> {
  const folder = await mkdtemp('/tmp/box-office-faults-')
  execFileSync('mount', ['-t', 'tmpfs', '-o', `mode=755,${options}`, 'none', folder])
  t.after(async () => {
    execFileSync('umount', [folder])
    await rm(folder, { recursive: true })
  })
  return folder
}

async function copyPackageWithoutLinks(target: string): Promise<void> {
  const fromWrapper = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'))
  const entry = fromWrapper.resolve(`@embedded-postgres/${process.platform}-${process.arch}`)
  await cp(dirname(dirname(entry)), target, {
    recursive: true,
    filter: async (path) => !(await lstat(path)).isSymbolicLink(),
  })
}

/** A zombie counts as gone. */
function isAlive(pid: number): boolean {
  try {
    const state = execFileSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' })
    return !state.startsWith('Z')
  } catch {
    return false
  }
}

async function sessionOf(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8')
  return Number(text.slice(text.lastIndexOf(')') + 2).split(' ')[3])
}

const uidOf = async (pid: number): Promise<number> => (await stat(`/proc/${pid}`)).uid

/** True when a postmaster.pid is there and its process is not. */
async function pidFileIsDead(dataDir: string): Promise<boolean> {
  try {
    const text = await readFile(join(dataDir, 'postgres/postmaster.pid'), 'utf8')
    return !isAlive(Number.parseInt(text, 10))
  } catch {
    return false
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await lstat(path)
    return true
  } catch {
    return false
  }
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadlineMs = performance.now() + 20_000
  while (!(await condition())) {
    assert.ok(performance.now() < deadlineMs, 'waited in vain for 20 seconds')
    await sleep(5)
  }
}
