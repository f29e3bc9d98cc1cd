/** A process of the API stands still in the middle of its work, and goes on long after. */
import type { Fault, ProcessHandle } from '../fault.ts'
import { AWAY_SECONDS } from './f01-kill-shops.ts'
import { strikeAgain } from './strikes.ts'

const ALIVE_MS = { min: 100, max: 1_500 }
const FROZEN_MS = { min: 500, max: 30_000 }
/** Most freezes are short, so that there are many. */
const LONG_SHARE = 0.25
const SHORT_MS_MAX = 4_000

export const freezeShops = (): Fault => ({
  id: 'F20',
  title: 'the API stands still',
  seconds: 75,
  concessions: { requestsMayHang: true, expirySeconds: AWAY_SECONDS },
  async run(context) {
    const { random, stage, signal } = context
    await strikeAgain(context, [
      async () => {
        const shop = stage.shops[random.integer(0, stage.shops.length - 1)] as ProcessHandle
        const alive = random.integer(ALIVE_MS.min, ALIVE_MS.max)
        const most = random.next() < LONG_SHARE ? FROZEN_MS.max : SHORT_MS_MAX
        const frozen = random.integer(FROZEN_MS.min, most)
        await context.pause(alive)
        if (signal.aborted) return
        shop.freeze()
        context.landed(`froze ${shop.name}`)
        // The other one goes on meanwhile.
        context.healed(stage.shops.find((other) => other !== shop))
        await context.pause(frozen)
        shop.thaw()
        context.healed(shop)
      },
    ])
  },
})
