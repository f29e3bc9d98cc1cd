/** A real browser on the pages, and what its tests need to know about it. */
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { after, test } from 'node:test'
import { type Browser, type BrowserContext, type Page, chromium } from 'playwright-core'
import { CHROMIUM_ARGUMENTS, CHROMIUM_PATH } from '../../bench/vitals/chromium.ts'

const isCi = !['', '0', 'false', undefined].includes(process.env['CI'])
const MISSING = `no browser at ${CHROMIUM_PATH}: apt-get install chromium, or set CHROMIUM_PATH`
const WAIT_MAX_MS = 20_000

const SCREENSHOTS = 'test-output'

let launched: Promise<Browser> | undefined

async function browser(): Promise<Browser> {
  launched ??= chromium.launch({
    executablePath: CHROMIUM_PATH,
    args: CHROMIUM_ARGUMENTS,
  })
  return await launched
}
after(async () => {
  await (await launched)?.close()
})

/** What went wrong in the browsers of the test that is running. */
let faultsOfTest: string[][] = []

/**
 * A test in a browser, in which nothing may go wrong; without a browser it is left out, except where
 * everything must run.
 */
export function browserTest(name: string, run: () => Promise<void>): void {
  const watched = async () => {
    faultsOfTest = []
    try {
      await run()
    } catch (error) {
      const faults = faultsOfTest.flat()
      if (faults.length === 0) throw error
      const { message } = error as Error
      throw new Error(`${message}\nIn the browser: ${faults.join('; ')}`, { cause: error })
    }
    assert.deepEqual(faultsOfTest.flat(), [], 'nothing went wrong in the browser')
  }
  if (existsSync(CHROMIUM_PATH)) test(name, watched)
  else if (isCi) test(name, () => assert.fail(MISSING))
  else test(name, { skip: MISSING })
}

/** Somebody in front of a browser. */
export interface Visit extends AsyncDisposable {
  page: Page
  context: BrowserContext
  /** Another tab of the same browser, watched like the first. */
  openTab: () => Promise<Page>
  /** Everything that should not have happened; the test fails when it ends and there is some. */
  faults: string[]
}

export interface VisitOptions {
  script?: boolean
  width?: number
  colorScheme?: 'light' | 'dark'
  /** What they chose, and their browser asks for. */
  language?: 'en' | 'de'
  /** Of their pages, to be signed in. */
  session?: string
  /** Other sites that they may be led to, as to their bank. */
  mayVisit?: readonly string[]
}

/** Somebody new, with no cookies. Script is off unless it is asked for. */
export async function visit(baseURL: string, options: VisitOptions = {}): Promise<Visit> {
  const { script = false, width = 390, colorScheme = 'light', mayVisit = [] } = options
  const { language = 'en', session } = options
  const context = await (
    await browser()
  ).newContext({
    baseURL,
    javaScriptEnabled: script,
    colorScheme,
    locale: language === 'de' ? 'de-AT' : 'en-US',
    timezoneId: 'Europe/Vienna',
    viewport: { width, height: width < 600 ? 844 : 900 },
  })
  context.setDefaultTimeout(WAIT_MAX_MS)
  const cookies = { session, language: language === 'en' ? undefined : language }
  for (const [name, value] of Object.entries(cookies)) {
    if (value !== undefined) await context.addCookies([{ name, value, url: baseURL }])
  }
  const faults: string[] = []
  faultsOfTest.push(faults)
  context.on('page', (page) => {
    watch(page, [baseURL, ...mayVisit], faults)
  })
  return {
    page: await context.newPage(),
    context,
    openTab: async () => await context.newPage(),
    faults,
    async [Symbol.asyncDispose]() {
      await context.close()
    },
  }
}

/**
 * Notes what no page of ours does, whatever somebody wrote on it: dialogs, errors, content that the
 * policy refuses, requests to elsewhere, and parts of a page that are not there.
 */
function watch(page: Page, sites: readonly string[], faults: string[]): void {
  page.on('dialog', (dialog) => {
    faults.push(`dialog: ${dialog.message()}`)
    void dialog.dismiss()
  })
  page.on('pageerror', (error) => faults.push(`error: ${error.message}`))
  page.on('console', (message) => {
    const text = message.text()
    // Of these the response tells more: a page that refuses something is no fault.
    if (text.startsWith('Failed to load resource')) return
    // About processes of the browser, which the sandbox of a mail divides otherwise; nothing is refused.
    if (text.includes('origin-keyed agent cluster')) return
    const isBad = ['error', 'warning'].includes(message.type())
    if (isBad || /content security policy|refused to/i.test(text)) faults.push(`console: ${text}`)
  })
  page.on('request', (request) => {
    const url = request.url()
    const isOurs = sites.some((site) => url === site || url.startsWith(`${site}/`))
    if (!isOurs && !url.startsWith('data:')) faults.push(`asks ${url}`)
  })
  page.on('response', (response) => {
    if (response.status() >= 400 && !response.request().isNavigationRequest()) {
      faults.push(`${response.status()} for ${response.url()}`)
    }
  })
}

/** Keeps a picture for people to look at. */
export async function picture(page: Page, name: string): Promise<void> {
  await mkdir(SCREENSHOTS, { recursive: true })
  await page.screenshot({ path: `${SCREENSHOTS}/${name}.png`, fullPage: true })
}
