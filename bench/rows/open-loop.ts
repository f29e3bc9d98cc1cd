/**
 * Load that does not wait for answers: arrivals are independent of each other and of the shop, drawn
 * from a seed, and a request's time runs from when it was due. A slow shop cannot make it look better
 * by making the load wait.
 */
import type { Client } from '../onsale/client.ts'
import { type Histogram, createHistogram } from '../onsale/histogram.ts'
import { seededRandom } from '../onsale/random.ts'

/** One kind of request of a load. */
export interface Stream {
  name: string
  ratePerSecond: number
  /** @returns The text of its nth request, from 0. */
  text: (n: number) => string
}

/** The answers with one status. */
export interface Answers {
  count: number
  /** While the load lasted: what a full queue still gives afterwards is no throughput. */
  inTime: number
  /** From when the request was due. */
  fromDue: Histogram
  /** From when it went out on a connection. */
  fromSent: Histogram
  /** How many came without saying when to try again. */
  withoutRetryAfter: number
}

/** What became of one stream. */
export interface Tally {
  due: number
  sent: number
  /** No connection was free within the patience of the load. */
  unsent: number
  /** Sent, and no answer came. */
  lost: number
  byStatus: Map<number, Answers>
}

export interface OpenLoopOptions {
  client: Client
  streams: readonly Stream[]
  seconds: number
  seed: number
  /**
   * How many may wait for a connection; more are not offered, nor who still waits at the end. They
   * are counted as unsent. Without it, everything is sent sooner or later.
   */
  queuedMax?: number
}

export interface OpenLoopResult {
  tallies: Map<string, Tally>
  /** From the first arrival until the load ended, answers that came later not counted in. */
  seconds: number
  /** How much of a processor this process took meanwhile. */
  generatorCores: number
}

const TICK_MS = 1

/** @returns When everything that was sent is answered or given up. */
export async function runOpenLoop(options: OpenLoopOptions): Promise<OpenLoopResult> {
  const { client, queuedMax = Infinity } = options
  const begunAt = performance.now()
  const cpu = process.cpuUsage()
  let running = 0
  let loadMs = 0
  let generatorCores = 0

  const states = options.streams.map((stream, place) => {
    // One each: which of two streams comes first in a tick is not for chance to feel.
    const random = seededRandom(options.seed + place)
    const gapMs = () => random.gap(1000 / stream.ratePerSecond)
    const tally: Tally = { due: 0, sent: 0, unsent: 0, lost: 0, byStatus: new Map() }
    return { stream, gapMs, tally, nextMs: gapMs() }
  })

  const send = (stream: Stream, tally: Tally, dueAt: number): void => {
    const text = stream.text(tally.due)
    tally.due += 1
    if (client.queued >= queuedMax) {
      tally.unsent += 1
      return
    }
    running += 1
    let sentAt = 0
    client.send({
      text,
      wantsBody: false,
      onSent: () => {
        tally.sent += 1
        sentAt = performance.now()
      },
      onAnswer: ({ status, retryAfterSeconds }) => {
        running -= 1
        const now = performance.now()
        const answers = answersWith(tally, status)
        answers.count += 1
        if (loadMs === 0) answers.inTime += 1
        answers.fromDue.add(now - dueAt)
        answers.fromSent.add(now - sentAt)
        if (retryAfterSeconds === undefined) answers.withoutRetryAfter += 1
      },
      onLost: () => {
        running -= 1
        tally.lost += 1
      },
      onUnsent: () => {
        running -= 1
        tally.unsent += 1
      },
    })
  }

  const endMs = options.seconds * 1000
  await new Promise<void>((resolve) => {
    const tick = (): void => {
      const now = performance.now() - begunAt
      const until = Math.min(now, endMs)
      for (const state of states) {
        while (state.nextMs < until) {
          send(state.stream, state.tally, begunAt + state.nextMs)
          state.nextMs += state.gapMs()
        }
      }
      if (now >= endMs && loadMs === 0) {
        loadMs = now
        const { user, system } = process.cpuUsage(cpu)
        generatorCores = (user + system) / 1000 / now
        if (options.queuedMax !== undefined) client.dropUnsent()
      }
      if (loadMs > 0 && running === 0) resolve()
      else setTimeout(tick, TICK_MS)
    }
    tick()
  })
  return {
    tallies: new Map(states.map(({ stream, tally }) => [stream.name, tally])),
    seconds: loadMs / 1000,
    generatorCores,
  }
}

function answersWith(tally: Tally, status: number): Answers {
  let answers = tally.byStatus.get(status)
  if (answers === undefined) {
    answers = {
      count: 0,
      inTime: 0,
      fromDue: createHistogram(),
      fromSent: createHistogram(),
      withoutRetryAfter: 0,
    }
    tally.byStatus.set(status, answers)
  }
  return answers
}
