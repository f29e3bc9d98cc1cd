/** PostgreSQL's own benchmark program, selling tickets as a textbook does: lock, look, write. */
import { execFile } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import { StartupError } from '../../src/kernel/startup-error.ts'
import type { BenchDatabase } from './bench-server.ts'
import type { Sale } from './sale.ts'

const execute = promisify(execFile)
const DEBIAN_POSTGRES = '/usr/lib/postgresql'
const GRACE_MS = 60_000

/** Neither a key nor a limit for each user is looked at, and its ticket codes cost nothing. */
const SCRIPT = String.raw`
\set user random(:first_user, :last_user)
begin;
select capacity - held - sold as remaining from event_inventory where event_id = :event for update \gset
\if :remaining >= 2
update event_inventory set sold = sold + 2 where event_id = :event;
insert into orders (user_id, event_id, ticket_type_id, quantity, total_price, status, confirmed_at)
  values (:user, :event, :type, 2, 0, 'CONFIRMED', clock_timestamp()) returning id as order_id \gset
insert into tickets (order_id, event_id, ticket_code)
  values (:order_id, :event, 'TCK-' || :order_id || '-1'), (:order_id, :event, 'TCK-' || :order_id || '-2');
\endif
commit;
`

export interface PgbenchResult {
  perSecond: number
  meanMs: number
  transactions: number
  failed: number
}

/** The newest that is installed. */
export function findPgbench(): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter)
  const versions = existsSync(DEBIAN_POSTGRES) ? readdirSync(DEBIAN_POSTGRES) : []
  const packaged = versions
    .sort((one, other) => Number(other) - Number(one))
    .map((version) => join(DEBIAN_POSTGRES, version, 'bin'))
  return [...packaged, ...folders].map((folder) => join(folder, 'pgbench')).find(existsSync)
}

export async function pgbenchVersion(program: string): Promise<string> {
  return (await execute(program, ['--version'])).stdout.trim()
}

/** @throws StartupError with what it said, when it fails. */
export async function runPgbench(run: {
  program: string
  database: BenchDatabase
  sale: Sale
  clients: number
  seconds: number
  seed: number
  folder: string
  stop: AbortSignal
}): Promise<PgbenchResult> {
  const { program, database, sale, clients, seconds } = run
  const script = join(run.folder, 'sell.sql')
  await writeFile(script, SCRIPT)
  const { host = '', port = '', user = '' } = database.connection
  const variables = {
    event: sale.eventIds[0],
    type: sale.ticketTypeIds[0],
    first_user: Math.min(...sale.userIds),
    last_user: Math.max(...sale.userIds),
  }
  const { stdout } = await execute(
    program,
    [
      ...['--no-vacuum', '--protocol', 'prepared', '--file', script],
      ...['--client', String(clients), '--jobs', String(Math.min(clients, availableParallelism()))],
      ...['--time', String(Math.max(1, Math.ceil(seconds))), '--random-seed', String(run.seed)],
      ...Object.entries(variables).flatMap(([name, value]) => [
        '--define',
        `${name}=${value ?? ''}`,
      ]),
      ...['--host', host, '--port', String(port), '--username', String(user), database.name],
    ],
    { timeout: seconds * 1000 + GRACE_MS, signal: run.stop },
  ).catch((error: unknown) => {
    throw new StartupError(`pgbench did not run: ${(error as Error).message}`, { cause: error })
  })
  const number = (pattern: RegExp) => Number(pattern.exec(stdout)?.[1] ?? Number.NaN)
  return {
    perSecond: number(/^tps = ([\d.]+)/m),
    meanMs: number(/^latency average = ([\d.]+) ms/m),
    transactions: number(/transactions actually processed: (\d+)/),
    failed: number(/number of failed transactions: (\d+)/) || 0,
  }
}
