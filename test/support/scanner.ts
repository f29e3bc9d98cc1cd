/** A scanner at the door: a program that is not ours reads our QR codes. */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** Why nothing can be scanned here; false where it can. */
export const noScanner: string | false =
  !existsSync('/usr/bin/zbarimg') && 'zbarimg is not installed (apt-get install zbar-tools)'

/** What a scanner reads from pictures, one line for each code. @throws When there is none. */
export async function scanned(...pictures: string[]): Promise<string[]> {
  const { stdout } = await run('zbarimg', ['--quiet', '--raw', '-Sdisable', '-Sqr.enable', ...pictures]) // prettier-ignore
  return stdout.trim().split('\n')
}
