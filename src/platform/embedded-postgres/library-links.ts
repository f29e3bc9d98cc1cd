import { existsSync } from 'node:fs'
import { readFile, rm, symlink } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { StartupError } from '../../kernel/startup-error.ts'

/**
 * npm packages cannot hold symbolic links, so the binaries' package makes its libraries' short
 * names in an install script. Where such scripts are turned off (`--ignore-scripts`), this does it.
 */
export async function linkLibraries(packageDir: string): Promise<void> {
  for (const { source, target } of await readLinkList(packageDir)) {
    const path = join(packageDir, target)
    if (existsSync(path)) continue
    try {
      // Only a link that leads nowhere can be here.
      await rm(path, { force: true })
      await symlink(relative(dirname(target), source), path)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST' && existsSync(path)) continue
      throw new StartupError(
        `PostgreSQL needs the link ${path}, which cannot be made (${(error as Error).message}). ` +
          'Run `npm rebuild` once as the owner of node_modules.',
        { cause: error },
      )
    }
  }
}

async function readLinkList(packageDir: string): Promise<{ source: string; target: string }[]> {
  try {
    const text = await readFile(join(packageDir, 'native/pg-symlinks.json'), 'utf8')
    return JSON.parse(text) as { source: string; target: string }[]
  } catch (error) {
    // Packages of some platforms have no links to make.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}
