/**
 * The simulator's own memory on disk: one file of JSON lines to which changes are only added. What
 * arrives while a flush is on its way goes out together with the next one, and nothing is answered
 * before the flush that holds it. Each line ends in a checksum of what stands before it.
 */
import { type FileHandle, open } from 'node:fs/promises'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { StartupError } from '../../kernel/startup-error.ts'
import { inheritOwner } from '../../platform/embedded-postgres/data-dir.ts'
import type { Change } from './books.ts'

const HEADER = { ledger: 'payment simulator', version: 1 }
const NEWLINE = 10

export interface Ledger extends AsyncDisposable {
  /** @returns When it is on disk. @throws When it may not be: then nothing more is taken. */
  write: (change: Change) => Promise<void>
  /** When everything that was written so far is on disk. */
  flushed: () => Promise<void>
}

/**
 * Opens the ledger, or begins one. A line at the end that a crash tore was never answered and is
 * cut off.
 * @param onChange Gets every change of the past, in order.
 * @throws StartupError when something else is wrong with it.
 */
export async function openLedger(
  folder: string,
  onChange: (change: Change) => void,
): Promise<Ledger> {
  const path = join(folder, 'ledger.jsonl')
  const file = await open(path, 'a+', 0o600)
  try {
    const length = await replay(file, path, onChange)
    await file.truncate(length)
    if (length === 0) {
      await inheritOwner(path)
      await file.write(lineOf(HEADER))
    }
    // A file that is new, or shorter, is so after a power cut too.
    await file.sync()
    await syncFolder(folder)
  } catch (error) {
    await file.close()
    throw error
  }
  return createWriter(file)
}

/** @returns How many bytes of the file are whole lines. */
async function replay(
  file: FileHandle,
  path: string,
  onChange: (change: Change) => void,
): Promise<number> {
  let length = 0
  let number = 0
  let rest = Buffer.alloc(0)
  for await (const chunk of file.createReadStream({ start: 0, autoClose: false })) {
    rest = Buffer.concat([rest, chunk as Buffer])
    let begin = 0
    for (let end = rest.indexOf(NEWLINE); end >= 0; end = rest.indexOf(NEWLINE, begin)) {
      number++
      const content = readLine(rest.toString('utf8', begin, end))
      const isHeader = number === 1
      if (content === undefined || isHeader !== 'ledger' in content) {
        throw new StartupError(
          `${path} is damaged in line ${number}. Move it away to begin a new ledger, or put back a copy: payments in it cannot be trusted.`,
        )
      }
      if (!isHeader) onChange(content as Change)
      begin = end + 1
    }
    length += begin
    rest = rest.subarray(begin)
  }
  return length
}

function lineOf(content: object): string {
  const json = JSON.stringify(content).slice(0, -1)
  return `${json},"crc32":${crc32(json)}}\n`
}

/** @returns Undefined for a line that is not as it was written. */
function readLine(line: string): object | undefined {
  const [whole, json = '', checksum] = /^(\{.*),"crc32":(\d+)\}$/.exec(line) ?? []
  if (whole === undefined || crc32(json) !== Number(checksum)) return undefined
  return JSON.parse(`${json}}`) as object
}

/** A name in a folder is on disk when the folder is. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

function createWriter(file: FileHandle): Ledger {
  let waiting: string[] = []
  let next: Promise<void> | undefined
  let last: Promise<void> = Promise.resolve()

  const flush = async () => {
    const text = waiting.join('')
    waiting = []
    next = undefined
    await file.appendFile(text)
    await file.datasync()
  }
  return {
    write: async (change) => {
      waiting.push(lineOf(change))
      // After a failed flush this one fails with it, and so does every later one.
      next ??= last = last.then(flush)
      await next
    },
    flushed: async () => {
      await last
    },
    async [Symbol.asyncDispose]() {
      try {
        await last
      } finally {
        await file.close()
      }
    },
  }
}
