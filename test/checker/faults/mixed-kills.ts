/** Every process of the API and PostgreSQL are killed beside one another, in one long sale. */
import type { Random } from '../../../bench/onsale/random.ts'
import type { Fault } from '../fault.ts'
import { shopKillers } from './f01-kill-shops.ts'
import { postgresKiller } from './f04-kill-postgres.ts'
import { splitRandom, strikeAgain } from './strikes.ts'

export const mixedKills = (): Fault => ({
  id: 'F1+F4',
  title: 'API and PostgreSQL are killed',
  concessions: { mailsMayRepeat: true },
  async run(context) {
    const [random] = splitRandom(context.random, 1) as [Random]
    await strikeAgain(context, [...shopKillers(context), postgresKiller(context, random)])
  },
})
