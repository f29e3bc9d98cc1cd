/** A shop in a process of its own, which can be killed. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { programArguments } from '../../bench/program.ts'
import { packageRoot } from '../../src/platform/package-root.ts'

export interface ShopProcess extends AsyncDisposable {
  url: string
  pid: number
  /** SIGKILL, and wait until it is gone. */
  kill: () => Promise<void>
  /** What it printed so far. */
  output: () => string
}

const START_MAX_MS = 30_000

/**
 * Starts `serve` on a free loopback port and waits until it is open.
 * @param args What follows `serve`, e.g. `--role`, `worker`.
 * @param through A command that becomes the command that follows it, as `env` does.
 * @param program What runs instead of the shop, as `programArguments` takes it; it takes the same words.
 */
export async function startShopProcess(
  env: Record<string, string>,
  args: readonly string[] = [],
  through: readonly string[] = [],
  program = 'src/main',
): Promise<ShopProcess> {
  const command = [...through, process.execPath, ...programArguments(program), 'serve', ...args]
  const child = spawn(command[0] as string, command.slice(1), {
    cwd: fileURLToPath(packageRoot),
    env: {
      PATH: process.env['PATH'],
      HOME: process.env['HOME'],
      PORT: '0',
      RATE_LIMIT: 'off',
      SAMPLE_DATA: 'off',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  const url = await new Promise<string>((resolve, reject) => {
    const late = setTimeout(() => {
      child.kill('SIGKILL')
      reject(new Error(`the shop did not open in time:\n${output}`))
    }, START_MAX_MS)
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => {
        output += `${line}\n`
        const address = /Box Office is open:\s+(\S+)/.exec(line)?.[1]
        if (address === undefined) return
        clearTimeout(late)
        resolve(address)
      })
    }
    child.once('exit', (code) => {
      clearTimeout(late)
      reject(new Error(`the shop ended with ${code ?? 'a signal'}:\n${output}`))
    })
  })
  return {
    url,
    pid: child.pid as number,
    output: () => output,
    kill: async () => {
      await end(child, 'SIGKILL')
    },
    async [Symbol.asyncDispose]() {
      await end(child, 'SIGTERM')
    },
  }
}

async function end(child: ChildProcess, signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  child.kill(signal)
  await exited
}
