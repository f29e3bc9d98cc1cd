import { execFile } from 'node:child_process'
import { readFile, readlink } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'

const POLL_MS = 10

const run = promisify(execFile)

/**
 * Tells a process from a later one with the same number: numbers are reused, in containers within
 * seconds, but not together with the moment of birth. Undefined when no such process lives; a
 * zombie does not.
 */
export async function birthOfProcess(pid: number): Promise<string | undefined> {
  try {
    if (process.platform !== 'linux') return await birthAsPsTells(pid)
    const [boot, stat] = await Promise.all([
      readFile('/proc/sys/kernel/random/boot_id', 'utf8'),
      readFile(`/proc/${pid}/stat`, 'utf8'),
    ])
    // The second field is the program's name in brackets, which may itself hold spaces and brackets.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const [state, startTicks] = [fields[0], fields[19]]
    return state === 'Z' || state === 'X' ? undefined : `${boot.trim()}/${String(startTicks)}`
  } catch {
    return undefined
  }
}

async function birthAsPsTells(pid: number): Promise<string | undefined> {
  const { stdout } = await run('ps', ['-o', 'stat=,lstart=', '-p', String(pid)])
  const [state = 'Z', ...start] = stdout.trim().split(/\s+/)
  return state.startsWith('Z') ? undefined : start.join(' ')
}

/** Whether `pid` is a PostgreSQL server that works in `clusterDir`, not a stranger that got its number. */
export async function isPostgresIn(pid: number, clusterDir: string): Promise<boolean> {
  try {
    if (process.platform !== 'linux') {
      const { stdout } = await run('ps', ['-o', 'command=', '-p', String(pid)])
      return stdout.includes('postgres') && stdout.includes(`-D ${clusterDir}`)
    }
    const name = await readFile(`/proc/${pid}/comm`, 'utf8')
    return name.trim() === 'postgres' && (await readlink(`/proc/${pid}/cwd`)) === clusterDir
  } catch {
    return false
  }
}

/** Whether it ended in time. */
export async function waitForProcessEnd(pid: number, timeoutMs: number): Promise<boolean> {
  const birth = await birthOfProcess(pid)
  const deadline = performance.now() + timeoutMs
  while (birth !== undefined && (await birthOfProcess(pid)) === birth) {
    if (performance.now() > deadline) return false
    await sleep(POLL_MS)
  }
  return true
}
