/** The benchmark from its preparation to its results. */
import { generateKeyPairSync } from 'node:crypto'
import { rmSync } from 'node:fs'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { StartupError } from '../../src/kernel/startup-error.ts'
import { Resources } from '../../src/platform/resources.ts'
import { parseSigningKeys } from '../../src/platform/signing-keys.ts'
import { type BenchDatabase, startBenchServer } from './bench-server.ts'
import { judge, readable, summarize } from './figures.ts'
import { chooseGenerator, runLoad } from './load.ts'
import { type Machine, describeMachine } from './machine.ts'
import { startMailSink } from './mail-sink.ts'
import type { BenchOptions } from './options.ts'
import { type Results, type RowReport, writeResults } from './results.ts'
import type { BenchContext, Row, RowResult } from './row.ts'
import { SALE_DEFAULTS, createSale } from './sale.ts'
import { startTarget } from './target.ts'

/** As many as the configuration takes, so that the limits are at work but refuse nobody. */
const RATE_LIMIT = '10000000,10000000'

/** Nobody is there: only the rows about payments name another, and no benchmark talks to Stripe. */
const PROVIDER = {
  STRIPE_SECRET_KEY: 'sk_test_of_the_benchmark',
  STRIPE_WEBHOOK_SECRET: 'whsec_of_the_benchmark',
  STRIPE_API_URL: 'http://127.0.0.1:9',
}

/** Load average from which on a machine is not quiet. */
const BUSY_LOAD = 1
/** The verdict of a row that does not count. */
const VOID = 'VOID'

export interface Surroundings {
  print: (line: string) => void
  stop: AbortSignal
}

/**
 * @returns The results, which are also in a file; exit code 1 says that a row is void.
 * @throws StartupError when it cannot run; Interrupted.
 */
export async function runBench(
  options: BenchOptions,
  rows: readonly Row[],
  around: Surroundings,
): Promise<{ results: Results; path: string; exitCode: 0 | 1 }> {
  const { print } = around
  await using resources = new Resources()
  const context = await prepare(options, rows, around, resources)
  const generator = await chooseGenerator(options.loadGenerator)
  print(`\n  Box Office beside others · seed ${options.seed} · load from ${generator === 'wrk' ? 'wrk' : 'Node (wrk is not installed, or not wanted)'}`) // prettier-ignore
  const machine = await describeMachine({
    server: context.server,
    generator,
    folder: context.folder,
  })
  print(`  ${machine.cores} cores of ${machine.cpu} · PostgreSQL ${machine.postgres.version} · Node ${machine.node}\n`) // prettier-ignore
  for (const warning of warningsOf(machine)) print(`  ! ${warning}`)

  const reports: RowReport[] = []
  for (const row of rows) {
    const startedAt = performance.now()
    const result = await row.measure(context)
    const report = reportOf(row, result, (performance.now() - startedAt) / 1000)
    reports.push(report)
    for (const line of linesOf(report)) print(line)
  }
  const results: Results = { ...machine, options, rows: reports }
  const path = await writeResults(results)
  print(`\n  ${path}\n`)
  return { results, path, exitCode: reports.some(isVoid) ? 1 : 0 }
}

/** What makes figures worthless, unless whoever reads them knows. */
function warningsOf({ isDataInMemory, loadAverage }: Machine): string[] {
  return [
    ...(isDataInMemory ? ['The data is in memory, where a flush costs nothing: set TMPDIR to a folder on a disk.'] : []), // prettier-ignore
    ...(loadAverage > BUSY_LOAD ? [`Something else keeps this machine busy (load average ${loadAverage.toFixed(1)}): the figures will be off.`] : []), // prettier-ignore
  ]
}

