import { once } from 'node:events'
import { chown, mkdtemp, open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { text } from 'node:stream/consumers'
import type { Account } from './account.ts'
import type { PostgresBinaries } from './binaries.ts'
import { explainFailure } from './failure.ts'
import type { Launcher } from './launcher.ts'
import { spawnProgram } from './spawn-program.ts'

/** The name of the superuser inside the database; no system user needs to have it. */
export const SUPERUSER = 'postgres'
export const HALF_MADE_SUFFIX = '.new-'

/**
 * Text compares byte by byte and letters are those of Unicode, the same on every machine. The second
 * part is for extensions that still ask the C library; where it lacks C.UTF-8, plain C must do.
 */
const LOCALE = ['--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8']
const LETTER_TYPES = [['--lc-ctype=C.UTF-8'], []]

export interface CreateClusterOptions {
  clusterDir: string
  binaries: PostgresBinaries
  account: Account | undefined
  launcher: Launcher
}

/** Made beside its place and then renamed, so that one cut off half-way is never taken for whole. */
export async function createCluster(options: CreateClusterOptions): Promise<void> {
  const { clusterDir, account } = options
  const draftDir = await mkdtemp(`${clusterDir}${HALF_MADE_SUFFIX}`)
  try {
    if (account !== undefined) await chown(draftDir, account.uid, account.gid)
    await runInitdb(draftDir, options)
    await rename(draftDir, clusterDir)
    await syncFolder(dirname(clusterDir))
  } catch (error) {
    await rm(draftDir, { recursive: true, force: true })
    throw error
  }
}

async function runInitdb(dir: string, options: CreateClusterOptions): Promise<void> {
  let output = ''
  for (const letterType of LETTER_TYPES) {
    const result = await runOnce(dir, letterType, options)
    if (result.exitCode === 0) return
    output = result.output
    if (!output.includes('invalid locale name')) break
  }
  throw explainFailure(output, { what: `The database could not be made in ${options.clusterDir}` })
}

async function runOnce(
  dir: string,
  letterType: string[],
  { binaries, launcher }: CreateClusterOptions,
): Promise<{ exitCode: number | null; output: string }> {
  const command = launcher(binaries.initdb, [
    `--pgdata=${dir}`,
    `--username=${SUPERUSER}`,
    // Whoever can enter the socket's folder is let in; over TCP nobody is.
    '--auth-local=trust',
    '--auth-host=reject',
    '--encoding=UTF8',
    ...LOCALE,
    ...letterType,
    '--no-instructions',
  ])
  const child = await spawnProgram(command, { stdio: ['ignore', 'ignore', 'pipe'] })
  const output = child.stderr === null ? '' : text(child.stderr)
  const [exitCode] = (await once(child, 'exit')) as [number | null]
  return { exitCode, output: await output }
}

/** A rename survives a power cut once the folder that holds the name is on disk. */
async function syncFolder(dir: string): Promise<void> {
  const handle = await open(dir, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
