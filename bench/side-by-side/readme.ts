/** The figures in README.md, written from the newest full results so that they cannot drift. */
import { readFile, readdir, writeFile } from 'node:fs/promises'
import { StartupError } from '../../src/kernel/startup-error.ts'
import { packageRoot } from '../../src/platform/package-root.ts'
import { readable } from './figures.ts'
import { type Results, type RowReport, readResults } from './results.ts'

const BEGIN = '<!-- bench: `npm run bench -- --readme` writes this from the newest results -->\n'
const END = '<!-- /bench -->'
const FULL = /^bench-\d{4}-\d\d-\d\d\.json$/
const RESULTS = 'bench/results'

/** What stands between the marks. @throws StartupError when README.md has no marks. */
export function figuresIn(readme: string): string {
  const [, after] = readme.split(BEGIN)
  const [figures, rest] = after?.split(END) ?? []
  if (figures === undefined || rest === undefined) {
    throw new StartupError('README.md has no marks between which the figures go.')
  }
  return figures
}

/** What should stand there: nothing as long as there are no full results. */
export async function newestFigures(): Promise<string> {
  const files = await readdir(new URL(RESULTS, packageRoot))
  const newest = files
    .filter((name) => FULL.test(name))
    .sort()
    .at(-1)
  if (newest === undefined) return ''
  const path = `${RESULTS}/${newest}`
  return describe(await readResults(new URL(path, packageRoot)), path)
}

/** @throws StartupError when README.md has no marks. */
export async function writeReadme(): Promise<void> {
  const path = new URL('README.md', packageRoot)
  const readme = await readFile(path, 'utf8')
  const before = `${BEGIN}${figuresIn(readme)}${END}`
  const after = `${BEGIN}${await newestFigures()}${END}`
  await writeFile(
    path,
    readme.replace(before, () => after),
  )
}

function describe(results: Results, path: string): string {
  const { cores, cpu, memoryGb, node, postgres, commit, date, options } = results
  const lines = [
    '',
    `![Orders a second, Box Office beside others](${path.replace(/\.json$/, '.svg')})`,
    '',
    `On ${date.slice(0, 10)} at commit ${commit.slice(0, 9)}, ${cores} cores of ${cpu}, ${memoryGb} GB, PostgreSQL ${postgres.version}, Node ${node}; load generator, servers and database share the machine. Medians of ${options.repetitions} interleaved repetitions ([all figures](${path})):`,
    '',
    '| | ratio | lowest to highest | goal |',
    '|---|---|---|---|',
    ...results.rows.map(tableRow),
    '',
  ]
  return `${lines.join('\n')}\n`
}

function tableRow({ title, ratio, verdict, faults }: RowReport): string {
  if (ratio === undefined || faults.length > 0) return `| ${title} | | | ${verdict} |`
  const { median, min, max } = ratio
  return `| ${title} | **${readable(median)}** | ${readable(min)} to ${readable(max)} | ${verdict} |`
}
