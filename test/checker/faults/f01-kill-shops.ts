/** Processes of the API die without warning; the other goes on, and they come back. */
import type { Fault, FaultContext, ProcessHandle } from '../fault.ts'

const ALIVE_MS = { min: 50, max: 700 }
const DEAD_MS_MAX = 250
/** Now and then all of them at once. */
const ALL_SHARE = 0.15

export const killShops = (): Fault => ({
  id: 'F1',
  title: 'the API is killed',
  seconds: 60,
  async run(context) {
    let strikes = 0
    while (!context.signal.aborted && strikes < (context.strikes ?? Number.POSITIVE_INFINITY)) {
      strikes += await killSomeShops(context)
      await context.nextSale()
    }
  },
})

/** Kills one shop or all, starts them again. @returns How many were killed. */
export async function killSomeShops(context: FaultContext): Promise<number> {
  const { random, stage, pause } = context
  await pause(random.integer(ALIVE_MS.min, ALIVE_MS.max))
  const one = stage.shops[random.integer(0, stage.shops.length - 1)] as ProcessHandle
  const victims = random.next() < ALL_SHARE ? stage.shops : [one]
  const deadMs = random.integer(0, DEAD_MS_MAX)
  await Promise.all(
    victims.map(async (victim) => {
      await victim.kill()
      context.landed(`killed ${victim.name}`)
    }),
  )
  await pause(deadMs)
  await Promise.all(
    victims.map(async (victim) => {
      await victim.start()
      context.healed(victim)
    }),
  )
  return victims.length
}
