import { join } from 'node:path'
import { chooseAccount } from './account.ts'
import { findBinaries } from './binaries.ts'
import { ensureCluster } from './cluster.ts'
import { prepareDataDir } from './data-dir.ts'
import { connectionTo } from './database.ts'
import type { FolderLock } from './folder-lock.ts'
import { lockFolder } from './folder-lock.ts'
import { makeLauncher } from './launcher.ts'
import { openServerLog } from './server-log.ts'
import { openSocketDir } from './socket-dir.ts'
import { Supervisor } from './supervisor.ts'

export interface EmbeddedPostgresOptions {
  dataDir: string
  log: (line: string) => void
  /** Overrides of `settings.ts`. */
  settings?: Record<string, string>
  /** More variables for the server's programs, which get nothing of ours. */
  environment?: Record<string, string>
  /** Another copy of the binaries' package than the installed one. */
  packageDir?: string
}

export interface EmbeddedPostgres extends AsyncDisposable {
  /** How to reach it with `pg`: a unix socket, no TCP. */
  readonly connection: { host: string; port: number; user: string; database: string }
  /** Postmaster's process id now (it changes after a restart). */
  readonly pid: number
}

/**
 * A real PostgreSQL with nothing installed beforehand: makes the database cluster in the data folder
 * the first time, starts it, keeps it running, and stops it when disposed of.
 */
export async function startEmbeddedPostgres(
  options: EmbeddedPostgresOptions,
): Promise<EmbeddedPostgres> {
  const dataDir = await prepareDataDir(options.dataDir)
  const lock = await lockFolder(dataDir)
  try {
    return await startInLockedFolder(dataDir, lock, options)
  } catch (error) {
    lock.release()
    throw error
  }
}

async function startInLockedFolder(
  dataDir: string,
  lock: FolderLock,
  { log, settings = {}, environment = {}, packageDir }: EmbeddedPostgresOptions,
): Promise<EmbeddedPostgres> {
  const clusterDir = join(dataDir, 'postgres')
  const binaries = await findBinaries(packageDir)
  const account = await chooseAccount([clusterDir, dataDir])
  const launcher = await makeLauncher(account, { binaries, dataDir, environment })
  await ensureCluster({ clusterDir, binaries, account, launcher })
  const serverLog = await openServerLog(dataDir, account)
  const socketDir = await openSocketDir(dataDir, account)
  const letGo = async () => {
    await socketDir.remove()
    await serverLog.close()
    lock.release()
  }
  try {
    const supervisor = await Supervisor.start({
      ...{ clusterDir, binaries, launcher, serverLog, settings, log },
      socketDir: socketDir.path,
    })
    return owned(supervisor, { connection: connectionTo(socketDir.path), letGo })
  } catch (error) {
    await letGo()
    throw error
  }
}

function owned(
  supervisor: Supervisor,
  { connection, letGo }: Pick<EmbeddedPostgres, 'connection'> & { letGo: () => Promise<void> },
): EmbeddedPostgres {
  // When the process ends without disposing (an uncaught error), the server is at least asked to
  // stop. The lock stays behind; the next start sees that its owner is gone.
  const onExit = () => supervisor.requestStop()
  process.once('exit', onExit)
  const dispose = async () => {
    await supervisor[Symbol.asyncDispose]()
    process.off('exit', onExit)
    await letGo()
  }
  let disposed: Promise<void> | undefined
  return {
    connection,
    get pid() {
      return supervisor.pid
    },
    [Symbol.asyncDispose]: async () => await (disposed ??= dispose()),
  }
}
