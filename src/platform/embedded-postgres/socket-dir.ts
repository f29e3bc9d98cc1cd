import { chmod, chown, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import type { Account } from './account.ts'
import { dataDirFault } from './data-dir.ts'

/** Only a part of the socket's file name, as TCP is off. */
export const SOCKET_PORT = 5432
const TEMPORARY_PREFIX = 'box-office-'
/** What `sockaddr_un` has room for, less the closing zero. */
const MAX_SOCKET_PATH_BYTES = process.platform === 'linux' ? 107 : 103

export interface SocketDir {
  path: string
  remove: () => Promise<void>
}

export const socketPathIn = (dir: string): string => join(dir, `.s.PGSQL.${SOCKET_PORT}`)

/**
 * Whoever can enter this folder is the database's superuser, so nobody else can. Deep data folders
 * get theirs under the system's temporary folder, because a socket's path has to be short.
 */
export async function openSocketDir(
  dataDir: string,
  account: Account | undefined,
): Promise<SocketDir> {
  const usual = join(dataDir, 'socket')
  const isTemporary = Buffer.byteLength(socketPathIn(usual)) > MAX_SOCKET_PATH_BYTES
  try {
    const path = isTemporary ? await makeTemporaryDir() : usual
    await mkdir(path, { recursive: true, mode: 0o700 })
    await chmod(path, 0o700)
    if (account !== undefined) await chown(path, account.uid, account.gid)
    return { path, remove: async () => await rm(path, { recursive: true, force: true }) }
  } catch (error) {
    throw dataDirFault(error, usual)
  }
}

/**
 * A killed server's socket has a lock file, which PostgreSQL believes as long as anything has the
 * number in it: another process, or in a container the dead one that nobody buries. Called when it
 * is known that no server works on the data folder.
 */
export async function emptySocketDir(dir: string): Promise<void> {
  await rm(socketPathIn(dir), { force: true })
  await rm(`${socketPathIn(dir)}.lock`, { force: true })
}

async function makeTemporaryDir(): Promise<string> {
  const sample = socketPathIn(join(tmpdir(), `${TEMPORARY_PREFIX}123456`))
  const parent = Buffer.byteLength(sample) > MAX_SOCKET_PATH_BYTES ? '/tmp' : tmpdir()
  return await mkdtemp(join(parent, TEMPORARY_PREFIX))
}

/** A killed process leaves its temporary socket folder; the next start learns of it and tidies up. */
export async function removeTemporarySocketDir(dir: string): Promise<void> {
  if (basename(dir).startsWith(TEMPORARY_PREFIX)) await rm(dir, { recursive: true, force: true })
}
