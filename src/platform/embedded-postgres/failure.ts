import { existsSync } from 'node:fs'
import { StartupError } from '../../kernel/startup-error.ts'

const OTHER_WAY = 'or set DATABASE_URL to a PostgreSQL server.'

/** Known last words of initdb and postgres, and what a person can do about each. */
const KNOWN_CAUSES: readonly { words: RegExp; advice: string }[] = [
  {
    words: /No space left on device|Disk quota exceeded/,
    advice: 'The disk is full. Free some space, or set DATA_DIR to a folder on another disk.',
  },
  {
    words: /could not look up effective user ID \d+/,
    advice: `The user that runs Box Office has no name on this system (no line in /etc/passwd). Run it as one that has, ${OTHER_WAY}`,
  },
  {
    words: /could not map anonymous shared memory|Cannot allocate memory|out of memory/i,
    advice: `There is too little memory: about 300 MB must be free for the database. Free some, ${OTHER_WAY}`,
  },
  {
    words: /pre-existing shared memory block .* is still in use/,
    advice: 'Processes of an earlier PostgreSQL are still ending. Start again in a moment.',
  },
  {
    words: /Read-only file system/,
    advice: 'The file system has become read-only. Set DATA_DIR to a folder that can be written.',
  },
]

/** `output` is what the program wrote before it gave up. */
export function explainFailure(output: string, context: { what: string; logPath?: string }): Error {
  const { what, logPath } = context
  const seeLog = logPath === undefined ? '' : ` The whole story is in ${logPath}.`
  const known = KNOWN_CAUSES.find(({ words }) => words.test(output))
  if (known !== undefined) return new StartupError(`${what}. ${known.advice}`)
  return new StartupError(`${what}: ${lastComplaint(output)}.${seeLog}`)
}

function lastComplaint(output: string): string {
  const lines = output.split('\n').filter((line) => line.trim() !== '')
  const complaint =
    lines.filter((line) => /\b(FATAL|PANIC|error):/.test(line)).at(-1) ?? lines.at(-1)
  return complaint?.replace(/^.*?\b(FATAL|PANIC|error):\s*/, '') ?? 'it gave no reason'
}

/** The program could not even begin. */
export function explainSpawnError(error: unknown, program: string): unknown {
  const { code } = error as NodeJS.ErrnoException
  if (code === 'ENOENT' && existsSync(program)) {
    // What is missing is the loader that the program names inside.
    return new StartupError(
      `The built-in PostgreSQL needs a Linux with glibc; Alpine and its like have another C library. Use another image, ${OTHER_WAY}`,
      { cause: error },
    )
  }
  if (code === 'ENOENT') {
    return new StartupError(`${program} is missing. Run \`npm ci\` again.`, { cause: error })
  }
  if (code === 'EPERM') {
    return new StartupError(
      `PostgreSQL must not run as root, and root may not switch users here. Start Box Office as an ordinary user, ${OTHER_WAY}`,
      { cause: error },
    )
  }
  if (code === 'EACCES') {
    return new StartupError(
      `${program} may not be run: its file mode or its file system (noexec) forbids it. Run \`npm ci\` again in another folder, ${OTHER_WAY}`,
      { cause: error },
    )
  }
  return error
}
