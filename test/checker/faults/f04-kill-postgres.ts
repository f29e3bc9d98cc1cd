/** PostgreSQL dies: all of it, or one session, which takes the others with it. */
import type { Random } from '../../../bench/onsale/random.ts'
import type { DatabaseHandle, Fault, FaultContext } from '../fault.ts'
import { AWAY_SECONDS } from './f01-kill-shops.ts'
import { strikeAgain } from './strikes.ts'

const ALIVE_MS = { min: 50, max: 1_500 }

/** What is done to the database; each resolves when it takes connections again. */
const BLOWS: readonly { name: string; strike: (database: DatabaseHandle) => Promise<void> }[] = [
  {
    name: 'killed PostgreSQL',
    strike: async (database) => {
      await database.endPostmaster('SIGKILL')
    },
  },
  {
    name: 'stopped PostgreSQL at once',
    strike: async (database) => {
      await database.endPostmaster('SIGQUIT')
    },
  },
  {
    // PostgreSQL cannot know what a killed session has done to the shared memory: it ends them all.
    name: 'killed a session of the purchases',
    strike: async (database) => {
      const [pid] = await database.sessions('purchases')
      if (pid === undefined) throw new Error('there is no session to kill')
      process.kill(pid, 'SIGKILL')
      await untilGone(database, pid)
    },
  },
  {
    name: 'ended all sessions',
    strike: async (database) => {
      const pids = await database.sessions()
      await database.db.query('select pg_terminate_backend(pid) from unnest($1::integer[]) pid', [
        pids,
      ])
    },
  },
]

export const killPostgres = (): Fault => ({
  id: 'F4',
  title: 'PostgreSQL is killed',
  seconds: 60,
  // A job that a crash forgets is done again.
  concessions: { mailsMayRepeat: true, expirySeconds: AWAY_SECONDS },
  async run(context) {
    await strikeAgain(context, [postgresKiller(context, context.random, BLOWS)])
  },
})

/** A lane that strikes at PostgreSQL; the blows are drawn. */
export function postgresKiller(
  context: FaultContext,
  random: Random,
  blows: typeof BLOWS = BLOWS.slice(0, 1),
): () => Promise<void> {
  return async () => {
    const alive = random.integer(ALIVE_MS.min, ALIVE_MS.max)
    const blow = blows[random.integer(0, blows.length - 1)] as (typeof BLOWS)[number]
    await context.pause(alive)
    if (context.signal.aborted) return
    await blow.strike(context.stage.database)
    context.landed(blow.name)
    context.healed()
  }
}

async function untilGone(database: DatabaseHandle, pid: number): Promise<void> {
  for (;;) {
    const sessions = await database.sessions().catch(() => [pid])
    if (!sessions.includes(pid)) return
  }
}
