/** What a batcher measures of itself, to tell those who come how long they would wait. */

/** The pace is an average over about so many batches. */
const PACE_BATCHES = 8

/** How fast requests leave while others wait: what the machine can do, not what is asked of it. */
export function createPace() {
  let sent = 0
  let ms = 0
  let last: { at: number; sent: number } | undefined
  const learn = (count: number, tookMs: number) => {
    sent += (count - sent) / PACE_BATCHES
    ms += (tookMs - ms) / PACE_BATCHES
  }
  return {
    /** Zero as long as nobody had to wait. */
    get msPerRequest(): number {
      return sent === 0 ? 0 : ms / sent
    },
    /** @param othersWait Only then is the time to the next batch a measure of the pace. */
    left(count: number, othersWait: boolean): void {
      const at = performance.now()
      if (last !== undefined) learn(last.sent, at - last.at)
      last = othersWait && count > 0 ? { at, sent: count } : undefined
    },
    /**
     * A batch is back. Whether others waited or not, requests do not take longer than those did: else
     * one stall, with few inside, would be taken for the pace for as long as nobody has to wait.
     */
    cameBack(count: number, tookMs: number): void {
      if (sent > 0 && count > 0 && tookMs / count < ms / sent) learn(count, tookMs)
    },
  }
}
