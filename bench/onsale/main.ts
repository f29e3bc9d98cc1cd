/** `npm run onsale`: the command line. */
import { StartupError } from '../../src/kernel/startup-error.ts'
import { rehearse } from './onsale.ts'
import { USAGE, readOptions } from './options.ts'
import { createTerminal } from './terminal.ts'

const NOT_AUDITED = 2
const INTERRUPTED = 130
const HUNG_UP = 129

async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2), process.env)
  if (options === undefined) {
    console.log(USAGE)
    return 0
  }
  const stop = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      // The exit handlers still end the shop and remove its folder.
      if (stop.signal.aborted) process.exit(INTERRUPTED)
      stop.abort()
    })
  }
  // The terminal was closed: nobody is there to tell.
  process.on('SIGHUP', () => process.exit(HUNG_UP))
  const terminal = createTerminal(process.stdout, process.env)
  const { verdict } = await rehearse(options, { terminal, stop })
  return verdict.exitCode
}

try {
  process.exit(await main())
} catch (error) {
  console.error(error instanceof StartupError ? `\n${error.message}\n` : error)
  process.exit(NOT_AUDITED)
}
