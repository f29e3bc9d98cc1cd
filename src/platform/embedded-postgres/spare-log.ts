/**
 * Files of the write-ahead log that are made before a sale needs them. PostgreSQL writes its log to
 * files of 16 MB, and when one is full every commit waits until the next is filled with zeros and
 * flushed: 20 to 50 ms on a fast disk, about once a second while a sale is at its peak. A checkpoint
 * makes spare files of used ones, so a server that has sold has some; a new one has not.
 */
import { statfs } from 'node:fs/promises'
import pg from 'pg'

/** 256 MB: what a sold-out stadium writes, twice over. */
const FILES = 16
/** On a disk with less room than this, a stall is better than the room that is missing later. */
const FREE_BYTES_MIN = 2 * 1024 ** 3
/** A stop of the shop waits no longer than this for what is under way. */
const PATIENCE_MS = 5_000
/** Those after the one that is written to. */
const COUNT_SPARE = `
  select count(*)::integer as files from pg_ls_waldir()
   where name ~ '^[0-9A-F]{24}$' and name > pg_walfile_name(pg_current_wal_lsn())`
/** Leaves the rest of a file empty; without anything written to it, a file would not be left. */
const USE_UP_FILE = `select pg_logical_emit_message(false, 'spare', ''), pg_switch_wal()`

export interface SpareLog extends AsyncDisposable {
  /** How many files were made, once they are; undefined when it did not work. */
  readonly made: Promise<number | undefined>
}

/**
 * Makes what is missing of the spare files, in the background. Disposing stops it.
 * @param options.dataDir A folder on the disk of the log.
 * @param options.log Told in a sentence when it did not work; nothing else depends on it.
 */
export function makeSpareLog(options: {
  connection: pg.ClientConfig
  dataDir: string
  log: (line: string) => void
  freeBytesMin?: number
}): SpareLog {
  const { connection, dataDir, log, freeBytesMin = FREE_BYTES_MIN } = options
  const client = new pg.Client({
    ...connection,
    connectionTimeoutMillis: PATIENCE_MS,
    statement_timeout: PATIENCE_MS,
    query_timeout: PATIENCE_MS,
  })
  client.on('error', () => undefined)
  let isStopped = false

  const make = async (): Promise<number> => {
    const { bavail, bsize } = await statfs(dataDir)
    if (bavail * bsize < freeBytesMin) return 0
    await client.connect()
    const { rows } = await client.query<{ files: number }>(COUNT_SPARE)
    const missing = Math.max(0, FILES - (rows[0]?.files ?? 0))
    let used = 0
    while (used < missing && !isStopped) {
      await client.query(USE_UP_FILE)
      used += 1
    }
    if (used > 0) await client.query('checkpoint')
    return used
  }
  const made = make()
    .catch((error: unknown) => {
      if (!isStopped) log(`spare files of the log could not be made: ${(error as Error).message}`)
      return undefined
    })
    .finally(() => {
      client.end().catch(() => undefined)
    })

  return {
    made,
    async [Symbol.asyncDispose]() {
      isStopped = true
      await made
    },
  }
}
