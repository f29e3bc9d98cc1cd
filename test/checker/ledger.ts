/**
 * What the clients asked and what they were told, written down on their side: one JSON object a
 * line. That something is asked is on the disk before it is sent, so that nothing can be in the
 * shop's books that is not here; several that wait share one flush.
 */
import { createHash } from 'node:crypto'
import { type FileHandle, open } from 'node:fs/promises'
import type { Outcome } from '../../bench/onsale/ledger.ts'

/** What a buyer wants, however often it is asked for. */
export interface Purchase {
  userId: number
  eventId: number
  quantity: number
  key: string | undefined
  /** Fields that a buyer must not send. */
  tampering: object | undefined
}

/** One request for it. Times are milliseconds since 1970. */
export interface Call {
  id: number
  purchase: Purchase
  shop: string
  invokedAt: number
  completedAt: number | undefined
  /** `unknown` until it is answered, and for good when it never is. */
  outcome: Outcome
  contentType: string | undefined
  retryAfter: string | undefined
  /** Of the body. */
  sha256: string | undefined
}

export interface Answer {
  outcome: Outcome
  contentType: string | undefined
  retryAfter: string | undefined
  body: string
}

/** A look at an order that had been confirmed to its buyer. */
export interface Reading {
  orderId: number
  shop: string
  status: number
  /** Whether it is the order as it was confirmed. */
  isSame: boolean
}

/** A change of an event by its organizer. */
export interface Change {
  eventId: number
  actorId: number
  /** Stands in the event's description, so that its trace can be found. */
  mark: string
  /** Undefined when nobody knows. */
  status: number | undefined
}

export interface Ledger extends AsyncDisposable {
  readonly calls: readonly Call[]
  readonly readings: Reading[]
  readonly changes: readonly Change[]
  /** Resolves when it is on the disk: from then on it may be sent. */
  invoke: (purchase: Purchase, shop: string) => Promise<Call>
  complete: (call: Call, answer: Answer) => void
  invokeChange: (change: Omit<Change, 'status'>) => Promise<Change>
  completeChange: (change: Change, status: number | undefined) => void
}

const RUNNING: Outcome = { kind: 'unknown', why: 'running', status: 0 }

/** @param path Made anew. */
export async function openLedger(path: string): Promise<Ledger> {
  const file = await open(path, 'w')
  const calls: Call[] = []
  const changes: Change[] = []
  const write = createWriter(file)
  return {
    calls,
    readings: [],
    changes,
    async invoke(purchase, shop) {
      const call: Call = {
        id: calls.length + 1,
        purchase,
        shop,
        invokedAt: Date.now(),
        completedAt: undefined,
        outcome: RUNNING,
        contentType: undefined,
        retryAfter: undefined,
        sha256: undefined,
      }
      calls.push(call)
      await write({ type: 'invoke', call: call.id, at: call.invokedAt, shop, ...purchase })
      return call
    },
    complete(call, { outcome, contentType, retryAfter, body }) {
      call.completedAt = Date.now()
      call.outcome = outcome
      call.contentType = contentType
      call.retryAfter = retryAfter
      call.sha256 = createHash('sha256').update(body).digest('hex')
      const { completedAt, sha256 } = call
      void write({ type: typeOf(outcome), call: call.id, at: completedAt, sha256, contentType, ...outcome }) // prettier-ignore
    },
    async invokeChange(asked) {
      const change: Change = { ...asked, status: undefined }
      changes.push(change)
      await write({ type: 'invoke', at: Date.now(), ...asked })
      return change
    },
    completeChange(change, status) {
      change.status = status
      void write({ type: status === 200 ? 'ok' : 'info', at: Date.now(), ...change })
    },
    async [Symbol.asyncDispose]() {
      await write({ type: 'end', at: Date.now() })
      await file.close()
    },
  }
}

function typeOf(outcome: Outcome): 'ok' | 'fail' | 'info' {
  if (outcome.kind === 'placed') return 'ok'
  return outcome.kind === 'refused' ? 'fail' : 'info'
}

/** Lines that come while a flush is on its way go out together with the next. */
function createWriter(file: FileHandle): (line: object) => Promise<void> {
  let waiting: string[] = []
  let next: Promise<void> | undefined
  let last = Promise.resolve()
  const flush = async () => {
    const lines = waiting
    waiting = []
    next = undefined
    await file.write(lines.map((line) => `${line}\n`).join(''))
    await file.datasync()
  }
  return async (line) => {
    waiting.push(JSON.stringify(line))
    next ??= last = last.then(flush)
    await next
  }
}
