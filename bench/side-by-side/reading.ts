/** Measures how fast something is sent that everybody reads, by the shop and by as little as can send it. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Arena, type Measurement, faultsOfLoad } from './purchases.ts'
import type { BenchContext } from './row.ts'
import type { Target } from './target.ts'

/** A page of the list, as JSON, or the page of an event, as HTML. */
export type ReadThing = 'listing' | 'event page'

interface Reading extends Arena {
  thing: ReadThing
  connections: number
}

const pathOf = ({ thing, sale }: Reading): string =>
  thing === 'listing' ? '/api/v1/events?limit=20' : `/events/${sale.eventIds[0] ?? 0}`

export async function measureReading(
  context: BenchContext,
  reading: Reading,
): Promise<Measurement> {
  await using database = await reading.server.copyDatabase(reading.template)
  await using target = await context.startShop(database)
  return await measure(context, target, reading)
}

/** Answers what a shop on the same database answers. */
export async function measureBareReading(
  context: BenchContext,
  reading: Reading,
): Promise<Measurement> {
  const path = join(context.folder, 'read')
  await using database = await reading.server.copyDatabase(reading.template)
  let type: string
  {
    await using shop = await context.startShop(database)
    const answer = await read(shop, reading)
    type = answer.type
    await writeFile(path, answer.body)
  }
  await using target = await context.startProgram('bench/side-by-side/bare-http', database, {
    BODY_FILE: path,
    BODY_TYPE: type,
  })
  return await measure(context, target, reading)
}

async function measure(
  context: BenchContext,
  target: Target,
  reading: Reading,
): Promise<Measurement> {
  const bytes = (await read(target, reading)).body.length
  const { connections } = reading
  const result = await context.load({
    ...{ target, connections },
    requests: { method: 'GET', path: pathOf(reading) },
  })
  const { perSecond, p50Ms, p99Ms, answered, cpu } = result
  return {
    ...{ perSecond, p50Ms, p99Ms, faults: faultsOfLoad(result) },
    details: { perSecond, p50Ms, p99Ms, answered, cpu, bytes },
  }
}

async function read(target: Target, reading: Reading): Promise<{ body: Buffer; type: string }> {
  const answer = await fetch(new URL(pathOf(reading), target.url), {
    headers: { 'accept-encoding': 'identity' },
  })
  const body = Buffer.from(await answer.arrayBuffer())
  if (!answer.ok || !body.includes('City Arena')) {
    throw new Error(`${target.url.origin} does not show the events: ${answer.status}`)
  }
  return { body, type: answer.headers.get('content-type') ?? '' }
}
