/** Runs the plan: sends what is due, writes down what comes back, and acts as buyers then act. */
import { type Ask, EARLY_MS } from './crowd.ts'
import { authenticate, stepAfter } from './buyer.ts'
import type { Client } from './client.ts'
import type { Counter } from './figures.ts'
import { type Entry, type Outcome, outcomeOf, record } from './ledger.ts'
import type { HttpAnswer } from './response.ts'
import { type Request, WRONG_REQUESTS, type Wire } from './wire.ts'

export interface RushOptions {
  plan: readonly Ask[]
  /** User ids, by the plan's numbers. */
  buyers: readonly number[]
  client: Client
  wire: Wire
  ledger: Entry[]
  counter: Counter
  /** When the sale opens, as `performance.now()` tells it. */
  opensAt: number
  /** Nothing more is sent; what was sent is waited for. */
  stop: AbortSignal
}

const TICK_MS = 1
const TRIES_MAX = 4
const FIRST_PAUSE_MS = 200
/** Whatever the shop asks for: nobody waits longer. */
const PAUSE_MAX_MS = 5_000

/** Resolves when everything that was sent is answered or given up. */
export async function runRush(options: RushOptions): Promise<void> {
  const { plan, client, ledger, counter, stop } = options
  const later = new Map<Request, number>()
  let nextLater = Infinity
  let next = 0
  let running = 0
  /** Orders that somebody is paying for already: of two answers to a double click, one is acted on. */
  const paying = new Set<number>()

  const now = (): number => performance.now() - options.opensAt

  const sendLater = (request: Request, at: number): void => {
    later.set(request, at)
    nextLater = Math.min(nextLater, at)
  }

  const send = (request: Request, scheduledAt: number): void => {
    const entry = record(ledger, {
      what: request.what,
      userId: options.buyers[request.buyer] ?? 0,
      key: request.key,
      orderId: request.orderId,
      quantity: request.quantity,
      expectedStatus: request.what === 'wrong' ? WRONG_REQUESTS[request.wrong]?.status : undefined,
      scheduledAt,
    })
    running += 1
    counter.asked()
    const end = (outcome: Outcome, answeredAt?: number) => {
      running -= 1
      entry.outcome = outcome
      entry.answeredAt = answeredAt
      counter.ended(entry)
    }
    client.send({
      text: options.wire(request),
      wantsBody: request.what !== 'list' && request.what !== 'event',
      onSent: () => {
        entry.sentAt = now()
      },
      onAnswer: (answer) => {
        const answeredAt = now()
        end(outcomeOf(answer, request.what), answeredAt)
        react(request, entry, answer, answeredAt)
      },
      onLost: (why) => {
        end({ kind: 'unknown', why, status: 0 })
        tryAgain(request, now(), 0)
      },
      onUnsent: () => {
        end({ kind: 'unsent' })
      },
    })
  }

  const react = (request: Request, entry: Entry, answer: HttpAnswer, answeredAt: number): void => {
    if (entry.outcome.kind === 'unknown' || answer.status === 429) {
      tryAgain(request, answeredAt, (answer.retryAfterSeconds ?? 0) * 1000)
      return
    }
    if (request.then !== undefined) {
      const { afterMs, quantity } = request.then
      sendLater({ ...request, quantity, then: undefined }, Math.max(answeredAt, 0) + afterMs)
    }
    goOn(request, entry.outcome, answeredAt)
  }

  /** What the buyer of a hold does now. */
  const goOn = (request: Request, outcome: Outcome, answeredAt: number): void => {
    const step = stepAfter(request, outcome)
    if (step === undefined) return
    if (request.what === 'buy') {
      if (paying.has(step.request.orderId)) return
      paying.add(step.request.orderId)
    }
    const at = answeredAt + step.afterMs
    if (step.bankUrl === undefined) {
      sendLater(step.request, at)
      return
    }
    running += 1
    void authenticate(step.bankUrl).finally(() => {
      running -= 1
      sendLater(step.request, Math.max(at, now()))
    })
  }

  /** An order only under a key: without one, it could be another order. An order is paid once. */
  const tryAgain = (request: Request, at: number, askedForMs: number): void => {
    const isSafe = request.what === 'buy' ? request.key !== undefined : request.orderId > 0
    if (!isSafe) return
    if (request.tries >= TRIES_MAX) return
    counter.retried()
    const growing = FIRST_PAUSE_MS * 2 ** (request.tries - 1)
    const pause = Math.min(Math.max(askedForMs, growing), PAUSE_MAX_MS)
    sendLater({ ...request, tries: request.tries + 1 }, at + pause * (1 + Math.random() / 4))
  }

  const sendDue = (): void => {
    const time = now()
    for (let ask = plan[next]; ask !== undefined && ask.atMs <= time; ask = plan[next]) {
      next += 1
      send({ ...ask, orderId: 0, method: '', tries: 1 }, ask.atMs)
    }
    if (nextLater > time) return
    nextLater = Infinity
    for (const [request, at] of later) {
      if (at <= time) {
        later.delete(request)
        send(request, at)
      } else {
        nextLater = Math.min(nextLater, at)
      }
    }
  }

  const pause = -EARLY_MS - now()
  if (pause > 0) await sleep(pause, stop)
  await new Promise<void>((resolve) => {
    const tick = (): void => {
      if (stop.aborted) client.dropUnsent()
      else sendDue()
      const isSent = stop.aborted || (next === plan.length && later.size === 0)
      if (isSent && running === 0) resolve()
      else setTimeout(tick, TICK_MS)
    }
    tick()
  })
}

async function sleep(ms: number, stop: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, ms)
    stop.addEventListener('abort', () => {
      clearTimeout(timer)
      resolve()
    })
  })
}
