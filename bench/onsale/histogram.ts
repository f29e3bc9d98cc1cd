/** Times in buckets that are two percent wide: percentiles of any number of requests, at no cost. */
const GROWTH = Math.log(1.02)
const SMALLEST_MS = 0.01

export interface Histogram {
  add: (ms: number) => void
  readonly count: number
  readonly maxMs: number
  /** @param share From 0 to 1. @returns 0 when nothing was added. */
  percentileMs: (share: number) => number
}

export function createHistogram(): Histogram {
  const buckets: number[] = []
  let count = 0
  let maxMs = 0
  return {
    add(ms) {
      const bucket = Math.max(0, Math.ceil(Math.log(ms / SMALLEST_MS) / GROWTH))
      buckets[bucket] = (buckets[bucket] ?? 0) + 1
      count += 1
      if (ms > maxMs) maxMs = ms
    },
    get count() {
      return count
    },
    get maxMs() {
      return maxMs
    },
    percentileMs(share) {
      let rest = Math.ceil(count * share)
      for (const [bucket, inBucket = 0] of buckets.entries()) {
        rest -= inBucket
        if (rest <= 0 && inBucket > 0)
          return Math.min(SMALLEST_MS * Math.exp(GROWTH * bucket), maxMs)
      }
      return maxMs
    },
  }
}
