/** What a row of the benchmark is, and what it is given to measure with. */
import type { BenchDatabase, BenchServer } from './bench-server.ts'
import type { LoadResult, Requests } from './load.ts'
import type { BenchOptions } from './options.ts'
import type { Sale, SaleOptions } from './sale.ts'
import type { Target } from './target.ts'

/** What the median of a row's ratios should reach. */
export interface Goal {
  ratio: number
  hope?: number
  sense: 'at least' | 'at most'
}

export interface Row {
  /** For `--only` and the results, kebab-case. */
  name: string
  /** What is divided by what, for people. */
  title: string
  goal?: Goal
  /** Takes a quarter of an hour, so only `--long` and `--only` have it. */
  isLong?: boolean
  measure: (context: BenchContext) => Promise<RowResult>
}

export interface RowResult {
  /** One for each repetition; the verdict goes by their median. Empty when it was not run. */
  ratios: number[]
  /** What the ratios were made of, by a name with its unit, one figure for each repetition. */
  figures: Record<string, number[]>
  /** Why the row does not count: a refused purchase, books that do not match. None is good. */
  faults: string[]
  /** Why it cannot be run here, e.g. which tool is missing. */
  notRun?: string
  /** Anything else for the file of results. */
  details?: object
}

export interface BenchContext {
  options: BenchOptions
  /** The rows of this run, for those that share their measurements. */
  rows: readonly Row[]
  /** A folder of this run, removed at its end. */
  folder: string
  /** The PostgreSQL of the run. */
  server: BenchServer
  /** Another one with the same settings on a folder of its own, stopped at the end of the run. */
  startServer: (options: { syncDelayMs: number }) => Promise<BenchServer>
  /** The shop as it runs in production, built, in a process of its own; `env` adds settings. */
  startShop: (database: BenchDatabase, env?: Record<string, string>) => Promise<Target>
  /** Another program of the benchmark as a process, by its path from the project's root. */
  startProgram: (
    path: string,
    database: BenchDatabase,
    env?: Record<string, string>,
  ) => Promise<Target>
  /** Puts users and events into a migrated database. Slow: do it once and measure in copies. */
  createSale: (database: BenchDatabase, options?: Partial<SaleOptions>) => Promise<Sale>
  /** Warms up, then measures: a closed loop over so many connections. */
  load: (load: {
    target: Target
    connections: number
    requests: Requests
    /** Other requests to warm up with. */
    warmUp?: Requests
    seconds?: number
    /** 0 leaves the warm-up out. */
    warmUpSeconds?: number
    /** Whose processor time is told beside the target's. */
    server?: BenchServer
  }) => Promise<LoadResult>
  /** A line for whoever watches. */
  log: (line: string) => void
  /** Aborted by Ctrl-C. */
  stop: AbortSignal
}
