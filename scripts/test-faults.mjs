/** `npm run test:faults`: builds what is missing or out of date, then sells while things break. */
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { prepare } from './prepare.mjs'

const INVALID = 2

try {
  await prepare()
} catch (error) {
  console.error(error.message)
  process.exit(INVALID)
}

const child = spawn(
  process.execPath,
  ['--import', 'tsx', 'test/checker/main.ts', ...process.argv.slice(2)],
  {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    stdio: 'inherit',
    // The shop's processes start from the build, in a fraction of the time.
    env: { ...process.env, TEST_BUILT: 'yes' },
  },
)
// The child hears of Ctrl-C by itself, and ends what it started.
process.on('SIGINT', () => undefined)
child.once('exit', (code) => process.exit(code ?? INVALID))
