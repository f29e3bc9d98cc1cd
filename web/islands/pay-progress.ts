/** Waits for the bank: asks for the page again, with growing pauses, and goes where that leads. */

const PAUSE_FIRST_MS = 1_000
const PAUSE_MAX_MS = 10_000
const PAUSE_FACTOR = 1.4
/** How often it is said that there is still no answer. */
const SPEAK_EVERY = 5

/** `<div data-island="pay-progress" data-path data-waiting>` with `[data-progress=spoken]`. */
export function payProgress(element: HTMLElement): void {
  const path = element.dataset['path'] ?? location.pathname
  const spoken = element.querySelector<HTMLElement>('[data-progress="spoken"]')
  let pause = PAUSE_FIRST_MS
  let asked = 0

  const ask = async () => {
    const next = await whereNext(path).catch(() => undefined)
    if (next !== undefined) {
      location.replace(next)
      return
    }
    asked += 1
    if (asked % SPEAK_EVERY === 0 && spoken !== null) {
      spoken.textContent = element.dataset['waiting'] ?? ''
    }
    pause = Math.min(PAUSE_MAX_MS, pause * PAUSE_FACTOR)
    setTimeout(() => void ask(), pause)
  }
  setTimeout(() => void ask(), pause)
}

/** @returns Undefined while the page still waits. */
async function whereNext(path: string): Promise<string | undefined> {
  const answer = await fetch(path, { headers: { accept: 'text/html' } })
  if (!answer.ok) return undefined
  if (answer.redirected) return answer.url
  const page = new DOMParser().parseFromString(await answer.text(), 'text/html')
  return page.querySelector('[data-island="pay-progress"]') === null ? path : undefined
}
