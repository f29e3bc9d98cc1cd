/** Somebody who uses the keyboard alone, and sees where they are at every step. */
import assert from 'node:assert/strict'
import type { Locator, Page } from 'playwright-core'

/** More stops than any page has; who presses Tab more often is caught. */
const STOPS_MAX = 250
/** Of one field: a date has its day, month, year and calendar. */
const STOPS_OF_A_FIELD_MAX = 6

/** What can have the focus. */
const STOPS =
  'a[href], button, input:not([type=hidden]), select, textarea, summary, iframe, [tabindex]'

interface Stop {
  /** Its place among everything that can be reached; -1 for what is focused by script alone. */
  place: number
  what: string
  /** Why somebody could not see that they are here. */
  fault: string | undefined
}

/** Presses Tab until this has the focus, which can be seen at every stop on the way. */
export async function tabTo(page: Page, target: Locator): Promise<void> {
  await target.waitFor()
  for (let presses = 0; presses < STOPS_MAX; presses += 1) {
    if (await target.evaluate((element) => element === document.activeElement)) return
    await page.keyboard.press('Tab')
    const stop = await page.evaluate(focusedNow, STOPS)
    assert.equal(stop?.fault, undefined, `${stop?.what ?? ''} on ${page.url()}`)
  }
  assert.fail(`Tab never leads to ${target.toString()} on ${page.url()}`)
}

/** Goes to a field and writes over what is in it. */
export async function fillByKeyboard(page: Page, field: Locator, text: string): Promise<void> {
  await tabTo(page, field)
  await page.keyboard.press('ControlOrMeta+a')
  await page.keyboard.type(text)
}

/** Goes to a link or a button and presses it. */
export async function pressByKeyboard(page: Page, target: Locator): Promise<void> {
  await tabTo(page, target)
  await page.keyboard.press('Enter')
}

/**
 * Goes once around a page by Tab.
 * @returns What cannot be reached, where one is held, and where the focus cannot be seen.
 */
export async function keyboardFaults(page: Page): Promise<string[]> {
  const expected = await page.evaluate(reachable, STOPS)
  const seen = new Map<number, Stop>()
  const faults: string[] = []
  let last: Stop | undefined
  let repeated = 0
  for (let presses = 0; presses < STOPS_MAX; presses += 1) {
    await page.keyboard.press('Tab')
    const stop = await page.evaluate(focusedNow, STOPS)
    repeated = stop?.place === last?.place ? repeated + 1 : 0
    if (stop !== undefined && seen.has(stop.place)) {
      if (repeated > 0 && repeated < STOPS_OF_A_FIELD_MAX) continue
      if (repeated > 0 && expected.length > 1) faults.push(`held at ${stop.what}`)
      break
    }
    if (stop !== undefined) seen.set(stop.place, stop)
    // Past the last stop is the browser's own; the round begins anew.
    else if (last === undefined && presses > 0) break
    last = stop
  }
  for (const { place, name } of expected) {
    if (!seen.has(place)) faults.push(`Tab never leads to ${name}`)
  }
  for (const { fault, what } of seen.values()) {
    if (fault !== undefined) faults.push(`${what}: ${fault}`)
  }
  return faults
}

/** Runs in the page: what Tab should lead to. Of a group of radio buttons it leads to one. */
function reachable(stops: string): { place: number; name: string }[] {
  const all = [...document.querySelectorAll<HTMLElement>(stops)]
  const groups = new Map<string, HTMLInputElement>()
  for (const each of all) {
    if (!(each instanceof HTMLInputElement) || each.type !== 'radio' || each.disabled) continue
    const group = `${each.form?.action ?? ''} ${each.name}`
    if (!groups.has(group) || each.checked) groups.set(group, each)
  }
  return all.flatMap((element, place) => {
    const isOff = element.matches(':disabled, [tabindex="-1"]') || element.closest('[inert]')
    const isOther =
      element instanceof HTMLInputElement &&
      element.type === 'radio' &&
      ![...groups.values()].includes(element)
    if (isOff || isOther || !element.checkVisibility({ visibilityProperty: true })) return []
    return [{ place, name: `${element.tagName} ${element.textContent.trim() || element.id}` }]
  })
}

/** Runs in the page: where the focus is, and whether that is seen. It has no named functions. */
function focusedNow(stops: string): Stop | undefined {
  const element = document.activeElement
  if (!(element instanceof HTMLElement) || element === document.body) return undefined
  const place = [...document.querySelectorAll(stops)].indexOf(element)
  // Within a frame it is for the frame to show.
  if (element.tagName === 'IFRAME') return { place, what: 'a frame', fault: undefined }
  const what = `${element.tagName} ${element.textContent.trim() || element.id || element.className}`
  // It may be shown on what is drawn around a field, or on a card that is one link.
  const labels = element instanceof HTMLInputElement ? [...(element.labels ?? [])] : []
  const frames: Element[] = [element, ...labels]
  for (let up = element.parentElement; up && frames.length < 6; up = up.parentElement)
    frames.push(up)
  const marked = frames.find((each) =>
    ['', '::after', '::before'].some((part) => {
      const { outlineStyle, outlineWidth, outlineColor } = getComputedStyle(each, part)
      const isClear = /^(transparent|rgba\(.*, 0\))$/.test(outlineColor)
      return outlineStyle !== 'none' && parseFloat(outlineWidth) >= 1 && !isClear
    }),
  )
  if (!marked) return { place, what, fault: 'nothing shows that it has the focus' }
  const { left, top, right, bottom, width, height } = marked.getBoundingClientRect()
  if (width < 2 || height < 2) return { place, what, fault: 'it is too small to be seen' }
  const isOut = bottom <= 0 || right <= 0 || top >= innerHeight || left >= innerWidth
  if (isOut) return { place, what, fault: 'it is out of view' }
  const x = (Math.max(left, 0) + Math.min(right, innerWidth)) / 2
  const y = (Math.max(top, 0) + Math.min(bottom, innerHeight)) / 2
  const above = document.elementFromPoint(x, y)
  const isCovered = above !== null && !marked.contains(above) && !above.contains(marked)
  const fault = isCovered ? `${above.tagName} ${above.className} covers it` : undefined
  return { place, what, fault }
}
