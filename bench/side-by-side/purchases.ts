/** Measures one contestant that sells tickets, on a fresh copy of one sale. */
import type { BenchDatabase, BenchServer } from './bench-server.ts'
import { faultsOf, readBooks } from './books.sql.ts'
import { watchCpu } from './cpu.ts'
import type { LoadResult } from './load.ts'
import { findPgbench, runPgbench } from './pgbench.ts'
import type { BenchContext } from './row.ts'
import type { Sale } from './sale.ts'

/** What one measurement of a contestant came to. */
export interface Measurement {
  perSecond: number
  /** Unknown for pgbench, which tells the mean only. */
  p50Ms?: number
  p99Ms?: number
  faults: string[]
  /** For the file of results. */
  details: object
}

export const TICKETS_PER_ORDER = 2

export type Seller = 'ours' | 'textbook' | 'no-database'

export interface Arena {
  server: BenchServer
  /** Nobody is connected to it; it is copied for each measurement. */
  template: BenchDatabase
  sale: Sale
}

export interface Purchases extends Arena {
  seller: Seller
  connections: number
  /** Of the textbook, and what the others would have given. */
  pool?: number
  poolsTried?: Record<string, number>
  /** Every request has a token that the server has never seen, for as many requests a second. */
  freshTokensPerSecond?: number
  /** Orders are held, not bought. */
  isHeld?: boolean
  seconds?: number
  warmUpSeconds?: number
}

export const PROGRAMS = {
  textbook: 'bench/side-by-side/textbook/main',
  'no-database': 'bench/side-by-side/no-database',
}

export async function measurePurchases(
  context: BenchContext,
  purchases: Purchases,
): Promise<Measurement> {
  const { server, template, sale, seller, connections, pool, isHeld = false } = purchases
  await using database = await server.copyDatabase(template)
  await using target =
    seller === 'ours'
      ? await context.startShop(database)
      : await context.startProgram(
          PROGRAMS[seller],
          database,
          pool === undefined ? {} : { POOL: String(pool) },
        )
  const { seconds = context.options.seconds, warmUpSeconds = context.options.warmUpSeconds } =
    purchases
  const tokens = tokensFor(purchases, seconds, warmUpSeconds)
  const [eventId = 0] = sale.eventIds
  const shared = {
    method: 'POST',
    path: '/api/v1/orders',
    bodies: [sale.bodyFor(eventId, TICKETS_PER_ORDER, isHeld ? { hold: true } : undefined)],
    withKeys: true,
  } as const
  const result = await context.load({
    ...{ target, connections, server, seconds, warmUpSeconds },
    requests: { ...shared, tokens: tokens.measured },
    warmUp: { ...shared, tokens: tokens.warmUp },
  })
  const books = await readBooks(database)
  const isInBooks = seller !== 'no-database'
  const faults = [
    ...faultsOfLoad(result),
    ...faultsOf(books, {
      acknowledged: isInBooks ? result.succeededInAll : 0,
      cutOffMax: isInBooks ? result.cutOffMax : 0,
      ticketsPerOrder: TICKETS_PER_ORDER,
      hasTypes: true,
      isHeld,
    }),
  ]
  if (tokens.isOnce && result.answered > tokens.measured.length) {
    faults.push(`${result.answered} requests had only ${tokens.measured.length} fresh tokens`)
  }
  const { perSecond, p50Ms, p99Ms, answered, cpu } = result
  return { perSecond, p50Ms, p99Ms, faults, details: { perSecond, p50Ms, p99Ms, answered, cpu, pool, poolsTried: purchases.poolsTried, books } } // prettier-ignore
}

function tokensFor(
  { sale, freshTokensPerSecond }: Purchases,
  seconds: number,
  warmUpSeconds: number,
): { measured: string[]; warmUp: string[]; isOnce: boolean } {
  if (freshTokensPerSecond === undefined) {
    const tokens = sale.signTokens()
    return { measured: tokens, warmUp: tokens, isOnce: false }
  }
  const warmUpCount = Math.ceil(freshTokensPerSecond * Math.max(1, warmUpSeconds))
  const count = Math.ceil(freshTokensPerSecond * Math.max(1, Math.ceil(seconds)))
  const tokens = sale.signFreshTokens(warmUpCount + count)
  return {
    measured: tokens.slice(warmUpCount),
    warmUp: tokens.slice(0, warmUpCount),
    isOnce: true,
  }
}

/** What went wrong while the load ran, in words. */
export function faultsOfLoad(result: LoadResult): string[] {
  if (result.failed === 0 && result.answered > 0) return []
  const reasons = Object.entries(result.failures).map(([reason, count]) => `${count} × ${reason}`)
  return [`${result.failed} requests failed (${reasons.join(', ') || 'nothing was answered'})`]
}

/** Why pgbench cannot be run here; undefined when it can. */
export const whyNoPgbench = (): string | undefined =>
  findPgbench() === undefined ? 'pgbench is not installed (Debian: postgresql)' : undefined

export async function measurePgbench(
  context: BenchContext,
  { server, template, sale, clients }: Arena & { clients: number },
): Promise<Measurement> {
  const { seconds, warmUpSeconds, seed } = context.options
  const program = findPgbench() ?? 'pgbench'
  await using database = await server.copyDatabase(template)
  const run = async (seconds: number) =>
    await runPgbench({
      ...{ program, database, sale, clients, seconds, seed },
      folder: context.folder,
      stop: context.stop,
    })
  const warmUp = await run(warmUpSeconds)
  const cpuSince = watchCpu({ server: server.pid })
  const result = await run(seconds)
  const cpu = cpuSince()
  const books = await readBooks(database)
  const faults = faultsOf(books, {
    acknowledged: warmUp.transactions + result.transactions,
    cutOffMax: 0,
    ticketsPerOrder: TICKETS_PER_ORDER,
    hasTypes: false,
  })
  if (result.failed + warmUp.failed > 0) faults.push(`${result.failed + warmUp.failed} failed`)
  const { perSecond, meanMs, transactions } = result
  return { perSecond, faults, details: { perSecond, meanMs, transactions, cpu, books } }
}
