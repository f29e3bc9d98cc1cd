/** `npm start` in a small project of its own, with the real compiler and a stand-in for npm. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  copyFile,
  cp,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  realpath,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline/promises'
import { text } from 'node:stream/consumers'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { packageRoot } from '../../src/platform/package-root.ts'

const root = fileURLToPath(packageRoot)
const SHOW_ARGUMENTS = `console.log('serving', process.argv.slice(2).join(' '))\n`

test('a start builds once, hands its arguments to serve, and builds again after a change', async (t) => {
  const project = await makeProject(t)
  const first = await startScript(project, ['--role', 'all'])
  assert.deepEqual(first.lines, [
    'Building… (again only after a change)',
    'serving serve --role all',
  ])
  assert.equal(await readFile(join(project, 'dist/web/shop.css'), 'utf8'), 'body {}')

  const second = await startScript(project)
  assert.deepEqual(second.lines, ['serving serve'])

  await writeFile(join(project, 'src/main.ts'), `console.log('changed')\n`)
  const third = await startScript(project)
  assert.deepEqual(third.lines, ['Building… (again only after a change)', 'changed'])
})

test('what does not compile is shown and does not start', async (t) => {
  const project = await makeProject(t)
  await startScript(project)
  await writeFile(join(project, 'src/main.ts'), `export const seats: number = 'many'\n`)
  for (const _attempt of [1, 2]) {
    const { exitCode, errors } = await startScript(project)
    assert.equal(exitCode, 1)
    assert.match(errors, /The build failed\.\nsrc\/main\.ts\(1,14\): error TS2322/)
  }
})

test('a build that is killed leaves nothing that looks finished', async (t) => {
  const project = await makeProject(t)
  const child = spawn(process.execPath, ['scripts/start.mjs'], {
    cwd: project,
    stdio: 'ignore',
    // With a process group of its own, so that the compiler dies too.
    detached: true,
  })
  while (!(await readdir(project)).some((name) => name.startsWith('.dist-'))) await sleep(5)
  assert.ok(child.pid !== undefined, 'child.pid !== undefined')
  process.kill(-child.pid, 'SIGKILL')
  await once(child, 'exit')
  assert.equal((await readdir(project)).includes('dist'), false)

  const { lines } = await startScript(project)
  assert.deepEqual(lines, ['Building… (again only after a change)', 'serving serve'])
  assert.deepEqual(
    (await readdir(project)).filter((name) => name.includes('dist')),
    ['dist'],
  )
})

test('packages are installed when they are missing, old or from another machine, else not', async (t) => {
  const project = await makeProject(t)
  await startScript(project)
  const installedList = join(project, 'node_modules/.package-lock.json')
  const good = await readFile(installedList, 'utf8')
  const stale = {
    missing: undefined,
    'cut off': good.slice(0, 1000),
    old: good.replace(/("node_modules\/pg": \{\s+"version": ")\d+/, '$17'),
    'from another machine': good.replace(
      '"packages": {',
      '"packages": { "node_modules/fast": { "version": "1.0.0", "os": ["plan9"] },',
    ),
  }
  for (const [what, list] of Object.entries(stale)) {
    await rm(installedList)
    if (list !== undefined) await writeFile(installedList, list)
    const { lines } = await startScript(project)
    assert.match(lines[0] ?? '', /^Installing the packages/, what)
    assert.equal(lines.at(-1), 'serving serve')
    assert.deepEqual((await startScript(project)).lines, ['serving serve'])
  }
})

test('an install that fails ends the start with npm’s reason', async (t) => {
  const project = await makeProject(t)
  await rm(join(project, 'node_modules/.package-lock.json'))
  await writeFile(
    join(project, 'npm-cli.js'),
    `console.error('npm error network is down'); process.exitCode = 7\n`,
  )
  const { exitCode, errors } = await startScript(project)
  assert.equal(exitCode, 1)
  assert.match(errors, /could not be installed\.\nnpm error network is down/)
})

test('the shop stops when npm or npm’s shell is killed', async (t) => {
  const project = await makeProject(t)
  await writeFile(
    join(project, 'src/main.ts'),
    `const running = setInterval(() => undefined, 1000)
     process.once('SIGTERM', () => { clearInterval(running); console.log('stopped') })
     console.log('serving')\n`,
  )
  // As npm does it: a shell that waits for us, and does not become us.
  const child = spawn('sh', ['-c', 'node scripts/start.mjs; exit'], {
    cwd: project,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, npm_lifecycle_event: 'start' },
  })
  const lines = createInterface({ input: child.stdout })
  const told: string[] = []
  for await (const line of lines) {
    told.push(line)
    if (line === 'serving') child.kill('SIGKILL')
  }
  assert.deepEqual(told.slice(-2), ['serving', 'stopped'])
})

async function makeProject(t: TestContext): Promise<string> {
  const project = await realpath(await mkdtemp(join(tmpdir(), 'box-office-start-')))
  t.after(async () => await rm(project, { recursive: true, force: true }))
  for (const name of [
    'package.json',
    'package-lock.json',
    'tsconfig.json',
    'tsconfig.build.json',
  ]) {
    await copyFile(join(root, name), join(project, name))
  }
  await cp(join(root, 'scripts'), join(project, 'scripts'), { recursive: true })
  await mkdir(join(project, 'src'))
  await writeFile(join(project, 'src/main.ts'), SHOW_ARGUMENTS)
  await mkdir(join(project, 'web'))
  await writeFile(join(project, 'web/shop.css'), 'body {}')
  await linkPackages(join(project, 'node_modules'))
  await copyFile(join(root, 'node_modules/.package-lock.json'), join(project, 'installed.json'))
  // npm is not asked for real; its stand-in leaves the list that npm leaves when it has finished.
  await writeFile(
    join(project, 'npm-cli.js'),
    `import { copyFileSync } from 'node:fs'
     copyFileSync('installed.json', 'node_modules/.package-lock.json')\n`,
  )
  return project
}

async function linkPackages(target: string): Promise<void> {
  const source = join(root, 'node_modules')
  await mkdir(target)
  for (const name of await readdir(source)) {
    if (!name.startsWith('.')) await symlink(join(source, name), join(target, name))
  }
  await copyFile(join(source, '.package-lock.json'), join(target, '.package-lock.json'))
}

async function startScript(
  project: string,
  args: string[] = [],
): Promise<{ exitCode: number | null; lines: string[]; errors: string }> {
  const child = spawn(process.execPath, ['scripts/start.mjs', ...args], {
    cwd: project,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, npm_execpath: join(project, 'npm-cli.js') },
  })
  const [output, errors, [exitCode]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit') as Promise<[number | null]>,
  ])
  return { exitCode, lines: output.split('\n').filter((line) => line !== ''), errors }
}
