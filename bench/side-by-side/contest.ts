/**
 * The measurements that several rows share: who is needed by any row of the run is measured once in
 * each repetition, all of them in turn, and each row takes its two.
 */
import type { BenchServer } from './bench-server.ts'
import { interleave } from './interleave.ts'
import { measurePaid } from './paid-orders.ts'
import { type ReadThing, measureBareReading, measureReading } from './reading.ts'
import {
  type Arena,
  type Measurement,
  measurePgbench,
  measurePurchases,
  whyNoPgbench,
} from './purchases.ts'
import type { BenchContext, Goal, Row, RowResult } from './row.ts'
import { bestPool } from './pools.ts'
import type { SaleOptions } from './sale.ts'
import { timeCommit, whyNotSlow } from './slow-sync.ts'

/** Who is measured, by what it is called in the results. */
export type Contestant =
  | {
      kind: 'ours' | 'textbook'
      connections: number
      syncDelayMs?: number
      hasFreshTokens?: true
      /** What is not free: left out, orders of a free event are CONFIRMED at once. */
      sells?: 'holds' | 'paid' | 'paid one-shot'
    }
  | { kind: 'no-database'; connections: number }
  | { kind: 'pgbench'; connections: number }
  | { kind: `${'' | 'bare '}${ReadThing}`; connections: number }

/** Of a ticket that is not free. */
const PRICE_CENTS = 7_500

/** Requests a second that every fresh token is signed for: more than either can answer. */
const FRESH_TOKENS = { ours: 20_000, textbook: 5_000 }

const nameOf = (contestant: Contestant): string =>
  [
    contestant.kind,
    `c${contestant.connections}`,
    ...('syncDelayMs' in contestant ? [`sync +${contestant.syncDelayMs} ms`] : []),
    ...('hasFreshTokens' in contestant ? ['fresh tokens'] : []),
    ...('sells' in contestant ? [contestant.sells] : []),
  ].join(' ')

interface ContestRow extends Row {
  pair: readonly [Contestant, Contestant]
}

export interface ContestRowOptions {
  name: string
  title: string
  goal?: Goal
  isLong?: boolean
  /** The first is divided by the second. */
  pair: readonly [Contestant, Contestant]
  /** What is compared. */
  figure: 'perSecond' | 'p50Ms' | 'p99Ms'
}

const UNITS = { perSecond: 'requests/s', p50Ms: 'p50 ms', p99Ms: 'p99 ms' }
/** A paid order may be two requests. */
const UNITS_PAID = { ...UNITS, perSecond: 'paid orders/s' }

export function contestRow({ figure, ...options }: ContestRowOptions): Row {
  const [first, second] = options.pair
  const row: ContestRow = {
    ...options,
    async measure(context) {
      const notRun = await whyNot(options.pair)
      if (notRun !== undefined) return { ratios: [], figures: {}, faults: [], notRun }
      const measured = await runContest(context)
      const [ones, others] = [first, second].map((each) => measured[nameOf(each)] ?? [])
      return ratiosOf(ones ?? [], others ?? [])
    },
  }
  return row

  function ratiosOf(ones: Measurement[], others: Measurement[]): RowResult {
    const figures: Record<string, number[]> = {}
    for (const [contestant, measurements] of [
      [first, ones],
      [second, others],
    ] as const) {
      for (const [key, unit] of Object.entries(unitsOf(contestant))) {
        const values = measurements.map((each) => each[key as typeof figure])
        if (values.some((value) => value === undefined)) continue
        figures[`${nameOf(contestant)}, ${unit}`] = values as number[]
      }
    }
    return {
      ratios: ones.map(
        (one, n) => (one[figure] ?? Number.NaN) / (others[n]?.[figure] ?? Number.NaN),
      ),
      figures,
      faults: [...ones, ...others].flatMap((each) => each.faults),
      details: {
        [nameOf(first)]: ones.map((each) => each.details),
        [nameOf(second)]: others.map((each) => each.details),
      },
    }
  }
}

const unitsOf = (contestant: Contestant): typeof UNITS =>
  'sells' in contestant && contestant.sells !== 'holds' ? UNITS_PAID : UNITS

const contests = new WeakMap<BenchContext, Promise<Record<string, Measurement[]>>>()

/** Sales are made once for each PostgreSQL. */
const arenasByServer = new WeakMap<BenchServer, ReturnType<typeof createArenas>>()

/** Measures what all rows of the run need, the first time that one asks. */
async function runContest(context: BenchContext): Promise<Record<string, Measurement[]>> {
  const running = contests.get(context) ?? measureAll(context)
  contests.set(context, running)
  return await running
}

