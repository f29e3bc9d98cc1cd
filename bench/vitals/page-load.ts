/**
 * What somebody with a cheap phone waits for, measured in a real browser that is slowed down the way
 * Lighthouse slows its mobile profile down: a quarter of the processor, 1.6 Mbit/s with 150 ms a
 * round trip. The figures are Web Vitals (web.dev/vitals).
 */
import type { Browser, Page } from 'playwright-core'

/** As the browser tells them: two in milliseconds, and the layout shift, which has no unit. */
export interface Vitals {
  largestPaintMs: number
  layoutShift: number
  /** From an input to the next picture; undefined where nothing was done. */
  interactionMs: number | undefined
  /** Everything that came over the network, compressed. */
  kilobytes: number
}

export interface Sight {
  name: string
  path: string
  /** Does what people do on the page first. */
  use?: (page: Page) => Promise<void>
}

const PHONE = { width: 390, height: 844 }
const CPU_SLOWDOWN = 4
const NETWORK = {
  offline: false,
  latency: 150,
  downloadThroughput: (1.6 * 1024 * 1024) / 8,
  uploadThroughput: (750 * 1024) / 8,
}
/** What still moves after everything has come. */
const SETTLE_MS = 1_000

/** Loads a page as somebody who was never there. */
export async function loadPage(browser: Browser, base: URL, sight: Sight): Promise<Vitals> {
  const context = await browser.newContext({
    ...{ baseURL: base.href, viewport: PHONE, deviceScaleFactor: 2 },
    ...{ isMobile: true, hasTouch: true, locale: 'en-US' },
  })
  try {
    await context.addInitScript(watchVitals)
    const page = await context.newPage()
    const devTools = await context.newCDPSession(page)
    let bytes = 0
    devTools.on('Network.loadingFinished', ({ encodedDataLength }) => {
      bytes += encodedDataLength
    })
    await devTools.send('Network.enable')
    await devTools.send('Network.emulateNetworkConditions', NETWORK)
    await devTools.send('Emulation.setCPUThrottlingRate', { rate: CPU_SLOWDOWN })
    await page.goto(sight.path, { waitUntil: 'load' })
    await page.waitForTimeout(SETTLE_MS)
    await sight.use?.(page)
    await page.waitForTimeout(SETTLE_MS)
    const { largestPaintMs, layoutShift, interactionMs } = await page.evaluate(
      () => (globalThis as unknown as { vitals: Omit<Vitals, 'kilobytes'> }).vitals,
    )
    return {
      ...{ largestPaintMs, layoutShift, kilobytes: bytes / 1024 },
      interactionMs: sight.use === undefined ? undefined : interactionMs,
    }
  } finally {
    await context.close()
  }
}

/** Runs in the page, before anything of it does. */
function watchVitals(): void {
  const vitals = { largestPaintMs: 0, layoutShift: 0, interactionMs: 0 }
  Object.assign(globalThis, { vitals })
  const watch = (type: string, take: (entry: PerformanceEntry) => void, more = {}) => {
    new PerformanceObserver((list) => {
      list.getEntries().forEach(take)
    }).observe({ type, buffered: true, ...more })
  }
  watch('largest-contentful-paint', (entry) => (vitals.largestPaintMs = entry.startTime))
  watch('layout-shift', (entry) => {
    const shift = entry as PerformanceEntry & { value: number; hadRecentInput: boolean }
    if (!shift.hadRecentInput) vitals.layoutShift += shift.value
  })
  const slowest = (entry: PerformanceEntry) => {
    vitals.interactionMs = Math.max(vitals.interactionMs, entry.duration)
  }
  watch('event', slowest, { durationThreshold: 16 })
}
