/** Load in which each connection asks again as soon as it is answered: it finds the most that goes. */
import type { Client } from '../onsale/client.ts'
import { type Histogram, createHistogram } from '../onsale/histogram.ts'

export interface ClosedLoopOptions {
  client: Client
  connections: number
  seconds: number
  /** @returns The text of the nth request, from 0. */
  text: (n: number) => string
}

export interface ClosedLoopResult {
  /** Answers by status, while the load lasted. */
  byStatus: Map<number, number>
  /** Those with status 201, the ones that came after its end among them. */
  placed: number
  lost: number
  seconds: number
  latency: Histogram
  generatorCores: number
}

/** @returns When the last answer is there. */
export async function runClosedLoop(options: ClosedLoopOptions): Promise<ClosedLoopResult> {
  const { client } = options
  const byStatus = new Map<number, number>()
  const latency = createHistogram()
  const begunAt = performance.now()
  const endsAt = begunAt + options.seconds * 1000
  const cpu = process.cpuUsage()
  let placed = 0
  let lost = 0
  let next = 0
  let running = options.connections
  await new Promise<void>((resolve) => {
    const leave = (): void => {
      running -= 1
      if (running === 0) resolve()
    }
    const ask = (): void => {
      let sentAt = 0
      client.send({
        text: options.text(next++),
        wantsBody: false,
        onSent: () => {
          sentAt = performance.now()
        },
        onAnswer: ({ status }) => {
          if (status === 201) placed += 1
          const now = performance.now()
          if (now >= endsAt) {
            leave()
            return
          }
          byStatus.set(status, (byStatus.get(status) ?? 0) + 1)
          latency.add(now - sentAt)
          ask()
        },
        onLost: () => {
          lost += 1
          leave()
        },
        onUnsent: leave,
      })
    }
    for (let n = 0; n < options.connections; n += 1) ask()
  })
  const { user, system } = process.cpuUsage(cpu)
  return {
    byStatus,
    placed,
    lost,
    seconds: options.seconds,
    latency,
    generatorCores: (user + system) / 1e6 / ((performance.now() - begunAt) / 1000),
  }
}
