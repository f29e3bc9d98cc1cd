/** Installs the packages when what is in node_modules is not what package-lock.json asks for. */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))

/** @throws Error with npm's own words when the packages cannot be installed. */
export function installIfStale() {
  if (isInstalled()) return
  console.log('Installing the packages… (once, about half a minute)')
  // With the development packages, whatever NODE_ENV says: the TypeScript compiler is one of them.
  const { status, error, stdout, stderr } = runNpm([
    'ci',
    '--include=dev',
    '--include=optional',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
  ])
  if (status === 0) return
  const reason = error?.message ?? `${stderr}${stdout}`.trim()
  throw new Error(`The packages could not be installed.\n${reason}`)
}

/** npm writes what it has installed last of all, so an install that was cut off leaves no such file. */
function isInstalled() {
  const wanted = readPackages('package-lock.json')
  const found = readPackages('node_modules/.package-lock.json')
  if (wanted === undefined || found === undefined) return false
  const isWhatIsWanted = Object.entries(wanted)
    .filter(([path]) => path !== '')
    .every(([path, { version, integrity, optional }]) => {
      const installed = found[path]
      // Optional packages are mostly those for other platforms.
      if (installed === undefined) return optional === true
      return installed.version === version && installed.integrity === integrity
    })
  // A folder that was copied, or mounted into a container, from a machine of another kind.
  return isWhatIsWanted && Object.values(found).every(isForThisMachine)
}

function readPackages(path) {
  try {
    return JSON.parse(readFileSync(new URL(`../${path}`, import.meta.url), 'utf8')).packages
  } catch {
    return undefined
  }
}

function isForThisMachine({ os, cpu }) {
  return admits(os, process.platform) && admits(cpu, process.arch)
}

/** Lists as in package.json: `["linux"]`, or `["!win32"]` for all but that. */
function admits(list, name) {
  if (list === undefined || list.includes(name)) return true
  return list.every((entry) => entry.startsWith('!')) && !list.includes(`!${name}`)
}

function runNpm(args) {
  const options = { cwd: root, encoding: 'utf8', maxBuffer: 100_000_000 }
  // The npm that runs us, when one does: it need not be on the PATH.
  const npmCli = process.env.npm_execpath
  if (npmCli !== undefined && basename(npmCli) === 'npm-cli.js') {
    return spawnSync(process.execPath, [npmCli, ...args], options)
  }
  const onWindows = process.platform === 'win32'
  return spawnSync(onWindows ? 'npm.cmd' : 'npm', args, { ...options, shell: onWindows })
}
