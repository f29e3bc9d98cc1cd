/**
 * Fetches the page anew and puts its buy panel in the place of the one that is shown. What was chosen
 * stays chosen where it can still be had, and whoever was in the panel stays there.
 */
import { about } from './live-event.ts'

const PANEL = '#buy'
/** A page may be older than the stream by the second or two for which it is kept. */
const TRIES_MAX = 8
const AGAIN_MS = 1_000

let isRunning = false
/** An order is on its way: the browser leaves this page. */
let isSending = false
addEventListener('submit', (event) => {
  isSending = !event.defaultPrevented
})
addEventListener('pageshow', () => {
  isSending = false
})

/**
 * @param options.waitMs About so long, so that a crowd does not arrive in one moment.
 * @param options.isIt Whether a panel is the one that was waited for.
 */
export async function refreshPanel(options: {
  waitMs: number
  isIt: (panel: Element) => boolean
}): Promise<void> {
  if (isRunning) return
  isRunning = true
  try {
    await pause(about(options.waitMs))
    for (let tries = 0; tries < TRIES_MAX; tries += 1) {
      const panel = await fetchPanel()
      if (panel !== undefined && options.isIt(panel)) {
        if (!isSending) swapIn(panel)
        return
      }
      await pause(about(AGAIN_MS * (tries + 1)))
    }
  } finally {
    isRunning = false
  }
}

async function fetchPanel(): Promise<Element | undefined> {
  try {
    const answer = await fetch(location.pathname, {
      headers: { accept: 'text/html' },
      cache: 'no-store',
    })
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html')
    return page.querySelector(PANEL) ?? undefined
  } catch {
    return undefined
  }
}

function swapIn(fetched: Element): void {
  const old = document.querySelector<HTMLElement>(PANEL)
  if (old === null) return
  const focused = old.contains(document.activeElement) ? document.activeElement : null
  const panel = document.importNode(fetched, true) as HTMLElement
  for (const field of old.querySelectorAll<HTMLInputElement>('select, input')) {
    keepChoice(field, panel)
  }
  old.replaceWith(panel)
  panel.dispatchEvent(new Event('islands', { bubbles: true }))
  if (focused === null) return
  const same =
    focused.id === '' ? null : panel.querySelector<HTMLElement>(`#${CSS.escape(focused.id)}`)
  const target = same ?? panel
  if (same === null) panel.tabIndex = -1
  target.focus({ preventScroll: true })
}

function keepChoice(field: HTMLInputElement, panel: HTMLElement): void {
  if (field.type === 'hidden' || field.name === '') return
  const name = `[name="${CSS.escape(field.name)}"]`
  if (field.type === 'radio') {
    const same = panel.querySelector<HTMLInputElement>(
      `${name}[value="${CSS.escape(field.value)}"]`,
    )
    if (field.checked && same !== null && !same.disabled) same.checked = true
    return
  }
  const select = panel.querySelector<HTMLSelectElement>(`select${name}`)
  if (select === null) return
  if ([...select.options].some(({ value }) => value === field.value)) select.value = field.value
}

const pause = async (ms: number): Promise<void> => {
  await new Promise((resolve) => setTimeout(resolve, ms))
}
