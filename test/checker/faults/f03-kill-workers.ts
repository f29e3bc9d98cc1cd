/** Workers die in the middle of relaying, of a job, of a mail. */
import type { Random } from '../../../bench/onsale/random.ts'
import type { Fault } from '../fault.ts'
import { killOnce } from './f01-kill-shops.ts'
import { splitRandom, strikeAgain } from './strikes.ts'

export const killWorkers = (): Fault => ({
  id: 'F3',
  title: 'workers are killed',
  stage: { workers: 2 },
  // The mail server does not take part in our commit.
  concessions: { mailsMayRepeat: true },
  async run(context) {
    const { workers } = context.stage
    const chances = splitRandom(context.random, workers.length)
    await strikeAgain(
      context,
      workers.map((worker, n) => async () => {
        await killOnce(context, worker, chances[n] as Random)
        context.healed()
      }),
    )
  },
})
