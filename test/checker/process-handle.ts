/** A process of the shop that can be killed, frozen, and started again where it was. */
import { setTimeout as sleep } from 'node:timers/promises'
import { startShopProcess, type ShopProcess } from '../support/process.ts'
import type { ProcessHandle } from './fault.ts'

/** As whoever looks after processes does: one that does not start is started again for so long. */
const STARTING_MS = 120_000
const START_PAUSE_MS = 100

export interface OwnedProcess extends ProcessHandle, AsyncDisposable {
  /** Whether it ended without having been killed by its handle. */
  hasEndedByItself: () => boolean
}

/** @param options.roles As in `--role`. */
export async function openProcess(options: {
  name: string
  roles: string
  env: Record<string, string>
  /** What runs instead of the shop. */
  program?: string | undefined
}): Promise<OwnedProcess> {
  const { name, roles, env, program } = options
  const outputs: string[] = []
  const start = async (port: string) => await startShopProcess({ ...env, PORT: port }, ['--role', roles], [], program) // prettier-ignore
  let running: ShopProcess | undefined = await start('0')
  const { url } = running
  const signal = (which: NodeJS.Signals) => {
    if (running !== undefined) process.kill(running.pid, which)
  }
  const killNow = () => {
    if (running !== undefined && isAlive(running.pid)) signal('SIGKILL')
  }
  process.once('exit', killNow)

  const kill = async () => {
    const dying = running
    if (dying === undefined) return
    running = undefined
    outputs.push(dying.output())
    await dying.kill()
  }
  return {
    name,
    url,
    get pid() {
      return running?.pid
    },
    isAlive: () => running !== undefined && isAlive(running.pid),
    kill,
    async start() {
      if (running !== undefined) return
      const deadline = performance.now() + STARTING_MS
      for (;;) {
        try {
          // Its port may be taken for a moment, its database may be away.
          running = await start(new URL(url).port)
          return
        } catch (error) {
          if (performance.now() > deadline) throw error
          await sleep(START_PAUSE_MS)
        }
      }
    },
    freeze: () => {
      signal('SIGSTOP')
    },
    thaw: () => {
      signal('SIGCONT')
    },
    output: () => [...outputs, running?.output() ?? ''].join(''),
    hasEndedByItself: () => running !== undefined && !isAlive(running.pid),
    async [Symbol.asyncDispose]() {
      process.off('exit', killNow)
      killNow()
      await kill()
    },
  }
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
