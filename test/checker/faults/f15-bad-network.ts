/** The network between the shops and PostgreSQL is slow, starved, cut, silent or stalled. */
import {
  type FaultProxy,
  startFaultProxy,
  targetOf,
  urlThrough,
} from '../../support/fault-proxy/proxy.ts'
import { killSockets, killSocketsFault } from '../../support/kill-sockets.ts'
import type { Fault, FaultContext } from '../fault.ts'
import { AWAY_SECONDS } from './f01-kill-shops.ts'
import { strikeAgain } from './strikes.ts'

/** Bytes per second of a line of 64 kbit/s. */
const SLOW_LINE = 8_000
/** Silence is the worst and takes the longest; the others come more often. */
const WEIGHTS = [3, 2, 3, 3, 2, 2]
const SILENT_MS = { min: 8_000, max: 30_000 }

interface Weather {
  name: string
  strike: (proxy: FaultProxy, context: FaultContext) => Promise<void>
}

const WEATHERS: readonly Weather[] = [
  {
    name: '50 to 500 ms with jitter',
    async strike(proxy, { random, pause }) {
      const delayMs = random.integer(50, 250)
      proxy.set({ delayMs, jitterMs: delayMs })
      await pause(random.integer(2_000, 5_000))
    },
  },
  {
    name: '64 kbit/s',
    async strike(proxy, { random, pause }) {
      proxy.set({ bytesPerSecond: SLOW_LINE })
      await pause(random.integer(2_000, 5_000))
    },
  },
  {
    name: 'resets by chance',
    async strike(proxy, { random, pause }) {
      proxy.set({ resetRate: 0.01, delayMs: random.integer(0, 20) })
      await pause(random.integer(2_000, 5_000))
    },
  },
  {
    name: 'cut',
    async strike(proxy, { random }) {
      const at = random.integer(0, 2)
      if (at === 0) proxy.cutAll(random.next() < 0.5 ? 'reset' : 'end')
      else if (at === 1) proxy.halfCloseAll(random.next() < 0.5 ? 'client' : 'server')
      else if ((await killSocketsFault()) === undefined) await killSockets(proxy.port)
      else proxy.cutAll('reset')
    },
  },
  {
    name: 'stalled, and delivered late',
    async strike(proxy, { random, pause }) {
      proxy.set({ flow: 'stalled' })
      await pause(random.integer(500, 5_000))
    },
  },
  {
    name: 'silent',
    async strike(proxy, { random, pause }) {
      proxy.set({ flow: 'swallowed' })
      proxy.silenceAll()
      await pause(random.integer(SILENT_MS.min, SILENT_MS.max))
    },
  },
]

export const badNetwork = (): Fault => {
  let proxy: FaultProxy | undefined
  return {
    id: 'F15',
    title: 'the network to the database is bad',
    seconds: 120,
    // A worker that is cut off after its mail left does not know that it did; and the mails of two
    // minutes in which hardly one went out wait for their turn.
    concessions: { mailsMayRepeat: true, expirySeconds: AWAY_SECONDS, restSeconds: 180 },
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
      const { random } = context
      const between = proxy
      if (between === undefined) throw new Error('nothing stands before the database')
      await strikeAgain(context, [
        async () => {
          const weather = WEATHERS[random.weighted(WEIGHTS)] as Weather
          await context.pause(random.integer(100, 1_500))
          if (context.signal.aborted) return
          try {
            await weather.strike(between, context)
          } finally {
            between.heal()
          }
          context.landed(weather.name)
          context.healed()
        },
      ])
    },
  }
}
