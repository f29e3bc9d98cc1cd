/** Load from a Node process, where wrk is not installed: it takes more of the machine itself. */
import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type Run, type RunResult, requestTexts } from './load.ts'
import { programArguments } from '../program.ts'

const execute = promisify(execFile)
const GRACE_MS = 60_000

/** What the process reads from its file. */
export interface NodeLoadOrder {
  host: string
  port: number
  connections: number
  seconds: number
  heads: string[]
  tails: string[]
  keyPrefix: string | undefined
}

export async function runNodeLoad(run: Run): Promise<RunResult> {
  const path = join(run.folder, `load-${randomBytes(4).toString('hex')}.json`)
  const order: NodeLoadOrder = {
    host: run.url.hostname,
    port: Number(run.url.port),
    connections: run.connections,
    seconds: run.seconds,
    ...requestTexts(run.url, run.requests),
    keyPrefix: run.requests.withKeys === true ? run.keyPrefix : undefined,
  }
  await writeFile(path, JSON.stringify(order))
  try {
    const { stdout } = await execute(
      process.execPath,
      [...programArguments('bench/side-by-side/node-load-process'), path],
      { timeout: run.seconds * 1000 + GRACE_MS, signal: run.stop },
    )
    return JSON.parse(stdout) as RunResult
  } finally {
    await rm(path, { force: true })
  }
}
