import { chmod, lchown, readdir, readFile, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { StartupError } from '../../kernel/startup-error.ts'
import type { Account } from './account.ts'
import type { CreateClusterOptions } from './create-cluster.ts'
import { createCluster, HALF_MADE_SUFFIX } from './create-cluster.ts'
import { dataDirFault } from './data-dir.ts'

/** Sees to it that there is a database cluster which this server can start. */
export async function ensureCluster(options: CreateClusterOptions): Promise<void> {
  const { clusterDir, account, binaries } = options
  try {
    await removeHalfMade(clusterDir)
    if (await isMissingOrEmpty(clusterDir)) {
      await createCluster(options)
    } else {
      await checkVersion(clusterDir, binaries.majorVersion)
      await takePossession(clusterDir, account)
    }
  } catch (error) {
    throw dataDirFault(error, clusterDir)
  }
}

/**
 * What a start that was killed left behind. Its initdb may live on and write there still; it gives
 * up soon, when it misses its files. The caller holds the folder's lock.
 */
async function removeHalfMade(clusterDir: string): Promise<void> {
  const parent = dirname(clusterDir)
  const prefix = `${basename(clusterDir)}${HALF_MADE_SUFFIX}`
  for (const name of await readdir(parent)) {
    if (!name.startsWith(prefix)) continue
    await rm(join(parent, name), { recursive: true, force: true, maxRetries: 20, retryDelay: 50 })
  }
}

async function isMissingOrEmpty(dir: string): Promise<boolean> {
  try {
    return (await readdir(dir)).length === 0
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return true
    throw error
  }
}

async function checkVersion(clusterDir: string, ours: number): Promise<void> {
  let theirs: number
  try {
    theirs = Number.parseInt(await readFile(join(clusterDir, 'PG_VERSION'), 'utf8'), 10)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    throw new StartupError(
      `${clusterDir} holds files but no PostgreSQL database. Move it away, or set DATA_DIR to another folder.`,
    )
  }
  if (theirs === ours) return
  throw new StartupError(
    `The database in ${clusterDir} was made by PostgreSQL ${theirs}, and this Box Office comes with PostgreSQL ${ours}, which cannot read it. ` +
      `Either run it with the Box Office that made it; or bring it over with pg_dump of version ${theirs} and psql; or set DATA_DIR to another folder to begin with an empty shop.`,
  )
}

/** PostgreSQL insists that the folder is its own and closed to others; a copied one may not be. */
async function takePossession(clusterDir: string, account: Account | undefined): Promise<void> {
  const { uid, mode } = await stat(clusterDir)
  const wantedUid = account?.uid ?? process.getuid?.()
  if (uid !== wantedUid) {
    if (account === undefined) {
      throw new StartupError(
        `The database in ${clusterDir} belongs to user ${uid}, and this is user ${String(wantedUid)}. Start Box Office as that user, or set DATA_DIR to another folder.`,
      )
    }
    await giveTo(account, clusterDir)
  }
  if ((mode & 0o077) !== 0) await chmod(clusterDir, 0o700)
}

async function giveTo(account: Account, dir: string): Promise<void> {
  for (const entry of await readdir(dir, { recursive: true })) {
    await lchown(join(dir, entry), account.uid, account.gid)
  }
  // Last, so that one cut off half-way is begun again.
  await lchown(dir, account.uid, account.gid)
}
