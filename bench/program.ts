import { fileURLToPath } from 'node:url'
import { packageRoot } from '../src/platform/package-root.ts'

const isCompiled = import.meta.url.endsWith('.js')

/**
 * What Node has to be told to read the modules of this project: nothing where they are compiled, as
 * we are then ourselves, because that starts in a fraction of the time.
 */
export const LOADER: readonly string[] = isCompiled ? [] : ['--import', 'tsx']

/** @param program Path from the package's folder without its ending, e.g. `src/main`. */
export const programUrl = (program: string): URL =>
  new URL(isCompiled ? `dist/${program}.js` : `${program}.ts`, packageRoot)

/** Node's arguments for a program. */
export const programArguments = (program: string): string[] => [
  ...LOADER,
  fileURLToPath(programUrl(program)),
]
