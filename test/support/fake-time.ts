/** A wrong clock for one process, by Debian's `faketime`. */
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

const LIBRARY = 'faketime/libfaketime.so.1'
const LIBRARIES = '/usr/lib'

/** Why no clock can be faked here; undefined where one can. */
export function fakeTimeFault(): string | undefined {
  return library() === undefined
    ? 'faketime is not installed (apt-get install faketime)'
    : undefined
}

/**
 * Environment of a process that reads its clock's error from `file`, e.g. `-600` or `+0`, in
 * seconds, again and again. What measures how long something takes stays right.
 */
export function fakeTimeEnvironment(file: string): Record<string, string> {
  return {
    LD_PRELOAD: library() ?? '',
    FAKETIME_TIMESTAMP_FILE: file,
    FAKETIME_DONT_FAKE_MONOTONIC: '1',
    FAKETIME_NO_CACHE: '1',
    // Only we are to be wrong, and not what we start.
    FAKETIME_SKIP_CMDS: 'postgres,initdb',
  }
}

/** Debian keeps it in a folder for the machine's architecture. */
function library(): string | undefined {
  if (!existsSync(LIBRARIES)) return undefined
  return readdirSync(LIBRARIES)
    .map((folder) => join(LIBRARIES, folder, LIBRARY))
    .find((path) => existsSync(path))
}
