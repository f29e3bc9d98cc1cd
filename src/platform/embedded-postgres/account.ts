import { readFile, stat } from 'node:fs/promises'
import { StartupError } from '../../kernel/startup-error.ts'

/** The system user that PostgreSQL runs as. */
export interface Account {
  name: string
  uid: number
  gid: number
}

/**
 * PostgreSQL refuses to run as root, so root hands it to somebody else: whoever owns the data
 * already, else a user made for PostgreSQL, else the one that owns nothing. Undefined: as ourselves.
 */
export async function chooseAccount(folders: string[]): Promise<Account | undefined> {
  if (process.getuid?.() !== 0) return undefined
  const accounts = await readAccounts()
  for (const folder of folders) {
    const uid = await ownerOf(folder)
    const owner = accounts.find((account) => account.uid === uid && uid !== 0)
    if (owner !== undefined) return owner
  }
  for (const name of ['postgres', '_postgres', 'nobody']) {
    const account = accounts.find((candidate) => candidate.name === name)
    if (account !== undefined) return account
  }
  throw new StartupError(
    'PostgreSQL must not run as root, and this system has neither a user postgres nor nobody. ' +
      'Start Box Office as an ordinary user, or set DATABASE_URL to a PostgreSQL server.',
  )
}

async function readAccounts(): Promise<Account[]> {
  const lines = (await readFile('/etc/passwd', 'utf8')).split('\n')
  return lines
    .map((line) => line.split(':'))
    .filter((fields) => fields.length >= 4 && !fields[0]?.startsWith('#'))
    .map(([name = '', , uid, gid]) => ({ name, uid: unsignedId(uid), gid: unsignedId(gid) }))
}

/** macOS writes the id of nobody as -2. */
const unsignedId = (text: string | undefined): number => Number(text) >>> 0

async function ownerOf(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).uid
  } catch {
    return undefined
  }
}
