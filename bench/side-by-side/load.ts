/** Closed-loop load: so many connections, each sending its next request when it has its answer. */
import { randomBytes } from 'node:crypto'
import type { BenchServer } from './bench-server.ts'
import { type CpuShares, watchCpu } from './cpu.ts'
import { runNodeLoad } from './node-load.ts'
import type { Target } from './target.ts'
import { hasWrk, runWrk } from './wrk.ts'

/** Request n takes token n and body n of lists that are gone through in turn, again and again. */
export interface Requests {
  method: 'GET' | 'POST'
  path: string
  /** Access tokens; none sends no Authorization. */
  tokens?: readonly string[]
  /** JSON texts; none sends no body. */
  bodies?: readonly string[]
  /** Gives every request an Idempotency-Key that nobody has used. */
  withKeys?: boolean
}

/** One run of a generator. */
export interface Run {
  url: URL
  connections: number
  seconds: number
  requests: Requests
  /** Begins every key of this run. */
  keyPrefix: string
  folder: string
  stop: AbortSignal
}

export interface RunResult {
  seconds: number
  /** Answers that came, whatever they said. */
  answered: number
  /** Answers that were no success, and requests that got none. */
  failed: number
  /** What the failed ones were, as far as the generator tells. */
  failures: Record<string, number>
  p50Ms: number
  p99Ms: number
}

export interface LoadResult extends RunResult {
  perSecond: number
  /** Successes, those of the warm-up among them: what the books must show. */
  succeededInAll: number
  /** Requests whose answer nobody waited for, at most: one for each connection and run. */
  cutOffMax: number
  /** Busy processors while it was measured. */
  cpu: CpuShares
}

export type LoadGenerator = 'wrk' | 'node'

export async function chooseGenerator(wanted: LoadGenerator | undefined): Promise<LoadGenerator> {
  return wanted ?? ((await hasWrk()) ? 'wrk' : 'node')
}

/** Warms up, then measures. @throws StartupError when the generator cannot run. */
export async function runLoad(
  load: {
    target: Target
    connections: number
    requests: Requests
    warmUp?: Requests
    seconds: number
    warmUpSeconds: number
    server?: BenchServer
  },
  by: { generator: LoadGenerator; folder: string; stop: AbortSignal },
): Promise<LoadResult> {
  const { target, connections, seconds, warmUpSeconds } = load
  const run = by.generator === 'wrk' ? runWrk : runNodeLoad
  const shared = { url: target.url, connections, folder: by.folder, stop: by.stop }
  const keyPrefix = randomBytes(4).toString('hex')
  const nothing = { answered: 0, failed: 0, failures: {} }
  const warmUp =
    warmUpSeconds === 0
      ? nothing
      : await run({
          ...shared,
          seconds: warmUpSeconds,
          requests: load.warmUp ?? load.requests,
          keyPrefix: `${keyPrefix}w`,
        })
  const cpuSince = watchCpu({ target: target.pid, server: load.server?.pid })
  const measured = await run({
    ...shared,
    seconds,
    requests: load.requests,
    keyPrefix: `${keyPrefix}m`,
  })
  const succeeded = measured.answered - measured.failed
  return {
    ...measured,
    perSecond: succeeded / measured.seconds,
    failed: measured.failed + warmUp.failed,
    failures: { ...prefixed(warmUp.failures), ...measured.failures },
    succeededInAll: succeeded + warmUp.answered - warmUp.failed,
    cutOffMax: connections * (warmUpSeconds === 0 ? 1 : 2),
    cpu: cpuSince(),
  }
}

const prefixed = (failures: Record<string, number>): Record<string, number> =>
  Object.fromEntries(Object.entries(failures).map(([name, n]) => [`warm-up: ${name}`, n]))

/**
 * The texts of requests in two lists: one up to where a key goes, one from there on. Request n is
 * made of part n of each.
 */
export function requestTexts(url: URL, requests: Requests): { heads: string[]; tails: string[] } {
  const { method, path, tokens = [''], bodies = [''] } = requests
  const first = `${method} ${path} HTTP/1.1\r\nHost: ${url.host}\r\n`
  return {
    heads: tokens.map((token) =>
      token === '' ? first : `${first}Authorization: Bearer ${token}\r\n`,
    ),
    tails: bodies.map((body) =>
      body === ''
        ? '\r\n'
        : `Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    ),
  }
}
