/**
 * Every page in every state: read aloud, by keyboard, in light and dark, on a narrow screen and at
 * twice its size. The pictures are in test-output/screenshots; with SCREENSHOTS=all also of wide
 * screens and in dark.
 */
import assert from 'node:assert/strict'
import { after, before } from 'node:test'
import type { Page } from 'playwright-core'
import { accessibilityFaults } from './accessibility.ts'
import { browserTest, visit } from './browser.ts'
import { keyboardFaults } from './keyboard.ts'
import {
  DESKTOP,
  PHONE,
  inlineFaults,
  layoutFaults,
  outlineFaults,
  screenshot,
  screenshotSiblings,
} from './page-shape.ts'
import { type Sight, SIGHTS } from './sights.ts'
import { type Stage, setStage } from './stage.ts'

let stage: Stage | undefined
before(async () => {
  stage = await setStage()
})
after(async () => {
  await stage?.[Symbol.asyncDispose]()
})

/** Goes there; what is missing meanwhile is put back, whatever comes of it. */
async function open({ shop, ...stage }: Stage, sight: Sight, page: Page): Promise<void> {
  const { path, then, shows, without } = sight
  if (without) await shop.db.query(`alter table ${without} rename to away`)
  try {
    await page.goto(path({ shop, ...stage }))
    await then?.(page)
    await page.getByText(shows).first().waitFor()
  } finally {
    if (without) await shop.db.query(`alter table away rename to ${without}`)
  }
}

for (const sight of SIGHTS) {
  const { name, as, language = 'en' } = sight
  browserTest(`${name} is fit for everybody`, async () => {
    assert.ok(stage, 'the stage is set')
    const session = as === undefined ? {} : { session: stage.sessions[as] }
    await using visitor = await visit(stage.shop.url, { script: true, language, ...session })
    const { page } = visitor
    await open(stage, sight, page)
    assert.equal(await page.locator('html').getAttribute('lang'), language)

    const faults = [...(await outlineFaults(page)), ...(await inlineFaults(page))]
    await page.setViewportSize(PHONE)
    faults.push(...(await accessibilityFaults(page)))
    await screenshot(page, name, 'phone-light')
    await page.emulateMedia({ colorScheme: 'dark' })
    await page.setViewportSize(DESKTOP)
    faults.push(...(await accessibilityFaults(page, 'colours')).map((fault) => `in dark: ${fault}`))
    await screenshotSiblings(page, name)
    faults.push(...(await layoutFaults(page)))
    await page.setViewportSize(PHONE)
    faults.push(...(await keyboardFaults(page)))
    assert.equal(faults.length, 0, faults.join('\n'))
  })
}
