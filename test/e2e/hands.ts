/** How somebody uses a page: with a pointer, or by the keyboard alone. A journey works with either. */
import assert from 'node:assert/strict'
import type { Page } from 'playwright-core'
import { fillByKeyboard, pressByKeyboard, tabTo } from './keyboard.ts'

type Name = string | RegExp

/** Words stand for themselves, not for what contains them. */
const exactly = (name: Name) => ({ name, exact: typeof name === 'string' })

export interface Hands {
  /** Writes into the field with this label. */
  fill: (label: Name, text: string) => Promise<void>
  /** Takes an option of the list with this label, by its value. */
  choose: (label: Name, option: string) => Promise<void>
  /** Marks the radio button or the box with this label. */
  mark: (label: Name) => Promise<void>
  follow: (link: Name) => Promise<void>
  press: (button: Name) => Promise<void>
}

export const pointer = (page: Page): Hands => ({
  fill: async (label, text) => {
    await page.getByLabel(label).fill(text)
  },
  choose: async (label, option) => {
    await page.getByLabel(label).selectOption(option)
  },
  mark: async (label) => {
    await page.getByLabel(label).check()
  },
  follow: async (name) => {
    await page.getByRole('link', exactly(name)).first().click()
  },
  press: async (name) => {
    await page.getByRole('button', exactly(name)).first().click()
  },
})

/** More steps than any list or group has. */
const ARROWS_MAX = 30

export const keyboard = (page: Page): Hands => ({
  fill: async (label, text) => {
    await fillByKeyboard(page, page.getByLabel(label), text)
  },
  choose: async (label, option) => {
    const list = page.getByLabel(label)
    await tabTo(page, list)
    await page.keyboard.press('Home')
    for (let arrows = 0; arrows < ARROWS_MAX; arrows += 1) {
      if ((await list.inputValue()) === option) return
      await page.keyboard.press('ArrowDown')
    }
    assert.fail(`${option} is no option of ${String(label)}`)
  },
  mark: async (label) => {
    const target = page.getByLabel(label)
    if (await target.isChecked()) return
    const isRadio = (await target.getAttribute('type')) === 'radio'
    // Tab leads to the marked one of a group; arrows go on from there.
    const name = (await target.getAttribute('name')) ?? ''
    await tabTo(page, isRadio ? page.locator(`input[name="${name}"]:checked`) : target)
    if (!isRadio) await page.keyboard.press('Space')
    for (let arrows = 0; isRadio && arrows < ARROWS_MAX; arrows += 1) {
      if (await target.isChecked()) break
      await page.keyboard.press('ArrowDown')
    }
    assert.ok(await target.isChecked(), `${String(label)} is marked`)
  },
  follow: async (name) => {
    await pressByKeyboard(page, page.getByRole('link', exactly(name)).first())
  },
  press: async (name) => {
    await pressByKeyboard(page, page.getByRole('button', exactly(name)).first())
  },
})