async function measureAll(context: BenchContext): Promise<Record<string, Measurement[]>> {
  const arenas = arenasByServer.get(context.server) ?? createArenas(context)
  arenasByServer.set(context.server, arenas)
  const contestants: Record<string, (repetition: number) => Promise<Measurement>> = {}
  for (const row of context.rows) {
    if (!('pair' in row) || (await whyNot((row as ContestRow).pair)) !== undefined) continue
    for (const contestant of (row as ContestRow).pair) {
      const name = nameOf(contestant)
      if (name in contestants) continue
      const measure = await measurerOf(context, arenas, contestant)
      contestants[name] = async (repetition) => {
        const measured = await measure()
        context.log(`${repetition + 1}. ${name}: ${Math.round(measured.perSecond)}/s${measured.p99Ms === undefined ? '' : `, p50 ${measured.p50Ms?.toFixed(2)} ms, p99 ${measured.p99Ms.toFixed(2)} ms`}`) // prettier-ignore
        for (const fault of measured.faults) context.log(`   ✗ ${fault}`)
        return measured
      }
    }
  }
  return await interleave(context, contestants)
}

async function whyNot(pair: readonly Contestant[]): Promise<string | undefined> {
  if (pair.some((each) => each.kind === 'pgbench')) return whyNoPgbench()
  if (pair.some((each) => 'syncDelayMs' in each)) return await whyNotSlow()
  return undefined
}

/** Everything that is prepared only once for each contestant. */
async function measurerOf(
  context: BenchContext,
  arenas: ReturnType<typeof createArenas>,
  contestant: Contestant,
): Promise<() => Promise<Measurement>> {
  const { kind, connections } = contestant
  switch (kind) {
    case 'listing':
    case 'event page': {
      const reading = { ...(await arenas.listing()), connections, thing: kind }
      return async () => await measureReading(context, reading)
    }
    case 'bare listing':
    case 'bare event page': {
      const thing = kind === 'bare listing' ? 'listing' : 'event page'
      const reading = { ...(await arenas.listing()), connections, thing } as const
      return async () => await measureBareReading(context, reading)
    }
    case 'pgbench': {
      const arena = await arenas.sale(0)
      return async () => await measurePgbench(context, { ...arena, clients: connections })
    }
    case 'no-database': {
      const arena = await arenas.sale(0)
      return async () => await measurePurchases(context, { ...arena, seller: kind, connections })
    }
    case 'ours':
    case 'textbook': {
      const { sells = 'orders' } = contestant
      const arena =
        sells === 'orders'
          ? await arenas.sale(contestant.syncDelayMs ?? 0)
          : await arenas.pricedSale()
      const measure = async (more: object): Promise<Measurement> => {
        const shared = { ...arena, seller: kind, connections, ...more }
        return sells === 'orders' || sells === 'holds'
          ? await measurePurchases(context, { ...shared, isHeld: sells === 'holds' })
          : await measurePaid(context, { ...shared, isOneShot: sells === 'paid one-shot' })
      }
      const pool =
        kind === 'ours' ? {} : await bestPool(context, { arena, connections, sells, measure })
      const tokens =
        contestant.hasFreshTokens === true ? { freshTokensPerSecond: FRESH_TOKENS[kind] } : {}
      return async () => await measure({ ...pool, ...tokens })
    }
  }
}

function createArenas(context: BenchContext) {
  const sales = new Map<number, Promise<Arena>>()
  let pricedSale: Promise<Arena> | undefined
  let listing: Promise<Arena> | undefined

  const open = async (server: BenchServer, sale: Partial<SaleOptions>): Promise<Arena> => {
    const template = await server.createDatabase()
    return { server, template, sale: await context.createSale(template, sale) }
  }
  const openSlow = async (syncDelayMs: number): Promise<Arena> => {
    const server = await context.startServer({ syncDelayMs })
    await using database = await server.createDatabase()
    const commitMs = await timeCommit(database)
    context.log(`A commit takes ${commitMs.toFixed(2)} ms with ${syncDelayMs} ms added to each flush.`) // prettier-ignore
    if (commitMs < syncDelayMs) throw new Error('flushes are not slower, though they should be')
    return await open(server, {})
  }
  return {
    /** 20,000 users and one event. */
    async sale(syncDelayMs: number): Promise<Arena> {
      const opened =
        sales.get(syncDelayMs) ??
        (syncDelayMs === 0 ? open(context.server, {}) : openSlow(syncDelayMs))
      sales.set(syncDelayMs, opened)
      return await opened
    },
    /** The same, but tickets cost something. */
    async pricedSale(): Promise<Arena> {
      return await (pricedSale ??= open(context.server, { priceCents: PRICE_CENTS }))
    },
    /** A page full of events. */
    async listing(): Promise<Arena> {
      return await (listing ??= open(context.server, { events: 20, users: 1 }))
    },
  }
}
