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
    return await makeOne(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || dirname(path) === path) throw error
  }
  const topmost = await makeFolder(dirname(path))
  const made = await makeOne(path)
  return topmost ?? made
}

/** @returns Undefined when it is there, which another starter may have seen to a moment ago. */
async function makeOne(path: string): Promise<string | undefined> {
  try {
    await mkdir(path)
    return path
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EEXIST' && (await isFolder(path))) return undefined
    throw error
  }
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory()
  } catch (error) {
    // It is there and yet it is not: a symbolic link that leads nowhere.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false
    throw error
  }
}
