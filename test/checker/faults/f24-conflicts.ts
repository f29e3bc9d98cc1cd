/** Purchases lose against others: errors of lost races by chance, and true deadlocks. */
import {
  deadlocksBroken,
  installStorm,
  makeDeadlock,
  sessionStates,
  setStorm,
  stormAttempts,
} from '../../support/conflict-storm.ts'
import { PURCHASE_CONNECTIONS } from '../../../src/services/ticketing/service.ts'
import type { Fault, FaultContext } from '../fault.ts'
import { strikeAgain } from './strikes.ts'

const STORM_MS = { min: 1_000, max: 4_000 }
const SHARES = [20, 50, 80, 100]
const STORM_SEED = 24

export const conflicts = (): Fault => ({
  id: 'F24',
  title: 'conflicts',
  seconds: 45,
  stage: {
    prepareDatabase: async (db) => {
      await installStorm(db, STORM_SEED)
    },
  },
  async run(context) {
    const { random, stage, pause } = context
    const { db } = stage.database
    try {
      await strikeAgain(context, [
        async () => {
          const before = await stormAttempts(db)
          const percent = SHARES[random.integer(0, SHARES.length - 1)] as number
          await setStorm(db, percent)
          await pause(random.integer(STORM_MS.min, STORM_MS.max))
          await setStorm(db, 0)
          const attempts = (await stormAttempts(db)) - before
          if (attempts > 0) context.landed(`${percent} % of ${attempts} batches failed`)
          context.healed()
        },
        async () => {
          await deadlock(context)
        },
      ])
    } finally {
      await setStorm(db, 0)
    }
    const { idle = 0, active = 0, ...others } = await sessionStates(db)
    const most = PURCHASE_CONNECTIONS * stage.shops.length
    if (
      idle + active > most ||
      Object.keys(others).some((state) => state !== 'idle in transaction')
    ) {
      throw new Error(`purchases have ${idle + active} sessions, not ${most} at most`)
    }
  },
})

async function deadlock(context: FaultContext): Promise<void> {
  const { random, stage, pause } = context
  const { db } = stage.database
  await pause(random.integer(200, 1_000))
  if (context.signal.aborted) return
  const [hottest] = await db.query<{ id: number }>(
    'select event_id as id from orders order by id desc limit 1',
  )
  if (hottest === undefined) return
  const before = await deadlocksBroken(db)
  await makeDeadlock(db, hottest.id)
  // The statistics come a moment later.
  await pause(500)
  if ((await deadlocksBroken(db)) > before) context.landed('a deadlock')
  context.healed()
}
