import { readFileSync, unlinkSync } from 'node:fs'
import { link, readFile, rename, rm, unlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { StartupError } from '../../kernel/startup-error.ts'
import { dataDirFault } from './data-dir.ts'
import { birthOfProcess } from './process-identity.ts'

const TAKEOVER_ATTEMPTS = 20

export interface FolderLock {
  /** Synchronous, so that it can still run while the process exits. */
  release: () => void
}

/** One Box Office per data folder. A lock whose process is gone is taken over. */
export async function lockFolder(dir: string): Promise<FolderLock> {
  const path = join(dir, 'box-office.lock')
  const mine = JSON.stringify({ pid: process.pid, birth: await birthOfProcess(process.pid) })
  // Written aside and linked into place: a lock is there with all its text, or not at all.
  const draft = `${path}.${process.pid}`
  try {
    await writeFile(draft, mine)
    for (let attempt = 0; attempt < TAKEOVER_ATTEMPTS; attempt++) {
      if (await linkUnlessTaken(draft, path)) return { release: () => releaseLock(path, mine) }
      await removeIfStale(path, `${draft}.stale`)
    }
  } catch (error) {
    throw dataDirFault(error, dir)
  } finally {
    await rm(draft, { force: true })
  }
  throw new StartupError(
    `${dir} is being started by several Box Office processes at once. Try again.`,
  )
}

async function linkUnlessTaken(draft: string, path: string): Promise<boolean> {
  try {
    await link(draft, path)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

async function removeIfStale(path: string, aside: string): Promise<void> {
  const text = await readOrNothing(path)
  if (text === undefined) return
  const owner = ownerNamedIn(text)
  if (owner !== undefined && (await birthOfProcess(owner.pid)) === owner.birth) {
    throw new StartupError(
      `Another Box Office (process ${owner.pid}) is running on ${path.slice(0, path.lastIndexOf('/'))}. ` +
        'Stop it first, or set DATA_DIR (and PORT) to run a second shop beside it.',
    )
  }
  // Moved aside, then looked at again: between reading and moving, another starter may have put
  // its own fresh lock there, and that one goes back.
  try {
    await rename(path, aside)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return
    throw error
  }
  if ((await readOrNothing(aside)) !== text) await linkUnlessTaken(aside, path)
  await unlink(aside)
}

async function readOrNothing(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/** Undefined for text that a power cut mangled. */
function ownerNamedIn(text: string): { pid: number; birth: string } | undefined {
  try {
    const { pid, birth } = JSON.parse(text) as { pid?: unknown; birth?: unknown }
    return typeof pid === 'number' && typeof birth === 'string' ? { pid, birth } : undefined
  } catch {
    return undefined
  }
}

function releaseLock(path: string, mine: string): void {
  try {
    if (readFileSync(path, 'utf8') === mine) unlinkSync(path)
  } catch {
    // The folder is gone or unreadable; the next start sees that this process no longer lives.
  }
}
