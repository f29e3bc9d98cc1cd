/**
 * Processes kill themselves at one point of their work, before or after what they do has become
 * durable, again and again. One run for each point.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { CRASH_POINTS, type CrashPoint } from '../crash-points.ts'
import type { Fault, FaultContext, FaultMaker, ProcessHandle } from '../fault.ts'

const PROGRAM = 'test/checker/shop-with-crash-points'
/** How often the point is passed in each life before it is the end. */
const PASSED_MAX = 5
const POLL_MS = 20
const LAST_DEATHS_MS = 1_000
/** The end of a lease waits for whom it killed. */
const DEATHS = 4
/** Seldom passed points are waited for so long. */
const SECONDS = 90
/** Two shops that die together are both away until one has started again. */
const EXPIRY_SECONDS = 60

export const crashPoints: readonly FaultMaker[] = CRASH_POINTS.map(
  (point, n) => () => crashAt(point, `F2.${n + 1}`),
)

export function crashAt(point: CrashPoint, id: string): Fault {
  let folder: string | undefined
  const file = () => join((folder ??= mkdtempSync(join(tmpdir(), 'box-office-crash-'))), 'order')
  return {
    id,
    title: `killed ${point}`,
    stage: {
      workers: 2,
      program: PROGRAM,
      environmentOf: () => ({ CRASH_FILE: file() }),
    },
    seconds: SECONDS,
    strikes: DEATHS,
    concessions: { mailsMayRepeat: true, expirySeconds: EXPIRY_SECONDS },
    async run(context) {
      const after = context.random.integer(0, PASSED_MAX)
      writeFileSync(file(), JSON.stringify({ point, after }))
      let deaths = 0
      try {
        const most = context.strikes ?? Number.POSITIVE_INFINITY
        while (!context.signal.aborted && deaths < most) {
          deaths += await reviveDead(context, point)
          await sleep(POLL_MS)
        }
      } finally {
        rmSync(folder ?? '', { recursive: true, force: true })
        // Whoever died a moment before it was gone is seen to be dead by then.
        await sleep(LAST_DEATHS_MS)
        await reviveDead(context, point)
      }
    },
  }
}

/** @returns How many had died. */
async function reviveDead(context: FaultContext, point: CrashPoint): Promise<number> {
  const { shops, workers } = context.stage
  const dead = [...shops, ...workers].filter((each) => !each.isAlive())
  await Promise.all(
    dead.map(async (victim: ProcessHandle) => {
      context.landed(`${victim.name} died ${point}`)
      await victim.kill()
      await victim.start()
      context.healed(shops.includes(victim) ? victim : undefined)
    }),
  )
  return dead.length
}
