/** What a person sees while the rush runs: one block that redraws itself, or a line each second. */
import { type Figures, LATENCIES } from './figures.ts'
import type { Terminal } from './terminal.ts'

export interface ProgressOptions {
  terminal: Terminal
  figures: Figures
  tickets: number
  /** When the sale opens, as `performance.now()` tells it. */
  opensAt: number
}

export interface Progress {
  /** Shows the last state and stops. */
  stop: () => void
}

const BAR_WIDTH = 44
const BLOCK_EVERY_MS = 200
const LINE_EVERY_MS = 1_000

export function showProgress(options: ProgressOptions): Progress {
  const { terminal, figures } = options
  const everyMs = terminal.isInteractive ? BLOCK_EVERY_MS : LINE_EVERY_MS
  const rateOf = createRate()
  const draw = () => {
    const atMs = performance.now() - options.opensAt
    const rate = rateOf(figures.answered, atMs)
    if (terminal.isInteractive) terminal.redraw(block(options, { atMs, rate }))
    else terminal.print(line(options, { atMs, rate }))
  }
  const timer = setInterval(draw, everyMs)
  return {
    stop() {
      clearInterval(timer)
      draw()
      terminal.settle()
    },
  }
}

/** How fast a count grows, over the last second. */
function createRate(): (count: number, atMs: number) => number {
  const past: { count: number; atMs: number }[] = []
  return (count, atMs) => {
    past.push({ count, atMs })
    while (past.length > 2 && (past[1]?.atMs ?? 0) <= atMs - 1_000) past.shift()
    const first = past[0]
    if (first === undefined || atMs === first.atMs) return 0
    return ((count - first.count) / (atMs - first.atMs)) * 1000
  }
}

interface Moment {
  atMs: number
  rate: number
}

function block(options: ProgressOptions, { atMs, rate }: Moment): string[] {
  const { figures, tickets } = options
  const filled = Math.min(BAR_WIDTH, Math.round((figures.tickets / tickets) * BAR_WIDTH))
  const bar = '█'.repeat(filled) + '░'.repeat(BAR_WIDTH - filled)
  return [
    `  ${bar}  ${number(figures.tickets)} of ${number(tickets)} sold`,
    '',
    `  ${clockOf(atMs)} · ${number(rate)} answers/s · ${number(figures.asked - figures.answered)} waiting`,
    `  ${refusalsOf(figures)}`,
    ...LATENCIES.map((name) => {
      const { percentileMs, maxMs } = figures.latency[name]
      const [p50, p99, max] = [percentileMs(0.5), percentileMs(0.99), maxMs].map(milliseconds)
      return `  ${name.padEnd(8)}  p50 ${p50}   p99 ${p99}   max ${max}`
    }),
    `  ${troubleOf(figures)}`,
  ]
}

function line(options: ProgressOptions, { atMs, rate }: Moment): string {
  const { figures, tickets } = options
  const { percentileMs } = figures.latency.paid
  return [
    clockOf(atMs),
    `sold ${number(figures.tickets)}/${number(tickets)}`,
    `${number(rate)} answers/s`,
    `paid p50 ${milliseconds(percentileMs(0.5)).trim()} p99 ${milliseconds(percentileMs(0.99)).trim()}`,
    refusalsOf(figures),
    troubleOf(figures),
  ].join('  ')
}

const NAMES: Record<string, string> = {
  sold_out: 'sold out',
  limit_exceeded: 'over the limit',
  request_in_progress: 'in progress',
  idempotency_key_reused: 'key reused',
  sales_not_started: 'too early',
  rate_limited: 'rate limited',
  payment_declined: 'declined',
  payment_in_progress: 'payment in progress',
  hold_expired: 'hold expired',
}
/** The refusals that wrong requests are there to get. */
const NONSENSE = new Set(['invalid_request', 'not_found', 'unauthenticated'])

export function refusalsOf({ refused }: Figures): string {
  if (refused.size === 0) return 'nobody refused'
  const nonsense = [...refused].filter(([code]) => NONSENSE.has(code))
  const parts = [...refused]
    .filter(([code]) => !NONSENSE.has(code))
    .map(([code, count]) => `${NAMES[code] ?? code} ${number(count)}`)
  if (nonsense.length > 0) {
    parts.push(`nonsense ${number(nonsense.reduce((total, [, count]) => total + count, 0))}`)
  }
  return `refused: ${parts.join(' · ')}`
}

export function troubleOf({ unknown, retries }: Figures): string {
  if (unknown.size === 0) return 'no errors'
  const parts = [...unknown].map(([why, count]) => `${why} ${number(count)}`)
  return `no answer: ${parts.join(' · ')} · tried again ${number(retries)}`
}

export const number = (value: number): string => Math.round(value).toLocaleString('en')

export function milliseconds(ms: number): string {
  return `${ms < 10 ? ms.toFixed(1) : number(ms)} ms`.padStart(8)
}

function clockOf(atMs: number): string {
  const seconds = Math.abs(atMs) / 1000
  return atMs < 0 ? `opens in ${seconds.toFixed(1)} s` : `${seconds.toFixed(1).padStart(5)} s`
}
