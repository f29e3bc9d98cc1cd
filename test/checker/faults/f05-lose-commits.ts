/** The answer to a batch is lost after its commit, or the batch before it arrives. */
import { setTimeout as sleep } from 'node:timers/promises'
import {
  type FaultProxy,
  startFaultProxy,
  targetOf,
  urlThrough,
} from '../../support/fault-proxy/proxy.ts'
import type { Fault } from '../fault.ts'
import { strikeAgain } from './strikes.ts'

const ALIVE_MS = { min: 20, max: 500 }
const POLL_MS = 5
/** More often than the call: of what never arrived, nothing can be doubled. */
const ANSWER_SHARE = 0.7

export const loseCommits = (): Fault => {
  let proxy: FaultProxy | undefined
  return {
    id: 'F5',
    title: 'answers to commits are lost',
    stage: {
      async between(database) {
        const opened = await startFaultProxy({
          target: targetOf(database.connection),
          protocol: 'postgres',
        })
        proxy = opened
        return {
          databaseUrl: urlThrough(opened, database.connection),
          async [Symbol.asyncDispose]() {
            await opened[Symbol.asyncDispose]()
          },
        }
      },
    },
    async run(context) {
      const { random, signal } = context
      const between = proxy
      if (between === undefined) throw new Error('nothing stands before the database')
      await strikeAgain(context, [
        async () => {
          await context.pause(random.integer(ALIVE_MS.min, ALIVE_MS.max))
          const losesAnswer = random.next() < ANSWER_SHARE
          const before = between.landed()
          between.lose({ what: losesAnswer ? 'reply' : 'call', of: /place_orders/ })
          while (between.landed() === before && !signal.aborted) await sleep(POLL_MS)
          if (between.landed() === before) return
          context.landed(losesAnswer ? 'lost the answer to a batch' : 'lost a batch')
          context.healed()
        },
      ])
    },
  }
}
