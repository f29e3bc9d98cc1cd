/**
 * What changes about an event while its page is open: one stream for all islands of the page, and
 * none while nobody sees it. Where a stream is refused or does not get through, the same is asked for
 * every few seconds, each browser at times of its own.
 */
export interface LiveState {
  at: string
  sale: string
  remaining_tickets: number
  held_tickets: number
  ticket_types: { id: number; remaining_tickets: number }[]
  on_sale_at: string | null
}

type Listener = (state: LiveState) => void

/** A stream that has not begun by then is held up somewhere on the way. */
const BEGIN_MAX_MS = 8_000
const FAILURES_MAX = 2
const POLL_MS = 5_000
const POLL_MAX_MS = 40_000
/** After so many answers a stream is tried again. */
const POLLS_MAX = 12

const watches = new Map<string, EventWatch>()
/** How far the clock of the shop is ahead of what the browser counts. */
let aheadMs: number | undefined

/** Tells `listener` what the case is, now and whenever it changes, until `element` leaves the page. */
export function watchEvent(eventId: string, element: Element, listener: Listener): void {
  let watch = watches.get(eventId)
  if (watch === undefined) {
    watch = new EventWatch(`/api/v1/events/${eventId}/live`)
    watches.set(eventId, watch)
  }
  watch.add(element, listener)
}

/** Milliseconds since 1970, by the clock of the shop as far as it is known. */
export const shopNow = (): number =>
  aheadMs === undefined ? Date.now() : performance.now() + aheadMs

/** An answer is never younger than it says, so the one that came fastest is the nearest. */
export function learnTime(at: string): void {
  const ahead = Date.parse(at) - performance.now()
  if (!Number.isNaN(ahead)) aheadMs = Math.max(aheadMs ?? ahead, ahead)
}

/** Somewhere between half of it and one and a half. */
export const about = (ms: number): number => ms * (0.5 + Math.random())

class EventWatch {
  readonly #url: string
  readonly #listeners = new Map<Element, Listener>()
  #last: LiveState | undefined
  #source: EventSource | undefined
  #timer: ReturnType<typeof setTimeout> | undefined
  #failures = 0

  constructor(url: string) {
    this.#url = url
    document.addEventListener('visibilitychange', () => {
      this.#close()
      if (!document.hidden) this.#open()
    })
    if (!document.hidden) this.#open()
  }

  add(element: Element, listener: Listener): void {
    this.#listeners.set(element, listener)
    if (this.#last !== undefined) listener(this.#last)
  }

  #open(): void {
    this.#failures = 0
    const source = new EventSource(this.#url)
    this.#source = source
    this.#timer = setTimeout(() => {
      this.#fallBack()
    }, BEGIN_MAX_MS)
    source.onopen = () => {
      clearTimeout(this.#timer)
      this.#failures = 0
    }
    source.onmessage = ({ data }: MessageEvent<string>) => {
      this.#tell(JSON.parse(data) as LiveState)
    }
    source.onerror = () => {
      this.#failures += 1
      const isRefused = source.readyState === EventSource.CLOSED
      if (isRefused || this.#failures >= FAILURES_MAX) this.#fallBack()
    }
  }

  #close(): void {
    this.#source?.close()
    this.#source = undefined
    clearTimeout(this.#timer)
  }

  #fallBack(): void {
    this.#close()
    void this.#poll(POLLS_MAX, POLL_MS)
  }

  async #poll(times: number, everyMs: number): Promise<void> {
    let waitMs = POLL_MS
    try {
      const answer = await fetch(this.#url, {
        headers: { accept: 'application/json' },
        cache: 'no-store',
      })
      // It was withdrawn, and there is nothing more to tell.
      if (answer.status === 404) return
      if (!answer.ok) throw new Error(String(answer.status))
      this.#tell((await answer.json()) as LiveState)
    } catch {
      // Whoever cannot answer is left alone for longer each time.
      waitMs = Math.min(POLL_MAX_MS, everyMs * 2)
    }
    // The page was hidden meanwhile, or is streaming again.
    if (document.hidden || this.#source !== undefined) return
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => {
      if (times > 1) void this.#poll(times - 1, waitMs)
      else this.#open()
    }, about(waitMs))
  }

  #tell(state: LiveState): void {
    learnTime(state.at)
    this.#last = state
    for (const [element, listener] of this.#listeners) {
      if (element.isConnected) listener(state)
      else this.#listeners.delete(element)
    }
  }
}
