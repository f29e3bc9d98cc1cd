import { setTimeout as sleep } from 'node:timers/promises'
import type { PostgresBinaries } from './binaries.ts'
import { ensureDatabase } from './database.ts'
import { explainFailure } from './failure.ts'
import type { Launcher } from './launcher.ts'
import {
  clearLeftoverPostmaster,
  FAST_SHUTDOWN_MS,
  readPostmasterRecord,
} from './leftover-postmaster.ts'
import type { ServerLog } from './server-log.ts'
import { readLogTail } from './server-log.ts'
import { settingArguments } from './settings.ts'
import { spawnProgram } from './spawn-program.ts'
import { emptySocketDir, SOCKET_PORT } from './socket-dir.ts'

const POLL_MS = 5
const STILL_STARTING_MS = 10_000

export interface PostmasterOptions {
  clusterDir: string
  socketDir: string
  binaries: PostgresBinaries
  launcher: Launcher
  serverLog: ServerLog
  settings: Record<string, string>
  log: (line: string) => void
}

/** PostgreSQL's first process, the parent of all its others. */
export interface Postmaster {
  readonly pid: number
  /** How it ended, in words. Never rejects. */
  readonly ended: Promise<string>
  readonly hasEnded: () => boolean
  /** Ends sessions, writes a checkpoint, ends. For `process.on('exit')` it only asks, at once. */
  readonly requestStop: () => void
  readonly stop: () => Promise<void>
}

/** Resolves when it takes connections and the shop's database is there. */
export async function startPostmaster(
  options: PostmasterOptions,
  abort: AbortSignal,
): Promise<Postmaster> {
  const { serverLog, clusterDir, socketDir, log } = options
  await clearLeftoverPostmaster(clusterDir, log)
  await emptySocketDir(socketDir)
  const { size: startByte } = await serverLog.file.stat()
  const postmaster = await spawnPostmaster(options)
  try {
    if (!(await isReadyBeforeItEnds(postmaster, options, abort))) {
      const output = await readLogTail(serverLog.file, startByte)
      throw explainFailure(output, {
        what: 'PostgreSQL does not start',
        logPath: serverLog.path,
      })
    }
    await ensureDatabase(socketDir)
    return postmaster
  } catch (error) {
    await postmaster.stop()
    throw error
  }
}

async function spawnPostmaster(options: PostmasterOptions): Promise<Postmaster> {
  const { launcher, binaries, clusterDir, socketDir, settings, serverLog } = options
  const command = launcher(binaries.postgres, [
    ...['-D', clusterDir, '-k', socketDir, '-p', String(SOCKET_PORT)],
    ...settingArguments(settings),
  ])
  const { fd } = serverLog.file
  const child = await spawnProgram(command, {
    stdio: ['ignore', fd, fd],
    // A session of its own: Ctrl-C in the terminal is for us, and we stop it when we have drained.
    detached: true,
  })
  const ended = new Promise<string>((resolve) => {
    child.once('exit', (code, signal) => {
      resolve(signal === null ? `exit code ${String(code)}` : signal)
    })
  })
  const requestStop = () => {
    child.kill('SIGINT')
  }
  return {
    pid: child.pid ?? 0,
    ended,
    hasEnded: () => child.exitCode !== null || child.signalCode !== null,
    requestStop,
    stop: async () => {
      requestStop()
      // Loses nothing either, the next start replays the log; only for one that hangs.
      const impatience = setTimeout(() => child.kill('SIGQUIT'), FAST_SHUTDOWN_MS)
      await ended
      clearTimeout(impatience)
    },
  }
}

/** False when it ended first. Waits as long as it lives: after a crash it may have much to replay. */
async function isReadyBeforeItEnds(
  postmaster: Postmaster,
  { clusterDir, log }: PostmasterOptions,
  abort: AbortSignal,
): Promise<boolean> {
  let nextNoticeMs = performance.now() + STILL_STARTING_MS
  while (!postmaster.hasEnded()) {
    abort.throwIfAborted()
    // Its own word, as pg_ctl does it: a refused connection would be a line in its log each time.
    const record = await readPostmasterRecord(clusterDir)
    if (record?.pid === postmaster.pid && record.status === 'ready') return true
    if (performance.now() > nextNoticeMs) {
      log('PostgreSQL is still recovering from the last crash.')
      nextNoticeMs += STILL_STARTING_MS
    }
    await sleep(POLL_MS)
  }
  return false
}
