/** What the command line asks for. */
import { parseArgs } from 'node:util'
import { StartupError } from '../../src/kernel/startup-error.ts'

export const USAGE = `Usage: npm run test:faults -- [options]

Sells while things break, and holds what happened against the invariants of docs/invariants.md.

  --fault F1,F4         only these; default all
  --kills 100           instead: so many kills, of the API and of PostgreSQL, in one sale
  --seconds N           how long each fault may strike; default as long as it needs
  --seed N              the same seed draws the same crowd and the same faults
  --rate N              visits a second, default 30
  --list                says which faults there are
  --json FILE           where the report goes; default test-output/faults.json

Exit code: 0 all invariants held, 1 one was violated, 2 invalid: it showed nothing.`

export interface Options {
  faults: string[] | undefined
  kills: number | undefined
  seconds: number | undefined
  seed: number
  ratePerSecond: number
  list: boolean
  jsonPath: string
}

/**
 * @returns Undefined when help was asked for.
 * @throws StartupError that says what to write instead.
 */
export function readOptions(args: readonly string[]): Options | undefined {
  const { values } = parse(args)
  if (values.help === true) return undefined
  const number = (name: 'kills' | 'seconds' | 'seed' | 'rate', max: number) => {
    const text = values[name]
    if (text === undefined) return undefined
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN
    if (value >= 1 && value <= max) return value
    throw new StartupError(`--${name} ${text}: must be a whole number from 1 to ${max}.`)
  }
  return {
    faults: values.fault?.split(',').map((id) => id.trim().toUpperCase()),
    kills: number('kills', 10_000),
    seconds: number('seconds', 800),
    seed: number('seed', 4_294_967_295) ?? 1 + Math.floor(Math.random() * 1_000_000),
    ratePerSecond: number('rate', 10_000) ?? 30,
    list: values.list === true,
    jsonPath: values.json ?? 'test-output/faults.json',
  }
}

function parse(args: readonly string[]) {
  const text = { type: 'string' } as const
  const flag = { type: 'boolean' } as const
  try {
    return parseArgs({
      args: [...args],
      options: {
        ...{ fault: text, kills: text, seconds: text, seed: text, rate: text, json: text },
        ...{ list: flag, help: flag },
      },
    })
  } catch (error) {
    throw new StartupError(`${(error as Error).message}\n\n${USAGE}`)
  }
}
