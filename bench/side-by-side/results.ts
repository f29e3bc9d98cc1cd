/** The file of results, and the picture beside it. */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { packageRoot } from '../../src/platform/package-root.ts'
import { drawChart } from './chart.ts'
import type { Summary } from './figures.ts'
import type { Machine } from './machine.ts'
import type { BenchOptions } from './options.ts'
import type { Goal } from './row.ts'

export interface RowReport {
  name: string
  title: string
  goal: Goal | undefined
  verdict: string
  /** Undefined when it was not run. */
  ratio: Summary | undefined
  ratios: number[]
  figures: Record<string, Summary & { values: number[] }>
  faults: string[]
  details: object | undefined
  /** How long it took; measurements that rows share count for the first of them. */
  seconds: number
}

export interface Results extends Machine {
  options: BenchOptions
  rows: RowReport[]
}

const DIGITS = 5

/**
 * Writes `bench-<date>.json`; a run that is quick or of some rows only, which says less, into a file
 * of its own. @returns Its path.
 */
export async function writeResults(results: Results): Promise<string> {
  const { options } = results
  const folder = options.resultsFolder ?? fileURLToPath(new URL('bench/results', packageRoot))
  const kind = options.isQuick ? '-quick' : options.only === undefined ? '' : '-partial'
  const path = join(folder, `bench-${results.date.slice(0, 10)}${kind}.json`)
  await mkdir(folder, { recursive: true })
  await writeFile(path, `${JSON.stringify(results, rounded, 2)}\n`)
  const chart = drawChart(results)
  if (chart !== undefined) await writeFile(path.replace(/\.json$/, '.svg'), chart)
  return path
}

export async function readResults(path: string | URL): Promise<Results> {
  return JSON.parse(await readFile(path, 'utf8')) as Results
}

const rounded = (_name: string, value: unknown): unknown =>
  typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(DIGITS)) : value
