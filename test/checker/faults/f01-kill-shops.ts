/** Processes of the API die without warning; the others go on, and they come back. */
import type { Random } from '../../../bench/onsale/random.ts'
import type { Fault, FaultContext, ProcessHandle } from '../fault.ts'
import { splitRandom, strikeAgain } from './strikes.ts'

const ALIVE_MS = { min: 50, max: 1_000 }
const DEAD_MS_MAX = 250
/**
 * How long holds may outlive their end where all that give them back may be away, or the database from
 * them: as long as it takes to come back, also on a small machine.
 */
export const AWAY_SECONDS = 60

export const killShops = (): Fault => ({
  id: 'F1',
  title: 'the API is killed',
  // Two copies run beside one another: each mail is sent once all the same.
  stage: { workers: 2 },
  seconds: 400,
  // Nobody gives a hold back while there is nobody.
  concessions: { expirySeconds: AWAY_SECONDS },
  strikes: 30,
  async run(context) {
    await strikeAgain(context, shopKillers(context))
  },
})

/** One lane for each shop, so that now and then all of them are dead at once. */
function shopKillers(context: FaultContext): (() => Promise<void>)[] {
  const { shops } = context.stage
  const chances = splitRandom(context.random, shops.length)
  return shops.map((shop, n) => async () => {
    await killOnce(context, shop, chances[n] as Random)
    context.healed(shop)
  })
}

/** Kills a process at some instant, and starts it again. */
export async function killOnce(
  context: FaultContext,
  victim: ProcessHandle,
  random: Random,
): Promise<void> {
  const [alive, dead] = [random.integer(ALIVE_MS.min, ALIVE_MS.max), random.integer(0, DEAD_MS_MAX)]
  await context.pause(alive)
  if (context.signal.aborted) return
  await victim.kill()
  context.landed(`killed ${victim.name}`)
  await context.pause(dead)
  await victim.start()
}
