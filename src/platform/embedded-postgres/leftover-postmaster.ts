import { readFile, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { StartupError } from '../../kernel/startup-error.ts'
import { isPostgresIn, waitForProcessEnd } from './process-identity.ts'
import { removeTemporarySocketDir, socketPathIn } from './socket-dir.ts'

/** A fast shutdown writes a checkpoint, which takes a slow disk a while. */
export const FAST_SHUTDOWN_MS = 60_000
const IMMEDIATE_SHUTDOWN_MS = 15_000

export interface PostmasterRecord {
  pid: number
  socketDir: string
  /** `starting`, `ready` … */
  status: string
}

/** What a running server writes about itself into its data folder. */
export async function readPostmasterRecord(
  clusterDir: string,
): Promise<PostmasterRecord | undefined> {
  try {
    const lines = (await readFile(join(clusterDir, 'postmaster.pid'), 'utf8')).split('\n')
    const pid = Number.parseInt(lines[0] ?? '', 10)
    if (!(pid > 0)) return undefined
    return { pid, socketDir: lines[4] ?? '', status: (lines[7] ?? '').trim() }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/**
 * When Box Office is killed outright its server lives on, holding the data folder. It is stopped
 * rather than adopted: its settings, and whose child it is, would be another story than ours.
 * The caller holds the folder's lock.
 */
export async function clearLeftoverPostmaster(
  clusterDir: string,
  log: (line: string) => void,
): Promise<void> {
  const record = await readPostmasterRecord(clusterDir)
  if (record !== undefined) {
    if (await isPostgresIn(record.pid, clusterDir)) {
      log(
        `Stopping the PostgreSQL (process ${record.pid}) that an earlier Box Office left running.`,
      )
      await stopByPid(record.pid)
    } else if (record.socketDir !== '' && (await isAnswered(socketPathIn(record.socketDir)))) {
      // A container that shares the folder has process numbers of its own, but not sockets.
      throw new StartupError(
        `The database in ${clusterDir} is in use, probably by a Box Office in another container. Stop that one first, or set DATA_DIR to another folder.`,
      )
    }
    await removeTemporarySocketDir(record.socketDir)
  }
  // PostgreSQL would believe the file as soon as any process of this user got the number in it.
  await rm(join(clusterDir, 'postmaster.pid'), { force: true })
}

async function stopByPid(pid: number): Promise<void> {
  const steps = [
    { signal: 'SIGINT', patienceMs: FAST_SHUTDOWN_MS },
    // Without a checkpoint: the next start replays the log. Nothing that was committed is lost.
    { signal: 'SIGQUIT', patienceMs: IMMEDIATE_SHUTDOWN_MS },
  ] as const
  for (const { signal, patienceMs } of steps) {
    signalIfAlive(pid, signal)
    if (await waitForProcessEnd(pid, patienceMs)) return
  }
  throw new StartupError(
    `A PostgreSQL left by an earlier Box Office (process ${pid}) does not stop. End it, then start again.`,
  )
}

function signalIfAlive(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

async function isAnswered(socketPath: string): Promise<boolean> {
  return await new Promise((resolve) => {
    const socket = connect(socketPath)
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => {
      resolve(false)
    })
  })
}
