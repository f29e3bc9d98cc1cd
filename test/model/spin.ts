/** Runs spin on the model of holds and payments. */
import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { packageRoot } from '../../src/platform/package-root.ts'

const run = promisify(execFile)
const MODEL = fileURLToPath(new URL('docs/model/hold.pml', packageRoot))
/** Steps of one path; it stops with an error when a path is longer. */
const DEPTH_MAX = 20_000
const MEMORY_MB_MAX = 2_048
const TIMEOUT_MS = 300_000
const OUTPUT_BYTES_MAX = 1024 ** 2

export interface Search {
  /** What was violated, as the search says it; undefined when nothing was. */
  violated: string | undefined
  states: number
  /** False when it gave up before it had seen everything. */
  isComplete: boolean
  output: string
}

/** @param flags Macros of the model, e.g. `BUG_GRANT` or `REACH=STALE`. */
export async function searchModel(flags: readonly string[]): Promise<Search> {
  const folder = await mkdtemp(join(tmpdir(), 'box-office-model-'))
  try {
    const options = { cwd: folder, timeout: TIMEOUT_MS, maxBuffer: OUTPUT_BYTES_MAX }
    await run('spin', ['-a', ...flags.map((flag) => `-D${flag}`), MODEL], options)
    // What is about to be found is found before a better search would be compiled.
    const speed = flags.some((flag) => /^(BUG|REACH)/.test(flag)) ? '-O0' : '-O2'
    const search = ['-DSAFETY', '-DCOLLAPSE', `-DMEMLIM=${MEMORY_MB_MAX}`]
    await run('gcc', [speed, '-w', ...search, '-o', 'pan', 'pan.c'], options)
    const { stdout: output } = await run('./pan', [`-m${DEPTH_MAX}`], options)
    return {
      violated: /^pan:\d+: (.*?) \(at depth \d+\)/m.exec(output)?.[1],
      states: Number(/^\s*(\d+) states, stored/m.exec(output)?.[1]),
      isComplete: !/search not completed|max search depth too small|out of memory/i.test(output),
      output,
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
