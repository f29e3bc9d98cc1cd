/** The scores of Lighthouse 12, which npx fetches: nobody else needs so large a package. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { CHROMIUM_ARGUMENTS, CHROMIUM_PATH } from './chromium.ts'

const CATEGORIES = ['performance', 'accessibility', 'best-practices', 'seo'] as const
const TIMEOUT_MS = 180_000
const OUTPUT_BYTES_MAX = 64 * 1024 ** 2

/** Out of 100, and what took points away. */
export interface Scores {
  scores: Record<(typeof CATEGORIES)[number], number>
  missed: string[]
}

interface Report {
  categories: Record<string, { score: number | null; auditRefs: { id: string; weight: number }[] }>
  audits: Record<string, { title: string; score: number | null }>
}

/** @throws Error when it cannot be fetched or run. */
export async function askLighthouse(url: URL): Promise<Scores> {
  const flags = CHROMIUM_ARGUMENTS.join(' ')
  const { stdout } = await promisify(execFile)(
    'npx',
    [
      ...['--yes', 'lighthouse@12', url.href, '--quiet', '--output=json'],
      ...[`--only-categories=${CATEGORIES.join()}`, `--chrome-flags=${flags}`],
    ],
    {
      env: { ...process.env, CHROME_PATH: CHROMIUM_PATH },
      ...{ timeout: TIMEOUT_MS, maxBuffer: OUTPUT_BYTES_MAX },
    },
  )
  const { categories, audits } = JSON.parse(stdout) as Report
  const scoreOf = (name: string) => Math.round((categories[name]?.score ?? 0) * 100)
  return {
    scores: Object.fromEntries(CATEGORIES.map((name) => [name, scoreOf(name)])) as Scores['scores'],
    missed: CATEGORIES.flatMap((name) => categories[name]?.auditRefs ?? [])
      .filter(({ id, weight }) => weight > 0 && (audits[id]?.score ?? 1) < 0.9)
      .map(({ id }) => `${audits[id]?.title ?? id} (${id})`),
  }
}
