/**
 * Counts down how long tickets are held. What counts is the server's time: the page says when it was
 * made, and from then on only passed time is measured, so that a browser's wrong clock changes nothing.
 */

/** `<div data-island="hold-clock" data-until data-now data-words>`, times in milliseconds since 1970. */
export function holdClock(element: HTMLElement): void {
  const until = Number(element.dataset['until'])
  const madeAt = Number(element.dataset['now'])
  const serverNow = clockFrom(madeAt)
  const words = JSON.parse(element.dataset['words'] ?? '{}') as Record<string, string>
  const shown = element.querySelector<HTMLElement>('[data-clock="left"]')
  const spoken = element.querySelector<HTMLElement>('[data-clock="spoken"]')
  const marks = Object.keys(words).map(Number)
  let before = Number.POSITIVE_INFINITY

  const tick = () => {
    const left = Math.max(0, Math.ceil((until - serverNow()) / 1000))
    if (shown !== null) shown.textContent = minutesAndSeconds(left)
    element.classList.toggle('hold-short', left <= 60)
    // The last mark that was passed: after a sleep only what is true now is said.
    const passed = marks.filter((mark) => before > mark && left <= mark)
    const text = words[String(Math.min(...passed))]
    if (spoken !== null && text !== undefined && before !== Number.POSITIVE_INFINITY) {
      spoken.textContent = text
    }
    before = left
    if (left > 0) return
    clearInterval(timer)
    // The page was made when it was over already: it waits for a payment that is under way.
    if (madeAt >= until) return
    // The server says what is the case now; a payment on its way may have changed it.
    setTimeout(() => {
      location.reload()
    }, AFTER_MS)
  }
  const timer = setInterval(tick, TICK_MS)
  tick()
  document.addEventListener('visibilitychange', tick)
}

const TICK_MS = 250
/** Long enough to hear that it is over. */
const AFTER_MS = 1_500

/** The server's time from now on, by what has passed since its answer. */
function clockFrom(serverNow: number): () => number {
  const [navigation] = performance.getEntriesByType('navigation')
  const answeredAt = (navigation as PerformanceNavigationTiming | undefined)?.responseStart ?? 0
  const [startedAt, startedOn] = [performance.now(), Date.now()]
  // Some devices stop the one clock while they sleep; the other may be set back.
  const passed = () => Math.max(performance.now() - startedAt, Date.now() - startedOn)
  return () => serverNow + (startedAt - answeredAt) + passed()
}

/** `9:05` */
const minutesAndSeconds = (seconds: number): string =>
  `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
