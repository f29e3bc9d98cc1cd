/** What it costs a sale that thousands watch it. */
import { once } from 'node:events'
import { type Socket, connect } from 'node:net'
import { interleave } from '../side-by-side/interleave.ts'
import { type Measurement, faultsOfLoad } from '../side-by-side/purchases.ts'
import type { BenchContext, Row } from '../side-by-side/row.ts'
import type { Target } from '../side-by-side/target.ts'
import { openSale, readMetrics } from './loads.ts'

const STREAMS = 2_000
const CONNECTIONS = 64
const QUANTITY = 2
/** Fewer than one address may have; each proxied client is another. */
const STREAMS_PER_ADDRESS = 20
const OPENED_AT_ONCE = 200

export const liveStreams: Row = {
  name: 'live-streams',
  title: 'Orders a second on one event, watched by 2,000 open streams / by nobody, 64 connections',
  goal: { ratio: 0.9, sense: 'at least' },
  async measure(context) {
    const arena = await openSale(context, {})
    const { watched = [], alone = [] } = await interleave(context, {
      watched: async () => await measure(context, arena, STREAMS),
      alone: async () => await measure(context, arena, 0),
    })
    const figures = (name: string, measured: readonly Watched[]) => ({
      [`orders/s, ${name}`]: measured.map(({ perSecond }) => perSecond),
      [`p99 ms, ${name}`]: measured.map(({ p99Ms = Number.NaN }) => p99Ms),
      [`resident MiB, ${name}`]: measured.map(({ residentMib }) => residentMib),
    })
    return {
      ratios: watched.map(({ perSecond }, n) => perSecond / (alone[n]?.perSecond ?? Number.NaN)),
      figures: {
        ...figures('watched', watched),
        ...figures('alone', alone),
        'bytes of events for each stream': watched.map(({ bytesPerStream }) => bytesPerStream),
      },
      faults: [...watched, ...alone].flatMap(({ faults }) => faults),
      details: { watched, alone },
    }
  },
}

interface Watched extends Measurement {
  residentMib: number
  bytesPerStream: number
}

async function measure(
  context: BenchContext,
  { template, sale }: Awaited<ReturnType<typeof openSale>>,
  count: number,
): Promise<Watched> {
  const [eventId = 0] = sale.eventIds
  await using database = await context.server.copyDatabase(template)
  await using target = await context.startShop(database, { TRUSTED_PROXIES: '127.0.0.1' })
  using streams = await openStreams(target, eventId, count)
  const result = await context.load({
    ...{ target, connections: CONNECTIONS, server: context.server },
    requests: {
      ...{ method: 'POST', path: '/api/v1/orders', withKeys: true },
      tokens: sale.signTokens(),
      bodies: [sale.bodyFor(eventId, QUANTITY)],
    },
  })
  const gauge = await readMetrics(target)
  const open = gauge('boxoffice_live_streams')
  const { perSecond, p50Ms, p99Ms, cpu } = result
  const silent = streams.sockets.filter(({ bytesRead }, n) => bytesRead <= (streams.before[n] ?? 0))
  return {
    ...{ perSecond, p50Ms, p99Ms },
    residentMib: gauge('process_resident_memory_bytes') / 2 ** 20,
    bytesPerStream: streams.bytesPerStream(),
    faults: [
      ...faultsOfLoad(result),
      ...(open === count ? [] : [`${open} of ${count} streams were open at the end`]),
      ...(silent.length === 0 ? [] : [`${silent.length} streams heard nothing of the sale`]),
    ],
    details: { cpu, p50Ms, p99Ms, streams: open },
  }
}

/** Streams whose events are read and thrown away. */
async function openStreams(target: Target, eventId: number, count: number) {
  const { hostname: host, port } = target.url
  const sockets: Socket[] = []
  while (sockets.length < count) {
    const next = Array.from(
      { length: Math.min(OPENED_AT_ONCE, count - sockets.length) },
      (_, n) => {
        const address = Math.floor((sockets.length + n) / STREAMS_PER_ADDRESS)
        const socket = connect({ host, port: Number(port) })
        socket.on('error', () => undefined)
        socket.write(
          `GET /api/v1/events/${eventId}/live HTTP/1.1\r\nHost: ${target.url.host}\r\nAccept: text/event-stream\r\nX-Forwarded-For: 198.51.${address >> 8}.${address & 255}\r\n\r\n`,
        )
        return socket
      },
    )
    await Promise.all(next.map(connected))
    sockets.push(...next)
  }
  // Until the first event of each has come.
  while (sockets.some(({ bytesRead, destroyed }) => bytesRead === 0 && !destroyed)) {
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  const before = sockets.map(({ bytesRead }) => bytesRead)
  return {
    sockets,
    before,
    bytesPerStream: () =>
      sockets.reduce((sum, { bytesRead }) => sum + bytesRead, 0) / Math.max(1, sockets.length),
    [Symbol.dispose]: () => {
      for (const socket of sockets) socket.destroy()
    },
  }
}

async function connected(socket: Socket): Promise<void> {
  await once(socket.resume(), 'connect')
}
