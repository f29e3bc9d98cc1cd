import { access, readFile, realpath, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { SpawnOptions } from 'node:child_process'
import { StartupError } from '../../kernel/startup-error.ts'
import type { Account } from './account.ts'
import type { PostgresBinaries } from './binaries.ts'

const SETPRIV_PATHS = ['/usr/bin/setpriv', '/bin/setpriv', '/run/current-system/sw/bin/setpriv']
/** Numbers of the kernel's capabilities, see capabilities(7). */
const CAP_DAC_OVERRIDE = 1n
const CAP_SETPCAP = 8n

const READ = 4
const EXECUTE = 1

/** Turns a program into what to spawn, so that it runs as the right user. */
export type Launcher = (
  program: string,
  args: string[],
) => { file: string; args: string[]; options: SpawnOptions }

export async function makeLauncher(
  account: Account | undefined,
  places: { binaries: PostgresBinaries; dataDir: string; environment?: Record<string, string> },
): Promise<Launcher> {
  const env = { ...environment(), ...places.environment }
  if (account === undefined) return (file, args) => ({ file, args, options: { env } })
  const hidden = await firstUnreachable(account, places)
  if (hidden === undefined) {
    const { uid, gid } = account
    return (file, args) => ({ file, args, options: { env, uid, gid } })
  }
  const setpriv = await findSetpriv(account, hidden)
  return (file, args) => ({
    file: setpriv,
    args: [...privilegeArguments(account), '--', file, ...args],
    options: { env },
  })
}

/**
 * Secrets stay with us, and nothing of the caller's locale, time zone or PG* variables changes how
 * the server behaves.
 */
function environment(): NodeJS.ProcessEnv {
  return { PATH: '/usr/local/bin:/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' }
}

/**
 * A clone in /root cannot be entered by another user, and changing /root is not ours to do. Instead
 * the server keeps the one capability of root that looks past file modes. `no_setuid_fixup` makes
 * access(2) honour it too, by which PostgreSQL checks its own program.
 */
function privilegeArguments({ uid, gid }: Account): string[] {
  const only = '-all,+dac_override'
  return [
    `--reuid=${uid}`,
    `--regid=${gid}`,
    '--clear-groups',
    '--securebits=+no_setuid_fixup',
    `--inh-caps=${only}`,
    `--ambient-caps=${only}`,
    `--bounding-set=${only}`,
  ]
}

async function findSetpriv(account: Account, hidden: string): Promise<string> {
  const capable = await hasCapabilities([CAP_DAC_OVERRIDE, CAP_SETPCAP])
  for (const path of capable ? SETPRIV_PATHS : []) {
    if (await exists(path)) return path
  }
  throw new StartupError(
    `PostgreSQL must not run as root, and user ${account.name} cannot reach ${hidden}. ` +
      'Start Box Office as an ordinary user, move it (or DATA_DIR) to a folder that others may enter, or set DATABASE_URL.',
  )
}

async function hasCapabilities(wanted: bigint[]): Promise<boolean> {
  try {
    const status = await readFile('/proc/self/status', 'utf8')
    const effective = BigInt(`0x${/^CapEff:\s*([0-9a-f]+)/m.exec(status)?.[1] ?? '0'}`)
    return wanted.every((capability) => ((effective >> capability) & 1n) === 1n)
  } catch {
    return false
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await access(path)
    return true
  } catch {
    return false
  }
}

async function firstUnreachable(
  account: Account,
  { binaries, dataDir }: { binaries: PostgresBinaries; dataDir: string },
): Promise<string | undefined> {
  const wanted = [
    { path: binaries.initdb, mode: READ | EXECUTE },
    { path: binaries.postgres, mode: READ | EXECUTE },
    { path: binaries.sampleFile, mode: READ },
    { path: dataDir, mode: EXECUTE },
  ]
  for (const { path, mode } of wanted) {
    if (!(await mayUse(account, path, mode))) return path
    for (const folder of foldersAbove(await realpath(path))) {
      if (!(await mayUse(account, folder, EXECUTE))) return folder
    }
  }
  return undefined
}

function foldersAbove(path: string): string[] {
  const parent = dirname(path)
  return parent === path ? [] : [parent, ...foldersAbove(parent)]
}

/** What the kernel would answer from the mode bits, asked without starting a process. */
async function mayUse(account: Account, path: string, wanted: number): Promise<boolean> {
  const { uid, gid, mode } = await stat(path)
  const shift = uid === account.uid ? 6 : gid === account.gid ? 3 : 0
  return ((mode >> shift) & wanted) === wanted
}
