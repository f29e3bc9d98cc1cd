/** What the command line of `npm run bench` asks for. */
import { parseArgs } from 'node:util'
import { StartupError } from '../../src/kernel/startup-error.ts'

export const USAGE = `Usage: npm run bench -- [options]

Box Office beside pgbench, the textbook way and bare HTTP servers, in one run on one PostgreSQL that
it starts and removes again. Writes bench/results/bench-<date>.json and a chart.

  --long             also the rows that take a quarter of an hour each
  --quick            every row in under three minutes, short and rough; marked so in its results
  --only ROW[,ROW]   only these rows
  --list             the rows and their goals
  --repetitions N    default 5, with --quick 1
  --seconds N        of each measurement, whole ones for wrk; default 6, with --quick 2
  --seed N           the order of the buyers
  --load wrk|node    the load generator; default wrk where it is installed
  --results FOLDER   where to write; default bench/results
  --readme           only writes the newest full results into README.md

Exit code: 0 measured, 1 a row is void, 2 it could not run. A goal that is missed is no failure.`

export interface BenchOptions {
  isQuick: boolean
  /** Undefined is all. */
  only: string[] | undefined
  isList: boolean
  /** Also the rows that take a quarter of an hour each. */
  hasLong: boolean
  isReadme: boolean
  repetitions: number
  /** Of each measurement. */
  seconds: number
  /** Before each measurement. */
  warmUpSeconds: number
  seed: number
  /** Undefined takes wrk where it is installed. */
  loadGenerator: 'wrk' | 'node' | undefined
  resultsFolder: string | undefined
}

/**
 * Of a measurement. A process just started needs about five seconds of load until its code is
 * compiled and the tokens of all buyers were seen once; there are rows for what is new.
 */
const WARM_UP_SHARE = { quick: 0.5, full: 1.2 }
const REPETITIONS_MAX = 100
const SECONDS_MAX = 600

/**
 * @returns Undefined when help was asked for.
 * @throws StartupError that names the option and says what to write instead.
 */
export function readOptions(args: readonly string[]): BenchOptions | undefined {
  const values = parse(args)
  if (values.help === true) return undefined
  const isQuick = values.quick === true
  const seconds = number('seconds', values.seconds, isQuick ? 2 : 6, SECONDS_MAX)
  const { load } = values
  if (load !== undefined && load !== 'wrk' && load !== 'node') {
    throw new StartupError(`--load ${load}: must be wrk or node.`)
  }
  return {
    isQuick,
    only: values.only?.split(',').map((name) => name.trim()),
    isList: values.list === true,
    hasLong: values.long === true,
    isReadme: values.readme === true,
    repetitions: integer('repetitions', values.repetitions, isQuick ? 1 : 5, REPETITIONS_MAX),
    seconds,
    warmUpSeconds: Math.ceil(seconds * (isQuick ? WARM_UP_SHARE.quick : WARM_UP_SHARE.full)),
    seed: integer('seed', values.seed, 1 + Math.floor(Math.random() * 1_000_000), 4_294_967_295),
    loadGenerator: load,
    resultsFolder: values.results,
  }
}

function parse(args: readonly string[]) {
  try {
    const text = { type: 'string' } as const
    const flag = { type: 'boolean' } as const
    return parseArgs({
      args: [...args],
      options: {
        ...{ quick: flag, list: flag, long: flag, help: flag, readme: flag },
        ...{ only: text, repetitions: text, seconds: text, seed: text, load: text, results: text },
      },
    }).values
  } catch (error) {
    throw new StartupError(`${(error as Error).message}\n\n${USAGE}`)
  }
}

function number(name: string, text: string | undefined, otherwise: number, max: number): number {
  if (text === undefined) return otherwise
  const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN
  if (value > 0 && value <= max) return value
  throw new StartupError(`--${name} ${text}: must be a number above 0 and up to ${max}.`)
}

function integer(name: string, text: string | undefined, otherwise: number, max: number): number {
  const value = number(name, text, otherwise, max)
  if (Number.isInteger(value)) return value
  throw new StartupError(`--${name} ${text ?? ''}: must be a whole number.`)
}
