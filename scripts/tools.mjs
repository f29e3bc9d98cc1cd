/** Programs that some tests need and npm does not have, from Debian's packages. */
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** The oldest PostgreSQL that Box Office supports, which Debian 12 has. */
const POSTGRES_OLDEST = 15
const DEBIAN_POSTGRES = '/usr/lib/postgresql'
/** Packages of servers ask this program whether they may start them. */
const POLICY = '/usr/sbin/policy-rc.d'

const TOOLS = [
  { package: 'postgresql', what: 'a PostgreSQL of the system', isThere: () => systemPostgres() !== undefined }, // prettier-ignore
  { package: 'chromium', what: 'a browser', isThere: () => isOnPath('chromium') },
  { package: 'strace', what: 'strace', isThere: () => isOnPath('strace') },
  { package: 'spin', what: 'spin', isThere: () => isOnPath('spin') },
  { package: 'gcc', what: 'a C compiler', isThere: () => isOnPath('gcc') },
  { package: 'libc6-dev', what: 'what gcc compiles against', isThere: () => existsSync('/usr/include/stdio.h') }, // prettier-ignore
  { package: 'faketime', what: 'faketime', isThere: () => isOnPath('faketime') },
  { package: 'zbar-tools', what: 'a reader of QR codes', isThere: () => isOnPath('zbarimg') },
  { package: 'poppler-utils', what: 'a reader of PDFs', isThere: () => isOnPath('pdftotext') },
]

/** Installs what is missing, where that is possible. @returns What is missing still. */
export function installTools() {
  const wanted = missing()
  if (wanted.length === 0 || process.getuid?.() !== 0 || !isOnPath('apt-get')) return wanted
  const packages = wanted.map((tool) => tool.package)
  console.log(`Installing ${packages.join(', ')}… (once)`)
  withoutStartingServers(() => {
    // A fresh container knows no packages before it has asked for them.
    if (apt('install', ...packages).succeeded) return
    apt('update')
    const { succeeded, fault } = apt('install', ...packages)
    if (!succeeded) console.error(fault)
  })
  return missing()
}

/** Where the programs of the system's oldest good PostgreSQL are, and its version. */
export function systemPostgres() {
  if (!existsSync(DEBIAN_POSTGRES)) return undefined
  const [version] = readdirSync(DEBIAN_POSTGRES)
    .map(Number)
    .filter(
      (each) =>
        each >= POSTGRES_OLDEST && existsSync(join(DEBIAN_POSTGRES, `${each}`, 'bin/initdb')),
    ) // prettier-ignore
    .sort((one, other) => one - other)
  return version && { version, programs: join(DEBIAN_POSTGRES, `${version}`, 'bin') }
}

const missing = () => TOOLS.filter((tool) => !tool.isThere())

function isOnPath(program) {
  const folders = (process.env.PATH ?? '').split(delimiter)
  return folders.some((folder) => existsSync(join(folder, program)))
}

function apt(...args) {
  const { status, stderr } = spawnSync(
    'apt-get',
    ['-qq', '--yes', '--no-install-recommends', ...args],
    {
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
      stdio: ['ignore', 'ignore', 'pipe'],
      encoding: 'utf8',
    },
  )
  return { succeeded: status === 0, fault: stderr.trim() }
}

/** The tests start servers of their own; one that starts with the system would only be in the way. */
function withoutStartingServers(body) {
  if (existsSync(POLICY)) {
    body()
    return
  }
  writeFileSync(POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755 })
  try {
    body()
  } finally {
    rmSync(POLICY, { force: true })
  }
}
