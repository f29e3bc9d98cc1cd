/** `npm run check`: everything about the code that needs no database, in well under a minute. */
import { installIfStale } from './install.mjs'
import { runQuickChecks } from './quick-checks.mjs'
import { findTests, runTests } from './run-tests.mjs'

/** Tests of the repository itself that need no database. */
const REPOSITORY_TESTS = ['test/tidy.test.ts', 'test/docs.test.ts']

try {
  installIfStale()
  const checked = await runQuickChecks()
  const tested = await runTests([...findTests('src', 'web'), ...REPOSITORY_TESTS])
  if (!checked || !tested) process.exitCode = 1
} catch (error) {
  console.error(error.message)
  process.exitCode = 1
}
