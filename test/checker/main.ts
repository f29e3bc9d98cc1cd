/** `npm run test:faults`: the command line. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createTerminal } from '../../bench/onsale/terminal.ts'
import { StartupError } from '../../src/kernel/startup-error.ts'
import type { FaultMaker } from './fault.ts'
import { KILLS, chooseFaults } from './faults/all.ts'
import { type Options, USAGE, readOptions } from './options.ts'
import { printTable, printVerdict, summaryOf } from './report.ts'
import { runFault } from './run.ts'
import { type Verdict, exitCodeOf, judge } from './verdict.ts'

const SECONDS = 30
/** Kills take as long as they take, but no buyer's token lives longer. */
const KILLING_SECONDS_MAX = 780
const INVALID = 2

async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2))
  const terminal = createTerminal(process.stdout, process.env)
  if (options === undefined) {
    terminal.print(USAGE)
    return 0
  }
  const makers = options.kills === undefined ? chooseFaults(options.faults) : [KILLS]
  if (options.list) {
    for (const make of makers) terminal.print(`${make().id.padEnd(6)} ${make().title}`)
    return 0
  }
  const { seed } = options
  terminal.print(`\n  Box Office under faults · seed ${seed} (repeat with --seed ${seed})\n`)
  const folder = await mkdtemp(join(tmpdir(), 'box-office-faults-'))
  const verdicts: Verdict[] = []
  for (const make of makers) {
    const verdict = await runOne(make, options, folder)
    verdicts.push(verdict)
    printVerdict(terminal, verdict)
  }
  terminal.print('')
  printTable(terminal, verdicts)
  const exitCode = exitCodeOf(verdicts)
  const summary = summaryOf(verdicts, options.kills === undefined ? 'faults' : 'kills')
  terminal.print(`\n  ${(exitCode === 0 ? terminal.good : terminal.bad)(summary)}\n`)
  await mkdir(dirname(options.jsonPath), { recursive: true })
  await writeFile(options.jsonPath, `${JSON.stringify({ seed, summary, verdicts }, null, 2)}\n`)
  if (exitCode === 0) await rm(folder, { recursive: true, force: true })
  else terminal.print(`  The ledgers are kept in ${folder}\n`)
  return exitCode
}

async function runOne(make: FaultMaker, options: Options, folder: string): Promise<Verdict> {
  const fault = make()
  const { seed, kills, ratePerSecond } = options
  const seconds =
    options.seconds ?? (kills === undefined ? (fault.seconds ?? SECONDS) : KILLING_SECONDS_MAX)
  const strikes = kills ?? (options.seconds === undefined ? fault.strikes : undefined)
  return judge(await runFault({ fault, seed, seconds, strikes, ratePerSecond, folder }))
}

// What was started ends with us, at our exit; by a signal there would be none.
for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const) {
  process.once(signal, () => process.exit(code))
}
try {
  process.exit(await main())
} catch (error) {
  console.error(error instanceof StartupError ? `\n${error.message}\n` : error)
  process.exit(INVALID)
}
