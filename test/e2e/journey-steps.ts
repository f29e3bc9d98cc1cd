/** What every journey has steps of: finding an event, signing up, holding, and the tickets at the end. */
import assert from 'node:assert/strict'
import type { Locator, Page } from 'playwright-core'
import { loadSigningKeys } from '../../src/platform/signing-keys.ts'
import { createTicketTokens } from '../../src/services/ticketing/ticket-token.ts'
import { PASSWORD } from '../support/accounts.ts'
import { type PaidShop, assertBooksAgree } from '../support/paid-sale.ts'
import { noScanner, scanned } from '../support/scanner.ts'
import type { Hands } from './hands.ts'

export const pathOf = (page: Page): string => new URL(page.url()).pathname
export const heading = (page: Page, name: string | RegExp): Locator =>
  page.getByRole('heading', { name })

/** Holds what a page shows to be good at the door: its codes, read from a picture of it. */
export async function assertGoodAtTheDoor(
  shop: PaidShop,
  page: Page,
  eventId: number,
  count: number,
): Promise<void> {
  const codes = await page.getByRole('code').allTextContents()
  assert.equal(new Set(codes).size, count, 'a code for each ticket')
  if (noScanner !== false) return
  const { dataDir } = shop.app
  const tokens = createTicketTokens({
    keys: await loadSigningKeys({ authKey: undefined, dataDir }),
  })
  const path = `test-output/at-the-door-${eventId}.png`
  await page.screenshot({ path, fullPage: true })
  const read = (await scanned(path)).map((text) => tokens.verify(text, eventId)?.ticketCode)
  assert.deepEqual(read.sort(), codes.sort())
}

/** Holds the books to agree that this much was taken for an event, and nothing given back. */
export async function assertPaidOnce(
  shop: PaidShop,
  eventId: number,
  cents: number,
): Promise<void> {
  const { captured, refunded } = await assertBooksAgree(shop.db, shop.simulatorUrl, eventId)
  assert.deepEqual([captured, refunded], [cents, 0])
}

let made = 0

/** Somebody new finds the event, and is signed up and back at it. */
export async function comeToBuy(
  page: Page,
  hands: Hands,
  search: string,
  event: string,
): Promise<void> {
  const number = (made += 1)
  await page.goto('/')
  await hands.fill('What', search)
  await hands.press('Search')
  await hands.follow(event)
  await heading(page, event).waitFor()
  await hands.follow('Sign in to buy')
  await hands.follow('Create an account')
  await hands.fill('Name', 'Nora Barnacle')
  await hands.fill('E-mail address', `nora-${number}@shop.example`)
  await hands.fill('Password', PASSWORD)
  await hands.press('Create account')
  await heading(page, event).waitFor()
}

/** Until the tickets are held and the page to pay on is there. */
export async function hold(page: Page, hands: Hands, tickets: string): Promise<number> {
  await hands.choose('How many', tickets)
  await hands.press('Buy now')
  await heading(page, 'Pay for your tickets').waitFor()
  return Number(/^\/checkout\/(\d+)$/.exec(pathOf(page))?.[1])
}
