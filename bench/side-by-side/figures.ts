/** What many repetitions come to. */
import type { Goal } from './row.ts'

export interface Summary {
  median: number
  min: number
  max: number
}

/** @param values At least one. */
export function summarize(values: readonly number[]): Summary {
  const sorted = [...values].sort((one, other) => one - other)
  const middle = sorted.length / 2
  const below = sorted[Math.ceil(middle) - 1] ?? Number.NaN
  const above = sorted[Math.floor(middle)] ?? Number.NaN
  return {
    median: (below + above) / 2,
    min: sorted[0] ?? Number.NaN,
    max: sorted.at(-1) ?? Number.NaN,
  }
}

/** Whether a ratio is as its goal wants it, in words. */
export function judge(ratio: number, goal: Goal | undefined): string {
  if (goal === undefined) return ''
  const { hope, sense } = goal
  const reaches = (wanted: number) => (sense === 'at least' ? ratio >= wanted : ratio <= wanted)
  const target = `${sense} ${readable(goal.ratio)}`
  if (hope !== undefined && reaches(hope)) return `hope met (${sense} ${readable(hope)})`
  if (reaches(goal.ratio)) return `met (${target})`
  const off = Math.abs(ratio / goal.ratio - 1) * 100
  return `MISSED by ${readable(Number(off.toPrecision(2)))} % (${target})`
}

/** Three digits are what a benchmark can know. */
export function readable(value: number): string {
  if (!Number.isFinite(value)) return '–'
  if (value >= 1_000) return Math.round(value).toLocaleString('en-US')
  if (value >= 100) return value.toFixed(0)
  return String(Number(value.toPrecision(3)))
}
