/**
 * A bad network on purpose: stands between a client and a shop, or between a shop and its
 * PostgreSQL, and delays, starves, cuts or swallows what goes through. Everything can be switched
 * while connections live; what is drawn at random follows the seed.
 */
import { once } from 'node:events'
import { type Socket, connect, createServer } from 'node:net'
import type pg from 'pg'
import { socketPathIn } from '../../../src/platform/embedded-postgres/socket-dir.ts'
import { seededRandom } from '../random.ts'
import { type CutPlan, type Ending, Link } from './link.ts'
import type { LossPlan } from './postgres-stream.ts'

/** What a link does to everything that goes through, in both directions. */
export interface Conditions {
  /** Added to each direction, in milliseconds. */
  delayMs: number
  /** The delay is longer by up to this, in milliseconds; order is kept, as TCP keeps it. */
  jitterMs: number
  /** Infinity is no limit. */
  bytesPerSecond: number
  /** How likely each chunk that arrives resets its connection instead, from 0 to 1. */
  resetRate: number
  /**
   * `stalled`: nothing goes through and nothing is lost, as when packets are sent again later.
   * `swallowed`: what arrives is gone without a word, and a connection that lost something stays
   * silent for ever, as behind a firewall that forgot it. Neither tells anybody of an end.
   */
  flow: 'open' | 'stalled' | 'swallowed'
}

const NO_FAULTS: Conditions = {
  delayMs: 0,
  jitterMs: 0,
  bytesPerSecond: Number.POSITIVE_INFINITY,
  resetRate: 0,
  flow: 'open',
}

export interface Target {
  /** A folder, when it begins with a slash: PostgreSQL's socket is in it. */
  host: string
  port: number
}

export interface FaultProxy extends AsyncDisposable {
  readonly port: number
  /** Changes conditions from now on, for live connections too. */
  set: (conditions: Partial<Conditions>) => void
  /**
   * Takes all conditions and plans away; what was silenced stays silent. A server now learns of
   * clients that gave up meanwhile, as from the answer to its next keepalive.
   */
  heal: () => void
  /** Ends every live connection: with RST to both sides, or with FIN. */
  cutAll: (how?: Ending) => void
  /** Sends FIN to one side of every live connection, and goes on reading from it. */
  halfCloseAll: (side: 'client' | 'server') => void
  /** Every live connection goes silent for good, as behind a firewall that was started again. */
  silenceAll: () => void
  /** Cuts the first connection that has carried so many bytes in a direction from now on, once. */
  cutAfter: (plan: CutPlan) => void
  /** Loses the next statement, or its reply, together with its connection. PostgreSQL only. */
  lose: (plan: LossPlan) => void
  /** New connections go there; live ones stay where they are. */
  retarget: (target: Target) => void
  /** How many connections live. */
  connections: () => number
  /** How many connections were cut, lost or silenced so far. */
  landed: () => number
}

export interface FaultProxyOptions {
  target: Target
  /** `postgres` understands the protocol, which `lose` needs; it has to be without TLS. */
  protocol?: 'bytes' | 'postgres'
  seed?: number
}

/** Listens on a free loopback port. */
export async function startFaultProxy(options: FaultProxyOptions): Promise<FaultProxy> {
  const random = seededRandom(options.seed ?? 1)
  const conditions: Conditions = { ...NO_FAULTS }
  const links = new Set<Link>()
  const unheard = new Set<Socket>()
  const plans: { cut: CutPlan | undefined; loss: LossPlan | undefined } = {
    cut: undefined,
    loss: undefined,
  }
  let { target } = options
  let landed = 0

  // A side that ended may still be answered.
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    if (conditions.flow === 'swallowed') {
      // A server that cannot be reached does not hear of somebody who tries.
      landed += 1
      unheard.add(client)
      client.on('error', () => undefined).on('close', () => unheard.delete(client))
      client.resume()
      return
    }
    const link = new Link({
      client,
      server: dial(target),
      protocol: options.protocol ?? 'bytes',
      conditions,
      plans,
      random,
      onLanded: () => {
        landed += 1
      },
      onGone: () => links.delete(link),
    })
    links.add(link)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }

  const set = (changed: Partial<Conditions>) => {
    Object.assign(conditions, changed)
    for (const link of links) link.wake()
  }
  return {
    port,
    set,
    heal() {
      plans.cut = undefined
      plans.loss = undefined
      for (const link of links) link.endIfForgotten()
      set(NO_FAULTS)
    },
    cutAll(how = 'reset') {
      for (const link of links) link.cut(how)
    },
    halfCloseAll(side) {
      for (const link of links) link.halfClose(side)
    },
    silenceAll() {
      for (const link of links) link.silence()
    },
    cutAfter(plan) {
      for (const link of links) link.countFromHere()
      plans.cut = plan
    },
    lose(plan) {
      plans.loss = plan
    },
    retarget(changed) {
      target = changed
    },
    connections: () => links.size,
    landed: () => landed,
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close')
      server.close()
      for (const link of links) link.destroy()
      for (const client of unheard) client.destroy()
      await closed
    },
  }
}

/** Where a server listens, for `startFaultProxy`. */
export function targetOf(connection: pg.ClientConfig): Target {
  return { host: connection.host ?? '127.0.0.1', port: connection.port ?? 5432 }
}

/** `DATABASE_URL` for a shop that is to reach `connection` through the proxy. */
export function urlThrough(proxy: FaultProxy, connection: pg.ClientConfig): string {
  return `postgresql://${connection.user ?? 'postgres'}@127.0.0.1:${proxy.port}/${connection.database ?? 'postgres'}`
}

function dial({ host, port }: Target): Socket {
  return host.startsWith('/')
    ? connect({ path: socketPathIn(host), allowHalfOpen: true })
    : connect({ host, port, allowHalfOpen: true, noDelay: true })
}
