/** A real browser on the pages, and what its tests need to know about it. */
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { after, test } from 'node:test'
import { type Browser, type BrowserContext, type Page, chromium } from 'playwright-core'

const executablePath = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium'
const isCi = !['', '0', 'false', undefined].includes(process.env['CI'])
const MISSING = `no browser at ${executablePath}: apt-get install chromium, or set CHROMIUM_PATH`
const ARGUMENTS = [
  ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
  ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
]
const WAIT_MAX_MS = 10_000

const SCREENSHOTS = 'test-output'

let launched: Promise<Browser> | undefined

async function browser(): Promise<Browser> {
  launched ??= chromium.launch({ executablePath, args: ARGUMENTS })
  return await launched
}
after(async () => {
  await (await launched)?.close()
})

/** A test in a browser; without one it is left out, except where everything must run. */
export function browserTest(name: string, run: () => Promise<void>): void {
  if (existsSync(executablePath)) test(name, run)
  else if (isCi) test(name, () => assert.fail(MISSING))
  else test(name, { skip: MISSING })
}

export interface Visit extends AsyncDisposable {
  page: Page
  context: BrowserContext
  /** Everything that should not have happened: dialogs, refused content, broken requests. */
  faults: string[]
}

/** Somebody new, with no cookies. Script is off unless it is asked for. */
export async function visit(
  baseURL: string,
  options: { script?: boolean; width?: number; colorScheme?: 'light' | 'dark' } = {},
): Promise<Visit> {
  const { script = false, width = 390, colorScheme = 'light' } = options
  const context = await (
    await browser()
  ).newContext({
    baseURL,
    javaScriptEnabled: script,
    colorScheme,
    viewport: { width, height: width < 600 ? 844 : 900 },
  })
  context.setDefaultTimeout(WAIT_MAX_MS)
  const page = await context.newPage()
  const faults: string[] = []
  page.on('dialog', (dialog) => {
    faults.push(`dialog: ${dialog.message()}`)
    void dialog.dismiss()
  })
  page.on('pageerror', (error) => faults.push(`error: ${error.message}`))
  page.on('console', (message) => {
    if (/content security policy|refused to/i.test(message.text())) faults.push(message.text())
  })
  page.on('request', (request) => {
    if (!request.url().startsWith(baseURL)) faults.push(`asks ${request.url()}`)
  })
  return {
    page,
    context,
    faults,
    async [Symbol.asyncDispose]() {
      await context.close()
    },
  }
}

/** Keeps a picture for people to look at. */
export async function picture(page: Page, name: string): Promise<void> {
  await mkdir(SCREENSHOTS, { recursive: true })
  await page.screenshot({ path: `${SCREENSHOTS}/${name}.png`, fullPage: true })
}
