/** Counts to the start of a sale by the clock of the shop, and then brings the form without a reload. */
import { timeLeft } from '../countdown.ts'
import { announce } from './announce.ts'
import { learnTime, shopNow, watchEvent } from './live-event.ts'
import { refreshPanel } from './refresh-panel.ts'

/** A crowd that waits for one moment comes over some seconds. */
const SPREAD_MS = 1_500
/** When somebody is told who does not see the numbers move. */
const SPOKEN_SECONDS = [3600, 600, 60, 10]
const TICK_MS = 1_000

/** See `components/sale-countdown.tsx` for what its element brings. */
export function saleCountdown(element: HTMLElement): void {
  const { event = '', now = '' } = element.dataset
  const shown = element.querySelector<HTMLElement>('[data-live="shown"]')
  const spoken = element.querySelector<HTMLElement>('[data-live="spoken"]')
  if (shown === null) return
  const language = document.documentElement.lang
  const words = (name: string, time = '') => (element.dataset[name] ?? '').replace('{time}', time)
  let opensAt = Date.parse(element.dataset['opens'] ?? '')
  let saidAt = Number.POSITIVE_INFINITY
  let timer: ReturnType<typeof setTimeout> | undefined

  const tick = (): void => {
    clearTimeout(timer)
    if (!element.isConnected || Number.isNaN(opensAt)) return
    const leftMs = opensAt - shopNow()
    if (leftMs > 0) {
      shown.textContent = words('wordsLeft', timeLeft(leftMs, language))
      speak(leftMs)
    } else {
      shown.textContent = words('wordsOpening')
      if (spoken !== null) announce(spoken, words('wordsOpening'))
      // One at a time, and again when the form did not come.
      void refreshPanel({ waitMs: SPREAD_MS, isIt: isOpen })
    }
    // On the full second, so that no number is left out.
    timer = setTimeout(tick, leftMs > 0 ? leftMs % TICK_MS || TICK_MS : TICK_MS)
  }
  const speak = (leftMs: number): void => {
    const step = SPOKEN_SECONDS.filter((seconds) => leftMs <= seconds * 1000).at(-1)
    if (step === undefined || step >= saidAt) return
    // Whoever has just come reads the time, and hears of the next step.
    const isFirst = saidAt === Number.POSITIVE_INFINITY
    saidAt = step
    if (!isFirst && spoken !== null) {
      announce(spoken, words('wordsLeft', timeLeft(leftMs, language)))
    }
  }
  learnTime(now)
  watchEvent(event, element, (state) => {
    if (state.on_sale_at !== null) opensAt = Date.parse(state.on_sale_at)
    tick()
  })
  document.addEventListener('visibilitychange', tick)
  tick()
}

const isOpen = (panel: Element): boolean =>
  panel.querySelector('[data-island="sale-countdown"]') === null
