/**
 * Load of buyers who hold and then pay. It comes from a Node process for everybody: what a buyer
 * pays for is in the answer to the hold.
 */
import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { RunResult } from './load.ts'
import { programArguments } from '../program.ts'

const execute = promisify(execFile)
const GRACE_MS = 60_000

/** What the process reads from its file. */
export interface PaidLoadOrder {
  host: string
  port: number
  connections: number
  seconds: number
  eventId: number
  quantity: number
  /** Gone through in turn. */
  tokens: string[]
  /** Begins every key of this run. */
  keyPrefix: string
  isOneShot: boolean
}

/** `answered` counts orders that were paid in time; the latency is from the first request to the paid order. */
export interface PaidLoadResult extends RunResult {
  /** With those that were paid after the time was over, as nothing that was begun is left. */
  paidInAll: number
  holdP50Ms: number
  payP50Ms: number
}

export async function runPaidLoad(
  run: Omit<PaidLoadOrder, 'host' | 'port' | 'keyPrefix'> & {
    url: URL
    folder: string
    stop: AbortSignal
  },
): Promise<PaidLoadResult> {
  const { url, folder, stop, ...rest } = run
  const name = randomBytes(4).toString('hex')
  const path = join(folder, `paid-load-${name}.json`)
  const order: PaidLoadOrder = {
    ...rest,
    host: url.hostname,
    port: Number(url.port),
    keyPrefix: name,
  }
  await writeFile(path, JSON.stringify(order))
  try {
    const { stdout } = await execute(
      process.execPath,
      [...programArguments('bench/side-by-side/paid-load-process'), path],
      { timeout: run.seconds * 1000 + GRACE_MS, signal: stop },
    )
    return JSON.parse(stdout) as PaidLoadResult
  } finally {
    await rm(path, { force: true })
  }
}
