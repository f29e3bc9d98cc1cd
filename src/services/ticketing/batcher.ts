/**
 * Gathers requests that arrive while an earlier batch is on its way and sends them together: one
 * batch at a time per lane, at most one request of a user in it, and no timer. A lone request
 * leaves at once; under load a batch grows by itself to what arrived meanwhile, so the price of a
 * lock and a disk flush is shared by all of them. The idea is group commit, one level up.
 */
import { AppError } from '../../kernel/errors.ts'
import { createPace } from './pace.ts'
import { tellInSlices } from './tell-in-slices.ts'

export interface BatcherLimits {
  /** The most requests in one batch. */
  batchMax: number
  /** The most requests that wait, over all lanes; more are shed. */
  waitingMax: number
  /** So many may wait in any case: a moment's pause is no rush. */
  waitingMin: number
  /** Beyond them, no more may be inside than are answered within this time at the present pace, in milliseconds. */
  waitTargetMs: number
  /** The most requests of one user that wait in one lane. */
  waitingPerUserMax: number
  /** How long a request may wait before it is shed unsent, in milliseconds. */
  waitMaxMs: number
  /** The most batches on their way, over all lanes. */
  batchesMax: number
}

/** What became of one request: its answer, or why there is none. */
export type Outcome<Answer> = { answer: Answer } | { error: unknown }

/** Sends a batch. Gives one outcome for each request, in order; when it throws, all failed so. */
export type SendBatch<Request, Answer> = (
  lane: number,
  requests: Request[],
) => Promise<Outcome<Answer>[]>

interface Entry<Request, Answer> {
  request: Request
  arrivedAt: number
  resolve: (answer: Answer) => void
  reject: (error: unknown) => void
}

/** Tells one request of a batch what became of it, by its place there. */
type Answering<Request, Answer> = (entry: Entry<Request, Answer>, place: number) => void

interface Lane<Request, Answer> {
  id: number
  /** Requests that may go into the next batch: one for each user. */
  ready: Entry<Request, Answer>[]
  /** Later requests of users who have one ready or on its way. */
  behind: Map<number, Entry<Request, Answer>[]>
  users: Set<number>
  /** In the queue of lanes, or with a batch on its way. */
  scheduled: boolean
  /** Tells whoever of the last batch is not told yet. */
  tellRest: () => void
}

/** So many do not wait until all sockets were read: of thousands, that can take seconds. */
const READY_MAX = 256
/** How often a lane is looked at whose batch does not come back. */
const SWEEP_MS = 1_000

const nothing = () => undefined

export class Batcher<Request extends { userId: number }, Answer> {
  readonly #send: SendBatch<Request, Answer>
  readonly #limits: BatcherLimits
  readonly #lanes = new Map<number, Lane<Request, Answer>>()
  readonly #queue: Lane<Request, Answer>[] = []
  readonly #pace = createPace()
  #batches = 0
  /** Batches that came back and wait for their answers to be told. */
  #unanswered = 0
  #waiting = 0
  /** Those who wait, are on their way, or are to be told. */
  #inside = 0
  #whenIdle: (() => void)[] = []
  #sweep: NodeJS.Timeout | undefined

  constructor(send: SendBatch<Request, Answer>, limits: BatcherLimits) {
    this.#send = send
    this.#limits = limits
  }

  /** How many requests wait for a batch. */
  get waiting(): number {
    return this.#waiting
  }

  /**
   * How long a request that comes now would take, as far as the last batches tell. Those who are inside
   * now are answered or shed by then at the latest.
   */
  get expectedMs(): number {
    return Math.min(this.#inside * this.#pace.msPerRequest, this.#limits.waitMaxMs)
  }

  /**
   * @param coming How many more are on their way here.
   * @returns Whether a request behind them would be shed.
   */
  isFullWith(coming: number): boolean {
    const waiting = this.#waiting + coming
    const expectedMs = (this.#inside + coming) * this.#pace.msPerRequest
    return (
      waiting >= this.#limits.waitingMax ||
      (waiting >= this.#limits.waitingMin && expectedMs > this.#limits.waitTargetMs)
    )
  }

  /** Whether anything waits or is on its way. */
  get isBusy(): boolean {
    return this.#waiting > 0 || this.#batches > 0 || this.#unanswered > 0
  }

  /**
   * @param laneId What must not run side by side: the event.
   * @returns The answer to this request.
   * @throws AppError `unavailable` when too many wait, `rate_limited` when too many of this user do.
   */
  async submit(laneId: number, request: Request): Promise<Answer> {
    if (this.isFullWith(0)) {
      throw new AppError('unavailable', { retryAfterSeconds: this.expectedMs / 1000 })
    }
    const lane = this.#laneOf(laneId)
    return await new Promise<Answer>((resolve, reject) => {
      const entry = { request, arrivedAt: performance.now(), resolve, reject }
      if (lane.users.has(request.userId)) {
        const behind = lane.behind.get(request.userId) ?? []
        if (behind.length >= this.#limits.waitingPerUserMax) {
          reject(
            new AppError('rate_limited', {
              detail: 'Too many of your requests for this event are waiting.',
              retryAfterSeconds: 1,
            }),
          )
          return
        }
        behind.push(entry)
        lane.behind.set(request.userId, behind)
      } else {
        lane.users.add(request.userId)
        lane.ready.push(entry)
      }
      this.#waiting += 1
      this.#inside += 1
      this.#schedule(lane)
      if (lane.ready.length >= READY_MAX) this.#dispatch()
      this.#sweep ??= setInterval(() => {
        this.#shedAllOverdue()
      }, SWEEP_MS)
    })
  }

  /** Waits until nothing waits and nothing is on its way. */
  async drain(): Promise<void> {
    if (!this.isBusy) return
    await new Promise<void>((resolve) => {
      this.#whenIdle.push(resolve)
    })
  }

  #laneOf(id: number): Lane<Request, Answer> {
    let lane = this.#lanes.get(id)
    if (lane === undefined) {
      lane = {
        id,
        ready: [],
        behind: new Map(),
        users: new Set(),
        scheduled: false,
        tellRest: nothing,
      }
      this.#lanes.set(id, lane)
    }
    return lane
  }

