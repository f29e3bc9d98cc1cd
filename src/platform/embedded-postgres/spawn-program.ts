import type { ChildProcess, SpawnOptions } from 'node:child_process'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { explainSpawnError } from './failure.ts'
import type { Launcher } from './launcher.ts'

/** Resolves when the program runs; a StartupError when it cannot even begin. */
export async function spawnProgram(
  { file, args, options }: ReturnType<Launcher>,
  moreOptions: SpawnOptions,
): Promise<ChildProcess> {
  try {
    // Some faults are thrown at once, others come as an event. The caller's folder may be one that
    // the program's user must not enter, or that is to be unmounted later.
    const child = spawn(file, args, { ...options, cwd: '/', ...moreOptions })
    await once(child, 'spawn')
    return child
  } catch (error) {
    throw explainSpawnError(error, file)
  }
}
