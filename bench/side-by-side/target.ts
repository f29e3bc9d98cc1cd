/** A server process to be put under load. Its output goes to a file: reading along would cost. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync } from 'node:fs'
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { StartupError } from '../../src/kernel/startup-error.ts'
import { packageRoot } from '../../src/platform/package-root.ts'
import { programArguments } from '../program.ts'

export interface Target extends AsyncDisposable {
  url: URL
  pid: number
}

const START_MAX_MS = 60_000
const POLL_MS = 20
const OUTPUT_SHOWN = 2_000

let started = 0

/**
 * Starts a program of this project with nothing of our environment but PATH and HOME, and waits
 * until it says `is open: <address>`. Disposing kills it: its database is thrown away after it.
 * @param options.program Path from the project's root without `.ts`, e.g. `src/main`.
 * @throws StartupError with what it said, when it does not open.
 */
export async function startTarget(options: {
  program: string
  args?: readonly string[]
  env: Record<string, string>
  folder: string
}): Promise<Target> {
  const outputPath = join(options.folder, `output-${(started += 1)}.log`)
  const output = openSync(outputPath, 'w')
  const { PATH = '', HOME = '' } = process.env
  const child = spawn(
    process.execPath,
    [...programArguments(options.program), ...(options.args ?? [])],
    {
      cwd: fileURLToPath(packageRoot),
      env: { PATH, HOME, ...options.env },
      stdio: ['ignore', output, output],
      // Ctrl-C in the terminal is for the benchmark, which stops what it started.
      detached: true,
    },
  )
  closeSync(output)
  const kill = () => {
    child.kill('SIGKILL')
  }
  process.once('exit', kill)
  const exited = once(child, 'exit')
  const hasEnded = () => child.exitCode !== null || child.signalCode !== null
  const stop = async () => {
    if (!hasEnded()) {
      kill()
      await exited
    }
    process.off('exit', kill)
    await rm(outputPath, { force: true })
  }
  const deadline = performance.now() + START_MAX_MS
  for (;;) {
    const said = await readFile(outputPath, 'utf8')
    const address = /is open: +(http:\S+)/.exec(said)?.[1]
    if (address !== undefined) {
      return { url: new URL(address), pid: child.pid ?? 0, [Symbol.asyncDispose]: stop }
    }
    if (hasEnded() || performance.now() > deadline) {
      await stop()
      throw new StartupError(`${options.program} did not start.\n${said.slice(-OUTPUT_SHOWN)}`)
    }
    await sleep(POLL_MS)
  }
}
