/** Measures how fast a page of events is served, by the shop and by as little as can serve it. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Arena, type Measurement, faultsOfLoad } from './purchases.ts'
import type { BenchContext } from './row.ts'
import type { Target } from './target.ts'

const PATH = '/api/v1/events?limit=20'

export async function measureListing(
  context: BenchContext,
  { server, template, connections }: Arena & { connections: number },
): Promise<Measurement> {
  await using database = await server.copyDatabase(template)
  await using target = await context.startShop(database)
  return await measure(context, target, connections)
}

/** Answers what a shop on the same database answers. */
export async function measureBareListing(
  context: BenchContext,
  { server, template, connections }: Arena & { connections: number },
): Promise<Measurement> {
  const path = join(context.folder, 'listing.json')
  await using database = await server.copyDatabase(template)
  {
    await using shop = await context.startShop(database)
    await writeFile(path, await read(shop))
  }
  await using target = await context.startProgram('bench/side-by-side/bare-http', database, {
    LISTING_FILE: path,
  })
  return await measure(context, target, connections)
}

async function measure(
  context: BenchContext,
  target: Target,
  connections: number,
): Promise<Measurement> {
  const bytes = (await read(target)).length
  const result = await context.load({ target, connections, requests: { method: 'GET', path: PATH } }) // prettier-ignore
  const { perSecond, p50Ms, p99Ms, answered, cpu } = result
  return {
    ...{ perSecond, p50Ms, p99Ms, faults: faultsOfLoad(result) },
    details: { perSecond, p50Ms, p99Ms, answered, cpu, bytes },
  }
}

async function read(target: Target): Promise<Buffer> {
  const answer = await fetch(new URL(PATH, target.url))
  const body = Buffer.from(await answer.arrayBuffer())
  const events = JSON.parse(body.toString()) as unknown
  if (!answer.ok || !JSON.stringify(events).includes('City Arena')) {
    throw new Error(`${target.url.origin} does not list the events: ${answer.status}`)
  }
  return body
}
