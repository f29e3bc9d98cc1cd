/** Measures one contestant that sells for money, through the payment simulator over HTTP. */
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { watchCpu } from './cpu.ts'
import { type ProviderCaptures, faultsOfPaid, readPaidBooks } from './paid-books.sql.ts'
import { type PaidLoadResult, runPaidLoad } from './paid-load.ts'
import { type Arena, type Measurement, PROGRAMS, TICKETS_PER_ORDER } from './purchases.ts'
import type { BenchContext } from './row.ts'
import type { Target } from './target.ts'

export interface PaidOrders extends Arena {
  seller: 'ours' | 'textbook'
  connections: number
  /** One request buys and pays; otherwise one holds and another one pays. */
  isOneShot: boolean
  /** Of the textbook, and what the others would have given. */
  pool?: number
  poolsTried?: Record<string, number>
  seconds?: number
  warmUpSeconds?: number
}

const WEBHOOK_PATH = '/api/v1/webhooks/payments'

/** Everything that was begun is brought to its end, so that the books must agree to the last order. */
export async function measurePaid(context: BenchContext, orders: PaidOrders): Promise<Measurement> {
  const { server, template, sale, seller, connections, isOneShot, pool } = orders
  const { seconds = context.options.seconds, warmUpSeconds = context.options.warmUpSeconds } =
    orders
  await using database = await server.copyDatabase(template)
  // The simulator has to know where the shop is, and the shop where the simulator is.
  const port = await freePort()
  await using simulator = await context.startProgram(
    'bench/side-by-side/payment-simulator',
    database,
    {
      DATA_DIR: join(context.folder, `payments-${randomBytes(4).toString('hex')}`),
      WEBHOOK_URL: `http://127.0.0.1:${port}${WEBHOOK_PATH}`,
    },
  )
  const env = { PORT: String(port), STRIPE_API_URL: simulator.url.origin }
  await using target =
    seller === 'ours'
      ? await context.startShop(database, env)
      : await context.startProgram(PROGRAMS[seller], database, { ...env, POOL: String(pool) })
  const [eventId = 0] = sale.eventIds
  const tokens = sale.signTokens()
  const load = async (seconds: number) =>
    await runPaidLoad({
      ...{ url: target.url, connections, seconds, eventId, tokens, isOneShot },
      ...{ quantity: TICKETS_PER_ORDER, folder: context.folder, stop: context.stop },
    })
  const warmUp = await load(warmUpSeconds)
  const cpuSince = watchCpu({ target: target.pid, server: server.pid, provider: simulator.pid })
  const result = await load(seconds)
  const cpu = cpuSince()
  const books = await readPaidBooks(database)
  const acknowledged = warmUp.paidInAll + result.paidInAll
  const faults = [
    ...faultsOfRun(warmUp),
    ...faultsOfRun(result),
    ...(result.answered > 0 ? [] : ['nothing was answered']),
    ...faultsOfPaid(books, await readCaptures(simulator), {
      acknowledged,
      ticketsPerOrder: TICKETS_PER_ORDER,
    }),
  ]
  const { p50Ms, p99Ms } = result
  const perSecond = result.answered / result.seconds
  const { captures, ...counts } = books
  return { perSecond, p50Ms, p99Ms, faults, details: { perSecond, ...result, cpu, pool, poolsTried: orders.poolsTried, books: { ...counts, captures: captures.size } } } // prettier-ignore
}

function faultsOfRun({ failures }: PaidLoadResult): string[] {
  const reasons = Object.entries(failures).map(([reason, count]) => `${count} × ${reason}`)
  return reasons.length === 0 ? [] : [`requests failed: ${reasons.join(', ')}`]
}

async function readCaptures(simulator: Target): Promise<ProviderCaptures> {
  const answer = await fetch(new URL('/control/ledger', simulator.url))
  return ((await answer.json()) as { captures: ProviderCaptures }).captures
}

/** A moment later somebody else could have it; then the shop says so and does not start. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  await once(server, 'close')
  return port
}
