/** What a figure was measured on. */
import { execFile } from 'node:child_process'
import { statfs } from 'node:fs/promises'
import { arch, availableParallelism, cpus, loadavg, release, totalmem, type } from 'node:os'
import { promisify } from 'node:util'
import { fileURLToPath } from 'node:url'
import { packageRoot } from '../../src/platform/package-root.ts'
import type { BenchServer } from './bench-server.ts'
import type { LoadGenerator } from './load.ts'
import { findPgbench, pgbenchVersion } from './pgbench.ts'
import { timeCommit } from './slow-sync.ts'
import { wrkVersion } from './wrk.ts'

export interface Machine {
  date: string
  commit: string
  /** Whether the code had changes that are in no commit. */
  isDirty: boolean
  cpu: string
  cores: number
  memoryGb: number
  kernel: string
  node: string
  /** Of the last minute, before the benchmark began. */
  loadAverage: number
  /** The data folder is in memory, where flushing costs nothing. */
  isDataInMemory: boolean
  postgres: { version: string; settings: Record<string, string>; commitMs: number }
  loadGenerator: string
  pgbench: string
}

const execute = promisify(execFile)
const GB = 1024 ** 3
/** The file systems that forget, by their numbers in statfs(2). */
const IN_MEMORY = new Set([0x01021994, 0x858458f6])

export async function describeMachine(of: {
  server: BenchServer
  generator: LoadGenerator
  folder: string
}): Promise<Machine> {
  const { server, generator, folder } = of
  await using database = await server.createDatabase()
  const pgbench = findPgbench()
  return {
    date: new Date().toISOString(),
    commit: (await git('rev-parse', 'HEAD')) ?? 'unknown',
    isDirty: (await git('status', '--porcelain', '--', '.', ':!bench/results')) !== '',
    cpu: cpus()[0]?.model.trim() ?? arch(),
    cores: availableParallelism(),
    memoryGb: Math.round((totalmem() / GB) * 10) / 10,
    kernel: `${type()} ${release()}`,
    node: process.versions.node,
    loadAverage: loadavg()[0] ?? 0,
    isDataInMemory: IN_MEMORY.has((await statfs(folder)).type),
    postgres: { ...(await server.describe()), commitMs: await timeCommit(database) },
    loadGenerator: generator === 'wrk' ? ((await wrkVersion()) ?? 'wrk') : 'Node',
    pgbench: pgbench === undefined ? 'not installed' : await pgbenchVersion(pgbench),
  }
}

/** Undefined where this is no working copy. */
async function git(...args: string[]): Promise<string | undefined> {
  return await execute('git', args, { cwd: fileURLToPath(packageRoot) }).then(
    ({ stdout }) => stdout.trim(),
    () => undefined,
  )
}
