/** Disks that are too small and disks that fail, without touching any real one. */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { chmod, mkdtemp, open, rm, statfs } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
const STRACE = '/usr/bin/strace'
const MOUNT = 'mount -t tmpfs -o "size=$0,mode=711" tmpfs "$1"'

/** Why there can be no small disk here; undefined where there can. */
export async function smallDiskFault(): Promise<string | undefined> {
  const folder = await mkdtemp(join(tmpdir(), 'box-office-mount-'))
  try {
    await run('unshare', ['--mount', 'sh', '-c', MOUNT, '1m', folder])
    return undefined
  } catch {
    return 'a file system of a small size cannot be mounted here (it needs root and mount namespaces)'
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** Makes the command that follows see a disk of that size in `folder`; nobody else sees it. */
export const onSmallDisk = (folder: string, megabytes: number): string[] => [
  ...['unshare', '--mount', 'sh', '-c', `${MOUNT} && shift && exec "$@"`, `${megabytes}m`, folder],
]

/** Mounts a disk of that size for everybody, until it is disposed of. */
export async function mountSmallDisk(
  megabytes: number,
): Promise<{ path: string } & AsyncDisposable> {
  const path = await mkdtemp(join(tmpdir(), 'box-office-disk-'))
  await chmod(path, 0o711)
  await run('sh', ['-c', MOUNT, `${megabytes}m`, path])
  return {
    path,
    async [Symbol.asyncDispose]() {
      await run('umount', ['--lazy', path])
      await rm(path, { recursive: true, force: true })
    },
  }
}

/** Where a process sees `path`, for somebody who does not see it. */
export const seenBy = (pid: number, path: string): string => `/proc/${pid}/root${path}`

/** Takes all the room that a disk has left. @returns What gives it back. */
export async function fillDisk(folder: string): Promise<() => Promise<void>> {
  const path = join(folder, 'filler')
  const file = await open(path, 'a')
  // In ever smaller pieces, until not a byte fits.
  for (let bytes = 1 << 20; bytes >= 1;) {
    const { bavail } = await statfs(folder)
    const written = await file.write(Buffer.alloc(bytes)).catch(() => ({ bytesWritten: 0 }))
    if (bavail === 0 || written.bytesWritten < bytes) bytes >>= 1
  }
  await file.close()
  return async () => {
    await rm(path, { force: true })
  }
}

/** Why flushes cannot be made to fail here; undefined where they can. */
export const failingFlushFault = (): string | undefined =>
  existsSync(STRACE) ? undefined : 'strace is not installed (apt-get install strace)'

export interface FailingFlush extends AsyncDisposable {
  /** How many flushes failed so far. */
  failed: () => number
}

/**
 * Makes the next flush to disk of each of these processes fail with EIO.
 * @throws Error when strace cannot attach to them.
 */
export async function failNextFlush(pids: readonly number[]): Promise<FailingFlush> {
  const flushes = 'fdatasync,fsync'
  const strace: ChildProcess = spawn(
    STRACE,
    [
      ...['-f', '-e', `trace=${flushes}`, '-e', `inject=${flushes}:error=EIO:when=1`],
      ...pids.flatMap((pid) => ['-p', String(pid)]),
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  )
  let output = ''
  strace.stderr?.setEncoding('utf8').on('data', (text: string) => (output += text))
  const ended = once(strace, 'exit')
  while ((output.match(/ attached/g) ?? []).length < pids.length) {
    if (strace.exitCode !== null) throw new Error(`strace ended: ${output}`)
    await Promise.race([once(strace.stderr as NonNullable<typeof strace.stderr>, 'data'), ended])
  }
  return {
    failed: () => (output.match(/EIO .*\(INJECTED\)/g) ?? []).length,
    async [Symbol.asyncDispose]() {
      // It ends by itself when all that it watches did.
      if (strace.exitCode === null && strace.signalCode === null) strace.kill('SIGINT')
      await ended
    },
  }
}
