/** Looks at the database four times a second, whenever it can be reached. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Database } from '../../src/platform/postgres.ts'
import { type Numbers, readNumbers, readStates } from './snapshots.sql.ts'

const EVERY_MS = 250

export interface Snapshot extends Numbers {
  /** When it had been taken, milliseconds since 1970. */
  at: number
}

/** What an order was in one snapshot and was no longer in the next; see `readStates`. */
export interface Edge {
  orderId: number
  /** Undefined when it is new. */
  from: string | undefined
  /** Undefined when it is gone. */
  to: string | undefined
}

export interface Snapshots {
  readonly taken: readonly Snapshot[]
  readonly edges: readonly Edge[]
  /** Takes one now. @throws When the database cannot be reached. */
  take: () => Promise<Snapshot>
  stop: () => Promise<void>
}

/** Whether everything that was begun has come to its end. */
export const isAtRest = (numbers: Numbers): boolean =>
  numbers.messagesLeft + numbers.inboxLeft + numbers.refundsLeft === 0 &&
  numbers.paymentsLeft + numbers.holdsLeft === 0

export function startSnapshots(db: Database): Snapshots {
  const taken: Snapshot[] = []
  const edges: Edge[] = []
  const stopping = new AbortController()
  let states: ReadonlyMap<number, string> = new Map()
  const takeOne = async () => {
    // Asked for in a transaction of its own, so that nothing can make it see two moments.
    const seen = await db.transaction(async (tx) => {
      await tx.query('set transaction isolation level repeatable read, read only')
      return { numbers: await readNumbers(tx), states: await readStates(tx) }
    })
    edges.push(...edgesBetween(states, seen.states))
    states = seen.states
    const snapshot = { at: Date.now(), ...seen.numbers }
    taken.push(snapshot)
    return snapshot
  }
  // One after the other, so that they are in order.
  let last: Promise<unknown> = Promise.resolve()
  const take = async () => {
    const next = last.then(takeOne)
    last = next.catch(() => undefined)
    return await next
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
    edges,
    take,
    async stop() {
      stopping.abort()
      await looking
    },
  }
}

function edgesBetween(
  before: ReadonlyMap<number, string>,
  after: ReadonlyMap<number, string>,
): Edge[] {
  const edges: Edge[] = []
  for (const [orderId, to] of after) {
    const from = before.get(orderId)
    if (from !== to) edges.push({ orderId, from, to })
  }
  for (const [orderId, from] of before) {
    if (!after.has(orderId)) edges.push({ orderId, from, to: undefined })
  }
  return edges
}
