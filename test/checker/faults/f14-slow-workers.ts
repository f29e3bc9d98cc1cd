/** Workers stand still for long, with whatever they were at in their hands. */
import type { Fault, ProcessHandle } from '../fault.ts'
import { strikeAgain } from './strikes.ts'

const ALIVE_MS = { min: 200, max: 2_000 }
/** Longer than a claim, and sometimes longer than a lease. */
const FROZEN_MS = { min: 2_000, max: 40_000 }
/** So long that its transaction is ended by the server, seldom. */
const LONG_SHARE = 0.2
const SHORT_MS_MAX = 8_000

export const slowWorkers = (): Fault => ({
  id: 'F14',
  title: 'workers stand still',
  stage: { workers: 2 },
  seconds: 60,
  // A mail may have left before its worker stood still, and its job is done again by the other.
  concessions: { mailsMayRepeat: true },
  async run(context) {
    const { random, stage, signal } = context
    await strikeAgain(context, [
      async () => {
        const worker = stage.workers[random.integer(0, stage.workers.length - 1)] as ProcessHandle
        const alive = random.integer(ALIVE_MS.min, ALIVE_MS.max)
        const most = random.next() < LONG_SHARE ? FROZEN_MS.max : SHORT_MS_MAX
        const frozen = random.integer(FROZEN_MS.min, most)
        await context.pause(alive)
        if (signal.aborted) return
        worker.freeze()
        context.landed(`froze ${worker.name}`)
        // Nobody who buys has to notice.
        context.healed()
        await context.pause(frozen)
        worker.thaw()
        context.healed()
      },
    ])
  },
})
