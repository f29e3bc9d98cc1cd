import { mkdir, stat } from 'node:fs/promises'
import { dirname } from 'node:path'

/**
 * Makes a folder and what is missing above it. Node's own recursive mkdir never returns where the
 * system makes no folders, as under /proc.
 * @returns The topmost folder that was made; undefined when all were there.
 * @throws The system's error.
 */
export async function makeFolder(path: string): Promise<string | undefined> {
  try {
    await mkdir(path)
    return path
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EEXIST' && (await stat(path)).isDirectory()) return undefined
    if (code !== 'ENOENT' || dirname(path) === path) throw error
    const topmost = await makeFolder(dirname(path))
    await mkdir(path)
    return topmost ?? path
  }
}
