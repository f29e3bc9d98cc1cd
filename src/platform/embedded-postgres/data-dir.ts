import { chown, realpath, stat } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { StartupError } from '../../kernel/startup-error.ts'
import { makeFolder } from '../make-folder.ts'

/** Makes the folder where it is missing; returns its one true path, without symbolic links. */
export async function prepareDataDir(dataDir: string): Promise<string> {
  const path = resolve(dataDir)
  try {
    const firstMade = await makeFolder(path)
    if (firstMade !== undefined) await inheritOwner(firstMade, path)
    return await realpath(path)
  } catch (error) {
    throw dataDirFault(error, path)
  }
}

/**
 * Root leaves nothing that the owner of the place could not write later: after one `sudo npm start`,
 * a plain `npm start` works as well. `lastMade` is in `firstMade`, or the same.
 */
export async function inheritOwner(firstMade: string, lastMade = firstMade): Promise<void> {
  const { uid, gid } = await stat(dirname(firstMade))
  if (process.getuid?.() !== 0 || uid === 0) return
  for (let path = lastMade; path.length >= firstMade.length; path = dirname(path)) {
    await chown(path, uid, gid)
  }
}

/** What a failed file operation under DATA_DIR means for the person at the keyboard. */
export function dataDirFault(error: unknown, path: string): unknown {
  const reason = reasonFor((error as NodeJS.ErrnoException).code ?? '')
  return reason === undefined
    ? error
    : new StartupError(`${path} cannot be used: ${reason}`, { cause: error })
}

function reasonFor(code: string): string | undefined {
  switch (code) {
    case 'EACCES':
    case 'EPERM':
      if (process.getuid?.() === 0) {
        return 'root has not its usual rights here, as in a container that drops them. Start Box Office as an ordinary user that owns the folder, or set DATABASE_URL to a PostgreSQL server.'
      }
      return `user ${String(process.getuid?.())} may not read and write there. Give that user the folder, or set DATA_DIR to another one.`
    case 'EROFS':
      return 'it is on a read-only file system. Set DATA_DIR to a folder that can be written.'
    case 'ENOSPC':
    case 'EDQUOT':
      return 'the disk is full. Free some space, or set DATA_DIR to a folder on another disk.'
    case 'ENOTDIR':
    case 'EEXIST':
    case 'ELOOP':
      return 'there is a file where a folder is needed, or a link that leads nowhere. Move it away, or set DATA_DIR to another folder.'
    case 'ENOENT':
      return 'no folder can be made there. Set DATA_DIR to another place.'
    case 'ENAMETOOLONG':
      return 'the path is too long. Set DATA_DIR to a shorter one.'
    default:
      return undefined
  }
}
