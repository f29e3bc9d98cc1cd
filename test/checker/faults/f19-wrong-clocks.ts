/** One shop and one worker have clocks that are wrong, and that are set while they run. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fakeTimeEnvironment, fakeTimeFault } from '../../support/fake-time.ts'
import type { Fault } from '../fault.ts'
import { strikeAgain } from './strikes.ts'

/**
 * Seconds from the true time. Buyers' tokens are as old as the run: a shop whose clock is behind by
 * more than the leeway takes them for forged, which is right and sells nothing, so it is not here.
 */
const SHOP_CLOCKS = [600, 25, 0, -15]
const WORKER_CLOCKS = [600, -600, 3_600, -3_600, 0]
const WRONG_MS = { min: 1_000, max: 4_000 }

export const wrongClocks = (): Fault => {
  const fault = fakeTimeFault()
  let folder: string | undefined
  const clockOf = (name: string): string => {
    folder ??= temporaryFolder()
    return join(folder, name)
  }
  const set = (name: string, seconds: number) => {
    writeFileSync(clockOf(name), `${seconds < 0 ? '-' : '+'}${Math.abs(seconds)}`)
  }
  const wrong = new Map([
    ['shop 2', SHOP_CLOCKS],
    ['worker 1', WORKER_CLOCKS],
  ])
  return {
    id: 'F19',
    title: 'clocks are wrong',
    seconds: 45,
    stage: {
      environmentOf(name) {
        if (!wrong.has(name) || fault !== undefined) return {}
        set(name, 0)
        return fakeTimeEnvironment(clockOf(name))
      },
    },
    async run(context) {
      if (fault !== undefined) throw new Error(fault)
      const { random } = context
      try {
        await strikeAgain(context, [
          async () => {
            for (const [name, clocks] of wrong) {
              const seconds = clocks[random.integer(0, clocks.length - 1)] as number
              set(name, seconds)
              if (seconds !== 0) context.landed(`${name} is ${seconds} s wrong`)
            }
            await context.pause(random.integer(WRONG_MS.min, WRONG_MS.max))
            context.healed()
          },
        ])
      } finally {
        for (const name of wrong.keys()) set(name, 0)
      }
    },
  }
}

/** Goes away with us: the processes read their clocks until they end. */
function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'box-office-clocks-'))
  process.once('exit', () => {
    rmSync(folder, { recursive: true, force: true })
  })
  return folder
}
