/** What a batcher measures of itself, to tell those who come how long they would wait. */

/** The pace is an average over about so many batches. */
const PACE_BATCHES = 8

/** How fast requests leave while others wait: what the machine can do, not what is asked of it. */
export function createPace() {
  let sent = 0
  let ms = 0
  let last: { at: number; sent: number } | undefined
  return {
    /** Zero as long as nobody had to wait. */
    get msPerRequest(): number {
      return sent === 0 ? 0 : ms / sent
    },
    /** @param othersWait Only then is the time to the next batch a measure of the pace. */
    left(count: number, othersWait: boolean): void {
      const at = performance.now()
      if (last !== undefined) {
        sent += (last.sent - sent) / PACE_BATCHES
        ms += (at - last.at - ms) / PACE_BATCHES
      }
      last = othersWait && count > 0 ? { at, sent: count } : undefined
    },
  }
}
