/** `npm run vitals`: how fast the pages are on a cheap phone, in a real browser. */
import { parseArgs } from 'node:util'
import { type Browser, type Page, chromium } from 'playwright-core'
import { StartupError } from '../../src/kernel/startup-error.ts'
import { startOwnShop } from '../onsale/shop.ts'
import { CHROMIUM_ARGUMENTS, CHROMIUM_PATH } from './chromium.ts'
import { askLighthouse } from './lighthouse.ts'
import { type Sight, type Vitals, loadPage } from './page-load.ts'

const USAGE = `Usage: npm run vitals -- [options]

Loads the pages of a shop in Chromium, slowed down to a cheap phone on a slow line, and says what
somebody waits for. Goals: largest paint 1.0 s, layout shift 0.02, interaction 100 ms.

  --url URL       of a shop that runs; default one of its own, with the sample events
  --loads N       of each page, of which the median counts; default 5
  --lighthouse    also the scores of Lighthouse 12, which npx fetches

CHROMIUM_PATH names the browser; default ${CHROMIUM_PATH}.`

/** The sample event that is on sale. */
const EVENT = '/events/1'

async function typeIntoSearch(page: Page): Promise<void> {
  const box = page.getByRole('searchbox').or(page.locator('input[name=q]')).first()
  await box.tap()
  await box.pressSequentially('rok', { delay: 50 })
}

async function typePassword(page: Page): Promise<void> {
  const box = page.locator('input[type=password]').first()
  await box.tap()
  await box.pressSequentially('horse battery', { delay: 50 })
}

const SIGHTS: readonly Sight[] = [
  { name: 'home', path: '/', use: typeIntoSearch },
  { name: 'search', path: '/?q=night', use: typeIntoSearch },
  { name: 'event', path: EVENT },
  { name: 'sign up', path: '/sign-up', use: typePassword },
]

function readOptions(args: readonly string[]) {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        url: { type: 'string' },
        loads: { type: 'string', default: '5' },
        lighthouse: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    })
    return values
  } catch (error) {
    throw new StartupError(`${(error as Error).message}\n\n${USAGE}`)
  }
}

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2))
  if (options.help) {
    console.log(USAGE)
    return
  }
  const loads = Number(options.loads)
  if (!Number.isInteger(loads) || loads < 1) throw new StartupError(`--loads ${options.loads}: must be a whole number from 1.`) // prettier-ignore
  await using own = options.url === undefined ? await startOwnShop({ hasSamples: true }) : undefined
  const base = own?.url ?? new URL(options.url ?? '')
  const browser = await chromium.launch({
    executablePath: CHROMIUM_PATH,
    args: CHROMIUM_ARGUMENTS,
  })
  try {
    for (const sight of SIGHTS) console.log(lineOf(sight, await medianLoad(browser, base, sight, loads))) // prettier-ignore
  } finally {
    await browser.close()
  }
  if (!options.lighthouse) return
  for (const { name, path } of SIGHTS) {
    const { scores, missed } = await askLighthouse(new URL(path, base))
    const words = Object.entries(scores).map(([category, score]) => `${category} ${score}`)
    console.log(`  Lighthouse, ${name}: ${words.join(', ')}`)
    for (const audit of missed) console.log(`    ${audit}`)
  }
}

async function medianLoad(
  browser: Browser,
  base: URL,
  sight: Sight,
  loads: number,
): Promise<Vitals> {
  const all: Vitals[] = []
  for (let n = 0; n < loads; n += 1) all.push(await loadPage(browser, base, sight))
  const median = (of: (vitals: Vitals) => number) =>
    all.map(of).sort((a, b) => a - b)[Math.floor(loads / 2)] ?? Number.NaN
  return {
    largestPaintMs: median((vitals) => vitals.largestPaintMs),
    layoutShift: median((vitals) => vitals.layoutShift),
    interactionMs:
      sight.use === undefined ? undefined : median((vitals) => vitals.interactionMs ?? 0),
    kilobytes: median((vitals) => vitals.kilobytes),
  }
}

function lineOf({ name }: Sight, vitals: Vitals): string {
  const { largestPaintMs, layoutShift, interactionMs, kilobytes } = vitals
  const interaction = interactionMs === undefined ? '' : `, interaction ${Math.round(interactionMs)} ms` // prettier-ignore
  return `  ${name.padEnd(8)} largest paint ${(largestPaintMs / 1000).toFixed(2)} s, layout shift ${layoutShift.toFixed(3)}${interaction}, ${kilobytes.toFixed(0)} KB in all`
}

try {
  await main()
} catch (error) {
  console.error(error instanceof StartupError ? `\n${error.message}\n` : error)
  process.exitCode = 2
}
