/** Processes of the API and PostgreSQL are killed, alone and together, in one long sale. */
import type { Random } from '../../../bench/onsale/random.ts'
import type { Fault, ProcessHandle } from '../fault.ts'
import { AWAY_SECONDS, killOnce } from './f01-kill-shops.ts'
import { postgresKiller } from './f04-kill-postgres.ts'
import { splitRandom } from './strikes.ts'

/** Who dies in a round, and how often that is drawn. */
const ROUNDS = [
  { shops: 1, postgres: false, weight: 4 },
  { shops: 0, postgres: true, weight: 4 },
  { shops: 2, postgres: false, weight: 1 },
  { shops: 1, postgres: true, weight: 1 },
  { shops: 2, postgres: true, weight: 1 },
] as const

export const mixedKills = (): Fault => ({
  id: 'F1+F4',
  title: 'API and PostgreSQL are killed',
  concessions: { mailsMayRepeat: true, expirySeconds: AWAY_SECONDS },
  async run(context) {
    const { random, signal, stage } = context
    const [chance, ...chances] = splitRandom(random, 1 + stage.shops.length) as [
      Random,
      ...Random[],
    ]
    const killPostgres = postgresKiller(context, chance)
    const kill = async (shop: ProcessHandle) => {
      await killOnce(context, shop, chances[stage.shops.indexOf(shop)] as Random)
      context.healed(shop)
    }
    let left = context.strikes ?? Number.POSITIVE_INFINITY
    while (!signal.aborted && left > 0) {
      const round = ROUNDS[random.weighted(ROUNDS.map((each) => each.weight))] ?? ROUNDS[0]
      const first = random.integer(0, stage.shops.length - 1)
      const order = [...stage.shops.slice(first), ...stage.shops.slice(0, first)]
      const blows = [
        ...(round.postgres ? [killPostgres] : []),
        ...order.slice(0, round.shops).map((shop) => async () => {
          await kill(shop)
        }),
      ].slice(0, left)
      left -= blows.length
      await Promise.all(blows.map(async (blow) => await blow()))
      await context.nextSale()
    }
  },
})
