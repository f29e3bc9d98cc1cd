/** Looks at the database four times a second, whenever it can be reached. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Database } from '../../src/platform/postgres.ts'
import { type Numbers, readNumbers } from './snapshots.sql.ts'

const EVERY_MS = 250

export interface Snapshot extends Numbers {
  /** When it had been taken, milliseconds since 1970. */
  at: number
}

export interface Snapshots {
  readonly taken: readonly Snapshot[]
  /** Takes one now. @throws When the database cannot be reached. */
  take: () => Promise<Snapshot>
  stop: () => Promise<void>
}

export function startSnapshots(db: Database): Snapshots {
  const taken: Snapshot[] = []
  const stopping = new AbortController()
  const take = async () => {
    // Asked for in a transaction of its own, so that nothing can make it see two moments.
    const numbers = await db.transaction(async (tx) => {
      await tx.query('set transaction isolation level repeatable read, read only')
      return await readNumbers(tx)
    })
    const snapshot = { at: Date.now(), ...numbers }
    taken.push(snapshot)
    return snapshot
  }
  const looking = (async () => {
    while (!stopping.signal.aborted) {
      const dueAt = performance.now() + EVERY_MS
      // While it is away there is nothing to see; that it comes back is checked elsewhere.
      await take().catch(() => undefined)
      await sleep(Math.max(0, dueAt - performance.now()))
    }
  })()
  return {
    taken,
    take,
    async stop() {
      stopping.abort()
      await looking
    },
  }
}
