/** `npm run bench`: the command line. */
import { StartupError } from '../../src/kernel/startup-error.ts'
import { ALL_ROWS } from './all-rows.ts'
import { chooseRows, runBench } from './bench.ts'
import { USAGE, readOptions } from './options.ts'
import { writeReadme } from './readme.ts'
import type { Row } from './row.ts'

const DID_NOT_RUN = 2
const INTERRUPTED = 130

async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2))
  if (options === undefined) {
    console.log(USAGE)
    return 0
  }
  const rows = chooseRows(options, ALL_ROWS)
  if (options.isList) {
    for (const row of ALL_ROWS) console.log(`${row.name.padEnd(16)} ${row.title}${goalOf(row)}`)
    return 0
  }
  if (options.isReadme) {
    await writeReadme()
    return 0
  }
  const stop = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      // The exit handlers still end the servers and remove their folder.
      if (stop.signal.aborted) process.exit(INTERRUPTED)
      console.error('\n  Stopping; again to wait for nothing.')
      stop.abort()
    })
  }
  try {
    const { exitCode } = await runBench(options, rows, { print: console.log, stop: stop.signal })
    return exitCode
  } catch (error) {
    // Whatever else went wrong then was stopped.
    if (stop.signal.aborted) return INTERRUPTED
    throw error
  }
}

function goalOf({ goal, isLong }: Row): string {
  const length = isLong === true ? ' (with --long)' : ''
  if (goal === undefined) return length
  const hope = goal.hope === undefined ? '' : `, hope ${goal.hope}`
  return ` · ${goal.sense} ${goal.ratio}${hope}${length}`
}

try {
  process.exit(await main())
} catch (error) {
  console.error(error instanceof StartupError ? `\n${error.message}\n` : error)
  process.exit(DID_NOT_RUN)
}
