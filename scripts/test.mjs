/**
 * `npm test`: everything, from a fresh clone. Installs what is missing, runs the quick checks, then
 * all tests against PostgreSQL servers started for them. `npm test -- api/orders` runs only the
 * test files whose path contains that.
 */
import { randomInt } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { compileTests, compiled } from './compile-tests.mjs'
import { installIfStale } from './install.mjs'
import { runQuickChecks } from './quick-checks.mjs'
import { findTests, runTests } from './run-tests.mjs'
import { startEmbedded, startSystemPostgres } from './test-servers.mjs'
import { installTools, systemPostgres } from './tools.mjs'

const wanted = process.argv.slice(2)
const isCi = !['', '0', 'false', undefined].includes(process.env.CI)
/** What is run on the system's PostgreSQL too. */
const ON_BOTH = /^test\/(api|races)\//
const SEED_MAX = 2 ** 31

// The servers hear of an interruption by the end of the run; this lets the run get there.
process.on('SIGINT', () => undefined)

try {
  process.exitCode = (await main()) ? 0 : 1
} catch (error) {
  console.error(error.message)
  process.exitCode = 1
}

async function main() {
  installIfStale()
  if (wanted.length === 0 && !(await runQuickChecks())) return false
  const missingTools = installTools()
  await compileTests()

  const folder = mkdtempSync(join(tmpdir(), 'box-office-tests-'))
  const servers = []
  try {
    const files = chosen(findTests('src', 'web', 'test'), (path) => path).map(compiled)
    const system = systemPostgres()
    const again = system === undefined ? [] : chosen(filesToRepeat(system), ({ name }) => name)
    const embedded = await startEmbedded()
    servers.push(embedded)
    if (again.length > 0) {
      const server = await startSystemPostgres(system)
      servers.push(server)
      const { url } = server
      files.push(...again.map((each) => writeRepeat(folder, { ...each, ...system, url })))
    }
    if (wanted.length === 0) files.push(...missingTools.map((tool) => writeGap(folder, tool)))
    const seed = process.env.TEST_SEED ?? String(randomInt(SEED_MAX))
    console.log(`Seed of the random tests: ${seed} (repeat with TEST_SEED=${seed} npm test)\n`)
    return await runTests(files, {
      TEST_DATABASE_URL: embedded.url,
      TEST_SEED: seed,
    })
  } finally {
    for (const server of servers) await server.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

function chosen(list, nameOf) {
  if (wanted.length === 0) return list
  return list.filter((each) => wanted.some((part) => nameOf(each).includes(part)))
}

function filesToRepeat({ version }) {
  return findTests('test')
    .filter((path) => ON_BOTH.test(path))
    .map((path) => ({ path, name: `postgresql-${version}/${path}` }))
}

/**
 * The same file on another server, as a file of its own, so that one run and one summary have both.
 * It begins with a test that it really is the other server.
 */
function writeRepeat(folder, { path, name, version, url }) {
  return write(
    folder,
    name,
    `
    process.env.TEST_DATABASE_URL = ${JSON.stringify(url)}
    const { test } = await import('node:test')
    const { assertServerVersion } = await import(${importable('test/support/server-version.ts')})
    test('${path} runs on PostgreSQL ${version}', async () => await assertServerVersion(${version}))
    await import(${importable(path)})`,
  )
}

/** A test that stands for those that cannot run, so that the summary has it. */
function writeGap(folder, tool) {
  const fault = `${tool.what} is missing: apt-get install ${tool.package}`
  const body = isCi
    ? `test('${tool.package} is installed', () => { throw new Error('${fault}') })`
    : `test('${tool.package} is installed', { skip: '${fault}' })`
  return write(folder, tool.package, `import { test } from 'node:test'\n${body}`)
}

function write(folder, name, source) {
  const path = join(folder, `${name.replaceAll('/', '-').replace(/\.test\.tsx?$/, '')}.test.mjs`)
  writeFileSync(path, source)
  return path
}

function importable(path) {
  return JSON.stringify(new URL(`../${compiled(path)}`, import.meta.url).href)
}
