import { programUrl } from '../../bench/program.ts'

/**
 * Imports a script of the pages, for a test that has made up what it needs of a browser. By a name
 * that the compiler does not follow: what is written for browsers has other types.
 */
export async function importIsland<Exports>(name: string): Promise<Exports> {
  return (await import(programUrl(`web/islands/${name}`).href)) as Exports
}
