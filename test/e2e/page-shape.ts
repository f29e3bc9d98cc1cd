/** What every page has whatever it is about, and how it looks on every screen. */
import { mkdir } from 'node:fs/promises'
import type { Page } from 'playwright-core'

const FOLDER = 'test-output/screenshots'

export const PHONE = { width: 390, height: 844 }
export const DESKTOP = { width: 1280, height: 900 }
/** The narrowest screen that is served: also what 1,280 pixels are at 400 %. */
const NARROW = { width: 320, height: 640 }

/** Every picture there is, for a look at how all of it looks; otherwise one of each page is kept. */
const isAll = process.env['SCREENSHOTS'] === 'all'

/** Keeps a picture for people to look at, of the page as it is now: `<name>-<as>.png`. */
export async function screenshot(page: Page, name: string, as: string): Promise<void> {
  await mkdir(FOLDER, { recursive: true })
  const path = `${FOLDER}/${name}-${as}.png`
  await page.screenshot({ path, fullPage: true, animations: 'disabled' })
}

/** With `SCREENSHOTS=all` keeps the siblings of `<name>-phone-light.png`, too. */
export async function screenshotSiblings(page: Page, name: string): Promise<void> {
  if (!isAll) return
  for (const [device, size] of [
    ['phone', PHONE],
    ['desktop', DESKTOP],
  ] as const) {
    await page.setViewportSize(size)
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme })
      if (device === 'desktop' || colorScheme === 'dark') {
        await screenshot(page, name, `${device}-${colorScheme}`)
      }
    }
  }
}

/** What does not fit: on a narrow screen, and where everything is shown at twice its size. */
export async function layoutFaults(page: Page): Promise<string[]> {
  const faults: string[] = []
  await page.setViewportSize(NARROW)
  faults.push(...(await page.evaluate(tooWide, 'on a screen of 320 pixels')))
  const session = await page.context().newCDPSession(page)
  await session.send('Emulation.setDeviceMetricsOverride', {
    width: DESKTOP.width / 2,
    height: DESKTOP.height / 2,
    deviceScaleFactor: 2,
    mobile: false,
  })
  faults.push(...(await page.evaluate(tooWide, 'at 200 %')))
  await session.send('Emulation.clearDeviceMetricsOverride')
  await session.detach()
  return faults
}

/** Runs in the page: who makes it scroll sideways. */
function tooWide(when: string): string[] {
  const { scrollWidth = 0 } = document.scrollingElement ?? {}
  if (scrollWidth <= innerWidth) return []
  const culprits = [...document.body.querySelectorAll<HTMLElement>('*')]
    .filter((element) => element.getBoundingClientRect().right > innerWidth + 0.5)
    .slice(0, 5)
    .map((element) => `${element.tagName.toLowerCase()}.${element.className}`)
  return [`${when} it is ${scrollWidth} pixels wide: ${culprits.join(', ')}`]
}

/** What is wrong with the order of a page, for those who hear it. */
export async function outlineFaults(page: Page): Promise<string[]> {
  return await page.evaluate(() => {
    const faults: string[] = []
    const { lang, dir } = document.documentElement
    if (!/^(en|de)$/.test(lang)) faults.push(`lang is "${lang}"`)
    if (dir !== 'ltr') faults.push(`dir is "${dir}"`)
    if (!/ · Box Office$/.test(document.title)) faults.push(`the title is "${document.title}"`)
    const once = ['h1', 'main', 'body > header', 'body > footer', 'a.skip-link[href="#main"]']
    for (const selector of once) {
      const { length } = document.querySelectorAll(selector)
      if (length !== 1) faults.push(`${selector} is there ${length} times`)
    }
    const parts = [...document.body.children].filter((each) => each.matches('header, main, footer'))
    const order = parts.map((each) => each.tagName.toLowerCase()).join(' ')
    if (order !== 'header main footer') faults.push(`the landmarks come as ${order}`)
    let level = 0
    for (const heading of document.querySelectorAll('h1, h2, h3, h4, h5, h6')) {
      const next = Number(heading.tagName[1])
      if (next > level + 1) faults.push(`h${next} "${heading.textContent}" follows h${level}`)
      level = next
    }
    for (const { outerHTML } of [...document.querySelectorAll('[hidden]')].filter(
      (each) => each.getClientRects().length > 0,
    )) {
      faults.push(`hidden and shown: ${outerHTML.slice(0, 80)}`)
    }
    const ids = [...document.querySelectorAll('[id]')].map(({ id }) => id)
    const twice = ids.filter((id, place) => ids.indexOf(id) !== place)
    if (twice.length > 0) faults.push(`ids that are there twice: ${twice.join(', ')}`)
    return faults
  })
}

/** What a policy without inline code forbids, and what leads elsewhere by script. */
export async function inlineFaults(page: Page): Promise<string[]> {
  return await page.evaluate(() =>
    [...document.querySelectorAll('*')].flatMap((element) => {
      const where = `${element.tagName.toLowerCase()} ${element.outerHTML.slice(0, 80)}`
      const names = element.getAttributeNames()
      const inline = names.filter((name) => name.startsWith('on') || name === 'style')
      const addresses = ['href', 'src', 'action', 'formaction', 'xlink:href']
      const isScript = addresses.some((name) =>
        /^\s*(javascript|vbscript):/i.test(element.getAttribute(name) ?? ''),
      )
      return [...inline.map((name) => `${name} of ${where}`), ...(isScript ? [where] : [])]
    }),
  )
}