  #schedule(lane: Lane<Request, Answer>): void {
    if (lane.scheduled) return
    lane.scheduled = true
    this.#queue.push(lane)
    // After all sockets that are readable now were read, not after a time.
    setImmediate(() => {
      this.#dispatch()
    })
  }

  #dispatch(): void {
    while (this.#batches < this.#limits.batchesMax) {
      const lane = this.#queue.shift()
      if (lane === undefined) return
      this.#batches += 1
      void this.#sendFrom(lane)
    }
  }

  async #sendFrom(lane: Lane<Request, Answer>): Promise<void> {
    this.#shedOverdue(lane)
    const batch = lane.ready.splice(0, this.#limits.batchMax)
    this.#waiting -= batch.length
    // Who waits for a batch of another event that stands still says nothing of the pace of this one.
    this.#pace.left(batch.length, lane.ready.length > 0 || this.#queue.length > 0)
    const sentAt = performance.now()
    let answer: Answering<Request, Answer> = nothing
    if (batch.length > 0) {
      try {
        const outcomes = await this.#send(
          lane.id,
          batch.map((entry) => entry.request),
        )
        answer = (entry, place) => {
          const outcome = outcomes[place]
          if (outcome !== undefined && 'answer' in outcome) entry.resolve(outcome.answer)
          else entry.reject(outcome?.error ?? new Error('a batch left a request unanswered'))
        }
      } catch (error) {
        answer = (entry) => {
          entry.reject(error)
        }
      }
      this.#pace.cameBack(batch.length, performance.now() - sentAt)
      for (const entry of batch) this.#admitNext(lane, entry.request.userId)
    }
    this.#batches -= 1
    this.#unanswered += 1
    lane.scheduled = false
    if (lane.ready.length > 0) this.#schedule(lane)
    else if (lane.users.size === 0) this.#lanes.delete(lane.id)
    this.#dispatch()
    // The next batch is on its way by then, so the database works while these are answered.
    lane.tellRest()
    lane.tellRest = tellInSlices(batch.length, (from, to) => {
      this.#inside -= to - from
      for (let place = from; place < to; place += 1) {
        const entry = batch[place]
        if (entry !== undefined) answer(entry, place)
      }
      if (to < batch.length) return
      this.#unanswered -= 1
      if (!this.isBusy) for (const tell of this.#whenIdle.splice(0)) tell()
    })
  }

  #shedAllOverdue(): void {
    for (const lane of this.#lanes.values()) this.#shedOverdue(lane)
    if (this.#waiting > 0) return
    clearInterval(this.#sweep)
    this.#sweep = undefined
  }

  /** Nothing was done for these, and their clients have waited long enough. */
  #shedOverdue(lane: Lane<Request, Answer>): void {
    const oldest = performance.now() - this.#limits.waitMaxMs
    const shed = (entry: Entry<Request, Answer>): boolean => {
      if (entry.arrivedAt >= oldest) return false
      this.#waiting -= 1
      this.#inside -= 1
      entry.reject(new AppError('unavailable', { retryAfterSeconds: 2 }))
      return true
    }
    for (const behind of lane.behind.values()) {
      while (behind[0] !== undefined && shed(behind[0])) behind.shift()
    }
    const kept: Entry<Request, Answer>[] = []
    const overdue: Entry<Request, Answer>[] = []
    for (const entry of lane.ready) (shed(entry) ? overdue : kept).push(entry)
    lane.ready = kept
    for (const entry of overdue) this.#admitNext(lane, entry.request.userId)
  }

  /** A user's request is decided, so the next one of the same user may come. */
  #admitNext(lane: Lane<Request, Answer>, userId: number): void {
    const behind = lane.behind.get(userId)
    const next = behind?.shift()
    if (next === undefined) {
      lane.users.delete(userId)
      lane.behind.delete(userId)
    } else {
      lane.ready.push(next)
    }
  }
}
