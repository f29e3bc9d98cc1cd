/** The API and PostgreSQL are killed in turn, as chance has it, in one long sale. */
import type { Fault } from '../fault.ts'
import { killSomeShops } from './f01-kill-shops.ts'

const POSTGRES_SHARE = 0.4
const ALIVE_MS = { min: 50, max: 700 }

export const mixedKills = (): Fault => ({
  id: 'KILLS',
  title: 'API and PostgreSQL are killed',
  seconds: 60,
  concessions: { mailsMayRepeat: true },
  async run(context) {
    const { random, stage, signal } = context
    let strikes = 0
    while (!signal.aborted && strikes < (context.strikes ?? Number.POSITIVE_INFINITY)) {
      if (random.next() < POSTGRES_SHARE) {
        await context.pause(random.integer(ALIVE_MS.min, ALIVE_MS.max))
        await stage.database.endPostmaster('SIGKILL')
        context.landed('killed PostgreSQL')
        context.healed()
        strikes += 1
      } else strikes += await killSomeShops(context)
      await context.nextSale()
    }
  },
})
