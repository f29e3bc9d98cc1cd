/** `npm run test:faults`: builds what is missing or out of date, then sells while things break. */
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { prepare } from './prepare.mjs'

const INVALID = 2

try {
  await prepare()
  const { compileTests } = await import('./compile-tests.mjs')
  await compileTests()
} catch (error) {
  console.error(error.message)
  process.exit(INVALID)
}

const child = spawn(process.execPath, ['dist/test/checker/main.js', ...process.argv.slice(2)], {
  cwd: fileURLToPath(new URL('..', import.meta.url)),
  stdio: 'inherit',
})
// The child hears of Ctrl-C by itself, and ends what it started.
process.on('SIGINT', () => undefined)
child.once('exit', (code) => process.exit(code ?? INVALID))
