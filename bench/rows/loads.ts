/** What the rows that put load on the shop have in common. */
import type { BenchContext } from '../side-by-side/row.ts'
import type { Sale, SaleOptions } from '../side-by-side/sale.ts'
import type { Target } from '../side-by-side/target.ts'
import { type Client, connectClient } from '../onsale/client.ts'
import { seededRandom } from '../onsale/random.ts'

/** As long as an impatient person waits. */
const TIMEOUT_MS = 10_000
const TICKETS_PER_ORDER = 2

export async function connectTo(target: Target, connections: number): Promise<Client & Disposable> {
  const client = await connectClient({
    host: target.url.hostname,
    port: Number(target.url.port),
    connections,
    timeoutMs: TIMEOUT_MS,
  })
  return Object.assign(client, {
    [Symbol.dispose]: () => {
      client.close()
    },
  })
}

/**
 * @param options.seed Draws the buyers. @returns The text of purchase n, each under a key of its own.
 */
export function purchaseTexts(options: { target: Target; sale: Sale; seed: number; run: string }) {
  const { target, sale, seed, run } = options
  const random = seededRandom(seed)
  const tokens = sale.signTokens()
  const body = sale.bodyFor(sale.eventIds[0] ?? 0, TICKETS_PER_ORDER)
  const head = `POST /api/v1/orders HTTP/1.1\r\nHost: ${target.url.host}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n`
  return (n: number): string =>
    `${head}Authorization: Bearer ${tokens[random.integer(0, tokens.length - 1)] ?? ''}\r\nIdempotency-Key: ${run}-${n}\r\n\r\n${body}`
}

/** @returns The text of visit n: a page of the list, an event's page, a search, in turn. */
export function browseTexts(target: Target, sale: Sale) {
  const paths = [
    '/api/v1/events?limit=20',
    `/api/v1/events/${sale.eventIds[0] ?? 0}`,
    '/api/v1/events?q=concert',
  ]
  return (n: number): string =>
    `GET ${paths[n % paths.length] ?? ''} HTTP/1.1\r\nHost: ${target.url.host}\r\n\r\n`
}

/** A figure of the shop's metrics; NaN when it has none of this name. */
export async function readMetrics(target: Target): Promise<(name: string) => number> {
  const answer = await fetch(new URL('/metrics', target.url))
  const lines = (await answer.text()).split('\n')
  return (name) => Number(lines.find((line) => line.startsWith(`${name} `))?.slice(name.length + 1))
}

/** A sale that nobody is connected to, on the server of the run. */
export async function openSale(context: BenchContext, options: Partial<SaleOptions>) {
  const template = await context.server.createDatabase()
  return { template, sale: await context.createSale(template, options) }
}
