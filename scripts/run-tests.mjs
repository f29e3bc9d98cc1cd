/** Finds test files and runs them, so that "passed" means that tests ran and passed. */
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const tallyReporter = new URL('tally-reporter.mjs', import.meta.url).href

/** Files at a time: a test waits for its database, or for a clock, about as long as it computes. */
const CONCURRENCY = 3
/** For a file with all its tests; more means that it hangs. */
const FILE_TIMEOUT_MS = 600_000
/** For everything: a hang should become a failure before somebody gives up waiting. */
const RUN_TIMEOUT_MS = 25 * 60_000

/** @returns The test files below these folders, relative to the project, sorted. */
export const findTests = (...folders) => findFiles(/\.test\.tsx?$/, ...folders)

/** @returns The files below these folders whose path matches, relative to the project, sorted. */
export function findFiles(pattern, ...folders) {
  return folders
    .filter((folder) => existsSync(join(root, folder)))
    .flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true }).map((name) =>
        `${folder}/${name}`.replaceAll('\\', '/'),
      ),
    )
    .filter((path) => pattern.test(path))
    .sort()
}

/**
 * Lists the files one by one: a pattern that matches nothing would be a success.
 * @param files Compiled.
 * @returns Whether tests ran and all of them passed.
 */
export async function runTests(files, env = {}) {
  if (files.length === 0) {
    console.error('There are no test files to run.')
    return false
  }
  const folder = mkdtempSync(join(tmpdir(), 'box-office-run-'))
  const tallyPath = join(folder, 'tally.json')
  try {
    const passed = await runNode(
      [
        ...['--enable-source-maps', '--test'],
        `--test-concurrency=${CONCURRENCY}`,
        `--test-timeout=${FILE_TIMEOUT_MS}`,
        ...['--test-reporter=spec', '--test-reporter-destination=stdout'],
        ...[`--test-reporter=${tallyReporter}`, `--test-reporter-destination=${tallyPath}`],
        ...files,
      ],
      { ...process.env, ...env },
    )
    return countedSome(tallyPath) && passed
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function runNode(args, env) {
  const child = spawn(process.execPath, args, { cwd: root, stdio: 'inherit', env })
  const timer = setTimeout(() => {
    console.error(`The tests took longer than ${RUN_TIMEOUT_MS / 60_000} minutes.`)
    child.kill('SIGTERM')
  }, RUN_TIMEOUT_MS)
  const code = await new Promise((resolve) => child.once('exit', resolve))
  clearTimeout(timer)
  return code === 0
}

function countedSome(tallyPath) {
  let tally = { tests: 0, filesWithoutTests: [] }
  try {
    tally = JSON.parse(readFileSync(tallyPath, 'utf8'))
  } catch {
    // The runner was killed before it could report, which is no pass either.
  }
  for (const file of tally.filesWithoutTests) console.error(`There is no test in ${file}.`)
  if (tally.tests === 0) console.error('No test ran.')
  return tally.tests > 0 && tally.filesWithoutTests.length === 0
}
