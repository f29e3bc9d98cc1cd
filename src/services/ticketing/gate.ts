/**
 * The gate in front of the purchase path: it answers "sold out" from memory, so that the crowd
 * that comes too late never reaches PostgreSQL. It only ever refuses what the database has said is
 * gone; when it does not know, it lets the request through and the database decides.
 */
import { LRUCache } from 'lru-cache'
import { type Clock, steadyClock } from '../../kernel/clock.ts'

/** What PostgreSQL last said about an event. */
export interface Stock {
  remaining: number
  byType: ReadonlyMap<number, number>
  /** Why the event does not sell at all, when it does not. */
  closed?: string | undefined
}

export interface GateRequest {
  eventId: number
  ticketTypeId: number | undefined
  quantity: number
}

export type GateAnswer =
  { admitted: true; pass: Pass } | { admitted: false; closed: string | undefined }

/** Held by a request from the gate until it is decided. */
export interface Pass {
  readonly request: GateRequest
  /** False for a request let through only because stock could still come back. */
  readonly decrements: boolean
}

/** In-process now; one over Redis will stand behind the same words. */
export interface Gate {
  enter: (request: GateRequest) => Promise<GateAnswer>
  /** The request was decided or failed; each pass leaves once. */
  leave: (pass: Pass) => void
  /**
   * Takes over what the database said; readings asked for earlier no longer count. Undefined makes
   * it know nothing, so that the database decides.
   */
  heal: (eventId: number, stock: Stock | undefined) => void
}

interface EventGate {
  stock: Stock | undefined
  readAt: number
  /** Rises with each healing, so that a slow reading does not overwrite a newer one. */
  epoch: number
  reading: Promise<void> | undefined
  /** Tickets of admitted requests that are not decided yet: they may still come back. */
  undecided: number
  undecidedByType: Map<number, number>
}

/** Zero is not believed for longer: holds expire and capacity grows. */
const ZERO_BELIEVED_MS = 250
const EVENTS_MAX = 10_000

/** @param readStock Asks PostgreSQL; undefined when there is no such event. */
export function createInProcessGate(
  readStock: (eventId: number) => Promise<Stock | undefined>,
  clock: Clock = steadyClock,
): Gate {
  const events = new LRUCache<number, EventGate>({ max: EVENTS_MAX })

  const stateOf = (eventId: number): EventGate => {
    let state = events.get(eventId)
    if (state === undefined) {
      state = {
        stock: undefined,
        readAt: 0,
        epoch: 0,
        reading: undefined,
        undecided: 0,
        undecidedByType: new Map(),
      }
      events.set(eventId, state)
    }
    return state
  }

  const heal = (eventId: number, stock: Stock | undefined): void => {
    const state = stateOf(eventId)
    state.stock = stock
    state.readAt = clock()
    state.epoch += 1
  }

  /** One reading at a time, however many wait for it. */
  const readAgain = async (eventId: number, state: EventGate): Promise<void> => {
    const epoch = state.epoch
    state.reading ??= readStock(eventId)
      .then((stock) => {
        if (state.epoch === epoch) heal(eventId, stock)
      })
      .finally(() => {
        state.reading = undefined
      })
    await state.reading
  }

  const admit = (state: EventGate, request: GateRequest, decrements: boolean): GateAnswer => {
    if (decrements) count(state, request, request.quantity)
    return { admitted: true, pass: { request, decrements } }
  }

  return {
    heal,

    async enter(request) {
      const state = stateOf(request.eventId)
      if (mayHave(state, request)) return admit(state, request, true)
      // Others before this one may yet fail, and then there is room: let the database say.
      if (state.undecided > 0) return admit(state, request, false)

      if (left(state, request, 0) <= 0 && clock() - state.readAt >= ZERO_BELIEVED_MS) {
        await readAgain(request.eventId, state)
      }
      if (mayHave(state, request)) return admit(state, request, true)
      // With some left, too few is only one of the reasons there may be: the database has them all.
      if (left(state, request, 0) > 0) return admit(state, request, false)
      return { admitted: false, closed: state.stock?.closed }
    },

    leave(pass) {
      if (!pass.decrements) return
      const state = events.get(pass.request.eventId)
      if (state !== undefined) count(state, pass.request, -pass.request.quantity)
    },
  }
}

function count(state: EventGate, request: GateRequest, quantity: number): void {
  // An event that was forgotten meanwhile begins again at nothing.
  state.undecided = Math.max(0, state.undecided + quantity)
  if (request.ticketTypeId === undefined) return
  const ofType = state.undecidedByType.get(request.ticketTypeId) ?? 0
  state.undecidedByType.set(request.ticketTypeId, Math.max(0, ofType + quantity))
}

/** Whether there is enough for this request beside those that are undecided, as far as is known. */
const mayHave = (state: EventGate, request: GateRequest): boolean =>
  request.quantity <= left(state, request, 1)

/**
 * How many this request could have: of the event, and of the type when it names one.
 * @param undecidedCount 1 leaves out what undecided requests may take, 0 counts it in.
 */
function left(state: EventGate, request: GateRequest, undecidedCount: 0 | 1): number {
  const { stock } = state
  if (stock === undefined) return Number.POSITIVE_INFINITY
  const ofEvent = stock.remaining - undecidedCount * state.undecided
  if (request.ticketTypeId === undefined) return ofEvent
  const ofType = stock.byType.get(request.ticketTypeId)
  // A type it has never heard of is for the database to refuse.
  if (ofType === undefined) return ofEvent
  const undecided = state.undecidedByType.get(request.ticketTypeId) ?? 0
  return Math.min(ofEvent, ofType - undecidedCount * undecided)
}
