/** What is counted while the rush runs. */
import { type Histogram, createHistogram } from './histogram.ts'
import type { Entry, Placed } from './ledger.ts'

/** Latency counts from when a request was to be sent, and is told apart by what came of it. */
export const LATENCIES = ['held', 'placed', 'paid', 'refused', 'browse'] as const
export type Latency = (typeof LATENCIES)[number]

export interface Figures {
  /** Requests that came due. */
  asked: number
  answered: number
  holds: number
  /** What was confirmed, as the buyers know it, each counted once. */
  orders: number
  tickets: number
  /** Answers that gave an order again. */
  replays: number
  browsed: number
  /** Refusals of purchases and of wrong requests, by their code. */
  refused: Map<string, number>
  /** What nobody knows the outcome of, by why. */
  unknown: Map<string, number>
  /** Sent again after no answer or after being turned away. */
  retries: number
  latency: Record<Latency, Histogram>
  /** New orders by the tenth of a second since the opening in which they were answered. */
  ordersByTenth: number[]
}

export interface Counter {
  readonly figures: Figures
  asked: () => void
  retried: () => void
  /** Call it once for each entry, when its outcome is there. */
  ended: (entry: Entry) => void
}

export function createCounter(): Counter {
  const seen = new Set<number>()
  const confirmed = new Set<number>()
  const figures: Figures = {
    asked: 0,
    answered: 0,
    holds: 0,
    orders: 0,
    tickets: 0,
    replays: 0,
    browsed: 0,
    refused: new Map(),
    unknown: new Map(),
    retries: 0,
    latency: {
      held: createHistogram(),
      placed: createHistogram(),
      paid: createHistogram(),
      refused: createHistogram(),
      browse: createHistogram(),
    },
    ordersByTenth: [],
  }
  const placed = (entry: Entry, order: Placed, ms: number) => {
    const isConfirmed = order.status === 'CONFIRMED'
    if (entry.what === 'buy') {
      figures.latency[isConfirmed ? 'placed' : 'held'].add(ms)
      if (seen.has(order.orderId)) figures.replays += 1
      else if (!isConfirmed) figures.holds += 1
      seen.add(order.orderId)
    } else if (entry.what === 'pay' && isConfirmed) {
      figures.latency.paid.add(ms)
    }
    if (!isConfirmed || confirmed.has(order.orderId)) return
    confirmed.add(order.orderId)
    figures.orders += 1
    figures.tickets += order.ticketCodes.length
    const tenth = Math.max(0, Math.floor((entry.answeredAt ?? 0) / 100))
    figures.ordersByTenth[tenth] = (figures.ordersByTenth[tenth] ?? 0) + 1
  }
  return {
    figures,
    asked: () => (figures.asked += 1),
    retried: () => (figures.retries += 1),
    ended(entry) {
      const { outcome } = entry
      if (outcome.kind === 'unsent') return
      if (outcome.kind === 'unknown') {
        increase(figures.unknown, outcome.status > 0 ? `status ${outcome.status}` : outcome.why)
      }
      if (entry.answeredAt === undefined) return
      figures.answered += 1
      const ms = entry.answeredAt - entry.scheduledAt
      switch (outcome.kind) {
        case 'placed':
          placed(entry, outcome, ms)
          break
        case 'refused':
          if (entry.what !== 'wrong') figures.latency.refused.add(ms)
          increase(figures.refused, outcome.code)
          break
        case 'shown':
          figures.latency.browse.add(ms)
          figures.browsed += 1
          break
        case 'unknown':
          break
      }
    },
  }
}

function increase(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1)
}

/** The most orders in any second. */
export function ordersInBestSecond({ ordersByTenth }: Figures): number {
  let best = 0
  for (let first = 0; first < ordersByTenth.length; first += 1) {
    let orders = 0
    for (let tenth = first; tenth < first + 10; tenth += 1) orders += ordersByTenth[tenth] ?? 0
    best = Math.max(best, orders)
  }
  return best
}
