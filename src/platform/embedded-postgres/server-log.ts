import { chown, open, rename, stat } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import type { Account } from './account.ts'
import { dataDirFault } from './data-dir.ts'

const MAX_LOG_BYTES = 10_000_000
const MAX_TAIL_BYTES = 16_000

export interface ServerLog {
  path: string
  file: FileHandle
  close: () => Promise<void>
}

/** PostgreSQL's own log: a file in the data folder, begun anew when large; the one before is kept. */
export async function openServerLog(
  dataDir: string,
  account: Account | undefined,
): Promise<ServerLog> {
  const path = join(dataDir, 'postgres.log')
  try {
    if ((await sizeOf(path)) > MAX_LOG_BYTES) await rename(path, `${path}.1`)
    const file = await open(path, 'a+', 0o600)
    // Or an ordinary user could not go on where root began.
    if (account !== undefined) await chown(path, account.uid, account.gid)
    return { path, file, close: async () => await file.close() }
  } catch (error) {
    throw dataDirFault(error, path)
  }
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size
  } catch {
    return 0
  }
}

/** What the server wrote since `startByte`, at most the last few pages of it. */
export async function readLogTail(file: FileHandle, startByte: number): Promise<string> {
  const { size } = await file.stat()
  const from = Math.max(startByte, size - MAX_TAIL_BYTES)
  const buffer = Buffer.alloc(Math.max(0, size - from))
  const { bytesRead } = await file.read(buffer, 0, buffer.length, from)
  return buffer.toString('utf8', 0, bytesRead)
}
