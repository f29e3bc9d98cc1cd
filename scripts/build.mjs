/** Compiles src and web into dist. Run as a script it always does, `buildIfStale` when need be. */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Those of web/islands that pages name; the others are part of them. */
const islandBundles = ['shop', 'checkout', 'offline-tickets']

const root = fileURLToPath(new URL('..', import.meta.url))
const dist = join(root, 'dist')
const stampName = '.inputs'
const draftPrefix = '.dist-'
const inputs = [
  ...['src', 'web', 'scripts/build.mjs'],
  ...['bench/program.ts', 'bench/onsale', 'bench/side-by-side', 'bench/rows', 'bench/vitals'],
  ...['tsconfig.json', 'tsconfig.build.json', 'package.json', 'package-lock.json'],
]
const swapAttempts = 10

/** @throws Error with the compiler's complaints. */
export function buildIfStale() {
  const hash = hashInputs()
  if (readStamp() === hash) return
  console.log('Building… (again only after a change)')
  build(hash)
}

/** By content: a fresh clone, a branch switched to and back, or a restored backup changes times. */
function hashInputs() {
  const hash = createHash('sha256')
  for (const path of inputs.flatMap(filesIn)) {
    const content = readFileSync(join(root, path))
    hash.update(`${path} ${content.length}\n`).update(content)
  }
  return hash.digest('hex')
}

/** Sorted, relative to the root; tests are no part of the product. */
function filesIn(path) {
  if (!existsSync(join(root, path))) return []
  if (!statSync(join(root, path)).isDirectory()) return [path]
  return readdirSync(join(root, path))
    .sort()
    .filter((name) => !name.endsWith('.test.ts'))
    .flatMap((name) => filesIn(`${path}/${name}`))
}

function readStamp() {
  try {
    return readFileSync(join(dist, stampName), 'utf8')
  } catch {
    return undefined
  }
}

/** Built aside, stamp last, then renamed: dist is whole and says from what, or it is not there. */
function build(hash) {
  removeLeftovers()
  const draft = join(root, `${draftPrefix}${process.pid}`)
  try {
    mkdirSync(draft)
    writeFileSync(join(draft, '.gitignore'), '*\n')
    compile(draft)
    copyAssets(join(draft, 'web'))
    bundleIslands(join(draft, 'web/scripts'))
    writeFileSync(join(draft, stampName), hash)
    swapIn(draft)
  } finally {
    rmSync(draft, { recursive: true, force: true })
  }
}

function compile(outDir) {
  const tsc = join(root, 'node_modules/typescript/bin/tsc')
  const args = [tsc, '--project', 'tsconfig.build.json', '--outDir', outDir]
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    cwd: root,
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`The build failed.\n${`${stdout}${stderr}`.trim()}`)
}

/** Style sheets, pictures and the like; what the compiler reads it has written already. */
function copyAssets(target) {
  if (!existsSync(join(root, 'web'))) return
  cpSync(join(root, 'web'), target, {
    recursive: true,
    filter: (path) => !/\.tsx?$/.test(path),
  })
}

/** The scripts of the pages: one file each, for browsers. */
function bundleIslands(outdir) {
  // Not imported above: this file is read before the packages are there.
  const { buildSync } = createRequire(import.meta.url)('esbuild')
  buildSync({
    absWorkingDir: root,
    entryPoints: islandBundles
      .map((name) => `web/islands/${name}.ts`)
      .filter((path) => existsSync(join(root, path))),
    outdir,
    bundle: true,
    minify: true,
    format: 'esm',
    target: ['es2022'],
    charset: 'utf8',
    legalComments: 'none',
    logLevel: 'silent',
  })
}

function swapIn(draft) {
  const old = `${draft}-old`
  for (let attempt = 1; ; attempt++) {
    try {
      if (existsSync(dist)) renameSync(dist, old)
      renameSync(draft, dist)
      break
    } catch (error) {
      // Somebody else builds at the same time and was faster; theirs is replaced like any other.
      if (attempt === swapAttempts || !['ENOENT', 'ENOTEMPTY', 'EEXIST'].includes(error.code)) {
        throw error
      }
      rmSync(old, { recursive: true, force: true })
    }
  }
  rmSync(old, { recursive: true, force: true })
}

/** Of builds that were killed. One that still runs keeps its folder. */
function removeLeftovers() {
  for (const name of readdirSync(root)) {
    if (!name.startsWith(draftPrefix)) continue
    const pid = Number.parseInt(name.slice(draftPrefix.length), 10)
    if (pid !== process.pid && isAlive(pid)) continue
    // The compiler of a killed build may write there for a few seconds more.
    rmSync(join(root, name), { recursive: true, force: true, maxRetries: 20, retryDelay: 100 })
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}

const isTheScript =
  process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)
if (isTheScript) {
  try {
    build(hashInputs())
  } catch (error) {
    console.error(error.message)
    process.exitCode = 1
  }
}
