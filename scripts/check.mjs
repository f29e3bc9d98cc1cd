/** `npm run check`: what is worth knowing before each commit, in about a minute. */
import { compileTests, compiled } from './compile-tests.mjs'
import { installIfStale } from './install.mjs'
import { runQuickChecks } from './quick-checks.mjs'
import { findTests, runTests } from './run-tests.mjs'

/** The code and its papers against the rules and one another. */
const REPOSITORY_TESTS = ['test/tidy.test.ts', 'test/docs.test.ts']

try {
  installIfStale()
  const checked = await runQuickChecks()
  await compileTests()
  const tested = await runTests([...findTests('src', 'web'), ...REPOSITORY_TESTS].map(compiled))
  if (!checked || !tested) process.exitCode = 1
} catch (error) {
  console.error(error.message)
  process.exitCode = 1
}