async function prepare(
  options: BenchOptions,
  rows: readonly Row[],
  { print, stop }: Surroundings,
  resources: Resources,
): Promise<BenchContext> {
  const folder = await mkdtemp(join(tmpdir(), 'box-office-bench-'))
  const removeNow = () => {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  }
  process.once('exit', removeNow)
  resources.defer(async () => {
    await rm(folder, { recursive: true, force: true, maxRetries: 5 })
    process.off('exit', removeNow)
  })
  await chmod(folder, 0o711)
  const log = (line: string) => {
    print(`    ${line}`)
  }
  let servers = 0
  const startServer: BenchContext['startServer'] = async ({ syncDelayMs }) => {
    const server = resources.use(
      await startBenchServer({
        folder: join(folder, `server-${(servers += 1)}`),
        syncDelayMs,
        log,
      }),
    )
    // After a second Ctrl-C the folder goes last, when the servers have been told to stop.
    process.off('exit', removeNow).once('exit', removeNow)
    return server
  }
  const generator = await chooseGenerator(options.loadGenerator)
  const authKey = generateKeyPairSync('ed25519')
    .privateKey.export({ type: 'pkcs8', format: 'pem' })
    .toString()
  const mailSink = resources.use(await startMailSink())
  const settingsFor = (database: BenchDatabase): Record<string, string> => ({
    NODE_ENV: 'production',
    PUBLIC_URL: 'https://tickets.example',
    PORT: '0',
    DATA_DIR: join(folder, 'shop'),
    DATABASE_URL: database.url,
    AUTH_KEY: authKey,
    SMTP_URL: mailSink.url,
    RATE_LIMIT,
    ...PROVIDER,
  })
  const startShop: BenchContext['startShop'] = async (database, env = {}) =>
    await startTarget({
      ...{ program: 'src/main', args: ['serve'], folder },
      env: { ...settingsFor(database), ...env },
    })
  return {
    options,
    rows,
    folder,
    server: await startServer({ syncDelayMs: 0 }),
    startServer,
    startShop,
    startProgram: async (program, database, env = {}) =>
      await startTarget({ program, folder, env: { ...settingsFor(database), ...env } }),
    async createSale(database, sale = {}) {
      await using shop = await startShop(database)
      const keys = parseSigningKeys(authKey, 'the key of the benchmark')
      return await createSale({
        ...{ database, shop, keys, seed: options.seed },
        sale: { ...SALE_DEFAULTS, ...sale },
      })
    },
    load: async (load) =>
      await runLoad(
        { seconds: options.seconds, warmUpSeconds: options.warmUpSeconds, ...load },
        { generator, folder, stop },
      ),
    log,
    stop,
  }
}

const isVoid = (report: RowReport): boolean => report.verdict === VOID

function reportOf(row: Row, result: RowResult, seconds: number): RowReport {
  const { name, title, goal } = row
  const { ratios } = result
  const ratio = ratios.length === 0 ? undefined : summarize(ratios)
  const verdict =
    result.notRun !== undefined
      ? `not run: ${result.notRun}`
      : result.faults.length > 0 || ratio === undefined || Number.isNaN(ratio.median)
        ? VOID
        : judge(ratio.median, goal)
  const figures = Object.fromEntries(
    Object.entries(result.figures).map(([unit, values]) => [
      unit,
      { ...summarize(values), values },
    ]),
  )
  const { faults, details } = result
  return { name, title, goal, verdict, ratio, ratios, figures, faults, details, seconds }
}

function linesOf(report: RowReport): string[] {
  const { ratio, figures, faults } = report
  const spread = ratio === undefined ? '' : `${readable(ratio.median)} (${readable(ratio.min)}–${readable(ratio.max)})` // prettier-ignore
  return [
    `  ${report.title}`,
    `      ${[spread, report.verdict].filter((part) => part !== '').join(' · ')}`,
    ...Object.entries(figures).map(([name, { median, min, max }]) => `      ${name}: ${readable(median)} (${readable(min)}–${readable(max)})`), // prettier-ignore
    ...faults.map((fault) => `      ✗ ${fault}`),
  ]
}

/** @throws StartupError when a name is none. */
export function chooseRows(options: BenchOptions, all: readonly Row[]): Row[] {
  const { only } = options
  if (only === undefined) return all.filter((row) => options.hasLong || row.isLong !== true)
  for (const name of only) {
    if (all.some((row) => row.name === name)) continue
    throw new StartupError(`--only ${name}: there is no such row. There are ${all.map((row) => row.name).join(', ')}.`) // prettier-ignore
  }
  return all.filter((row) => only.includes(row.name))
}
