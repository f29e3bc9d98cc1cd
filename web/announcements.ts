/** What is said aloud on a page by itself: one thing at a time, so that nobody is talked down. */

/** A live region of the page. */
interface Region {
  textContent: string | null
  isConnected: boolean
}

/**
 * Says things at most so often. What comes too soon waits; of several that wait the newest is said.
 * @param options.now Milliseconds by a clock that does not jump.
 */
export function announcer(options: {
  everyMs: number
  now: () => number
  later: (run: () => void, ms: number) => unknown
}): (region: Region, text: string) => void {
  const { everyMs, now, later } = options
  let saidAt = Number.NEGATIVE_INFINITY
  let next: { region: Region; text: string } | undefined

  const say = (): void => {
    const said = next
    next = undefined
    // It may have been true when it was to be said before, or its part of the page may be gone.
    if (said?.region.isConnected !== true || said.region.textContent === said.text) return
    said.region.textContent = said.text
    saidAt = now()
  }
  return (region, text) => {
    const isWaiting = next !== undefined
    next = { region, text }
    if (isWaiting) return
    const waitMs = saidAt + everyMs - now()
    if (waitMs <= 0) say()
    else later(say, waitMs)
  }
}
