/** The log is written a few dozen lines at a time; none of them is lost when the process ends by itself. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { LOADER, programUrl } from '../../bench/program.ts'

/** Fewer than leave together: all of them wait when the end comes. */
const LINES = 50
const LOGGER = programUrl('src/platform/logger').href

const WAYS_TO_END = {
  'when nothing is left to do': '',
  'when told to': 'process.exit(0)',
  'when something is thrown': 'throw new Error("the end")',
}

for (const [how, end] of Object.entries(WAYS_TO_END)) {
  test(`every line is in the log of a process that ends ${how}`, async () => {
    const program = `
      const { createLogger } = await import('${LOGGER}')
      const logger = createLogger('info')
      for (let n = 0; n < ${LINES}; n += 1) logger.info({ n }, 'a line')
      ${end}`
    const { stdout } = await promisify(execFile)(process.execPath, [
      ...[...LOADER, '--input-type=module', '--eval', program],
    ]).catch((error: unknown) => error as { stdout: string })
    const numbers = stdout
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as { n: number }).n)
    assert.deepEqual(
      numbers,
      Array.from({ length: LINES }, (_, n) => n),
    )
  })
}
