/** Who had the processors, from Linux's /proc; nobody is told elsewhere. */
import { readFileSync, readdirSync } from 'node:fs'

/** Busy processors on average: 1 is one of them all the time. */
export interface CpuShares {
  load?: number
  target?: number
  /** All processes of PostgreSQL. */
  database?: number
  /** The payment simulator. */
  provider?: number
}

/** Linux counts in hundredths of a second on every machine that Node runs on. */
const TICKS_PER_SECOND = 100
/** Places in /proc/<pid>/stat after the name in parentheses. */
const PARENT = 1
const OWN_TICKS = [11, 12]
const CHILDREN_TICKS = [13, 14]

/**
 * @param pids.server Of the postmaster.
 * @returns What tells the shares from now until then. The load is every child of ours that ended
 * meanwhile, so nothing else may run beside it.
 */
export function watchCpu(pids: {
  target?: number | undefined
  server?: number | undefined
  provider?: number | undefined
}): () => CpuShares {
  if (process.platform !== 'linux') return () => ({})
  const startedAt = performance.now()
  const before = readAll(pids)
  return () => {
    const seconds = (performance.now() - startedAt) / 1000
    const after = readAll(pids)
    const share = (name: keyof typeof after) =>
      Math.round(((after[name] - before[name]) / TICKS_PER_SECOND / seconds) * 100) / 100
    return {
      load: share('load'),
      ...(pids.target === undefined ? {} : { target: share('target') }),
      ...(pids.server === undefined ? {} : { database: share('database') }),
      ...(pids.provider === undefined ? {} : { provider: share('provider') }),
    }
  }
}

/** Processor seconds of a process so far, its ended children left out; NaN when it is gone. */
export function cpuSecondsOf(pid: number): number {
  return ticks(statOf(pid), OWN_TICKS) / TICKS_PER_SECOND
}

function readAll(pids: Parameters<typeof watchCpu>[0]) {
  return {
    load: ticks(statOf(process.pid), CHILDREN_TICKS),
    target: pids.target === undefined ? 0 : ticks(statOf(pids.target), OWN_TICKS),
    database: pids.server === undefined ? 0 : ticksOfFamily(pids.server),
    provider: pids.provider === undefined ? 0 : ticks(statOf(pids.provider), OWN_TICKS),
  }
}

/** Of a process and its children, those that ended among them. */
function ticksOfFamily(pid: number): number {
  let sum = ticks(statOf(pid), [...OWN_TICKS, ...CHILDREN_TICKS])
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue
    const stat = statOf(Number(name))
    if (Number(stat?.[PARENT]) === pid) sum += ticks(stat, OWN_TICKS)
  }
  return sum
}

const ticks = (stat: string[] | undefined, places: number[]): number =>
  places.reduce((sum, place) => sum + Number(stat?.[place]), 0)

/** Undefined for a process that has ended. */
function statOf(pid: number): string[] | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1')
    return text.slice(text.lastIndexOf(')') + 2).split(' ')
  } catch {
    return undefined
  }
}
