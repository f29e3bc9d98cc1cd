/**
 * What the clients asked and what they were told, written down on their side: one JSON object a
 * line. That something is asked is on the disk before it is sent, so that nothing can be in the
 * shop's books that is not here; several that wait share one flush.
 */
import { createHash } from 'node:crypto'
import { type FileHandle, open } from 'node:fs/promises'
import type { Outcome } from '../../bench/onsale/ledger.ts'
import type { SeenOrder } from './seen-order.ts'

/** What a buyer wants, however often it is asked for. */
export interface Purchase {
  userId: number
  eventId: number
  quantity: number
  isHold: boolean
  /** Undefined leaves it to the shop. */
  paymentMethod: string | undefined
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
  /** Of the answer; 0 when there was none. */
  httpStatus: number
  contentType: string | undefined
  retryAfter: string | undefined
  /** Of the body. */
  sha256: string | undefined
}

export interface Answer {
  outcome: Outcome
  httpStatus: number
  contentType: string | undefined
  retryAfter: string | undefined
  body: string
}

/** What is asked about an order, or an event, that there is. */
export interface DeedAsked {
  kind: 'pay' | 'give back' | 'take back' | 'cancel'
  /** 0 when it is about an event. */
  orderId: number
  eventId: number
  /** Who asks. */
  userId: number
  paymentMethod?: string
}

export interface Deed extends DeedAsked {
  shop: string
  invokedAt: number
  completedAt: number | undefined
  /** Of HTTP; 0 while nobody knows. */
  status: number
  /** Why it was not answered: `timeout`, `connection`. */
  why: string | undefined
  /** Of a refusal. */
  code: string | undefined
  contentType: string | undefined
  /** The order as it was shown. */
  order: SeenOrder | undefined
}

/** A look at an order by its buyer. */
export interface Reading {
  orderId: number
  shop: string
  askedAt: number
  answeredAt: number
  status: number
  order: SeenOrder | undefined
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
  readonly deeds: readonly Deed[]
  readonly readings: Reading[]
  readonly changes: readonly Change[]
  /** Resolves when it is on the disk: from then on it may be sent. */
  invoke: (purchase: Purchase, shop: string) => Promise<Call>
  complete: (call: Call, answer: Answer) => void
  invokeDeed: (deed: DeedAsked, shop: string) => Promise<Deed>
  completeDeed: (
    deed: Deed,
    answer: Pick<Deed, 'status' | 'why' | 'code' | 'contentType' | 'order'>,
  ) => void
  invokeChange: (change: Omit<Change, 'status'>) => Promise<Change>
  completeChange: (change: Change, status: number | undefined) => void
}

const RUNNING: Outcome = { kind: 'unknown', why: 'running', status: 0 }

/** @param path Made anew. */
export async function openLedger(path: string): Promise<Ledger> {
  const file = await open(path, 'w')
  const calls: Call[] = []
  const deeds: Deed[] = []
  const changes: Change[] = []
  const write = createWriter(file)
  return {
    calls,
    deeds,
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
        httpStatus: 0,
        contentType: undefined,
        retryAfter: undefined,
        sha256: undefined,
      }
      calls.push(call)
      await write({ type: 'invoke', call: call.id, at: call.invokedAt, shop, ...purchase })
      return call
    },
    complete(call, { body, ...answer }) {
      Object.assign(call, answer)
      call.completedAt = Date.now()
      call.sha256 = createHash('sha256').update(body).digest('hex')
      const { completedAt, sha256, contentType, outcome } = call
      void write({ type: typeOf(outcome), call: call.id, at: completedAt, sha256, contentType, ...outcome }) // prettier-ignore
    },
    async invokeDeed(asked, shop) {
      const deed: Deed = {
        ...asked,
        shop,
        invokedAt: Date.now(),
        completedAt: undefined,
        status: 0,
        why: 'running',
        code: undefined,
        contentType: undefined,
        order: undefined,
      }
      deeds.push(deed)
      await write({ type: 'invoke', deed: deeds.length, ...asked, shop, at: deed.invokedAt })
      return deed
    },
    completeDeed(deed, answer) {
      Object.assign(deed, answer)
      deed.completedAt = Date.now()
      const { status } = deed
      const type = status === 0 || status >= 500 ? 'info' : status < 400 ? 'ok' : 'fail'
      void write({ type, ...deed, at: deed.completedAt })
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
