/** The addresses that search engines shall know: the front page, and every event that is ahead. */
import { EVENTS_PER_PAGE } from '../src/contracts/event.ts'
import type { Events } from './needs.ts'

/** Fewer than the 50,000 that one sitemap may have; those that come first are looked for. */
const EVENTS_MAX = 10_000
const KEPT_MS = 600_000

/** The ids of the events that are ahead, the soonest first; read again every ten minutes at most. */
export function eventIndex(
  events: Pick<Events, 'listEvents'>,
  clock: () => number,
): () => Promise<readonly number[]> {
  let kept: { ids: Promise<readonly number[]>; until: number } | undefined
  return async () => {
    if (kept !== undefined && clock() < kept.until) return await kept.ids
    const reading = { ids: readIds(events), until: clock() + KEPT_MS }
    kept = reading
    try {
      return await reading.ids
    } catch (error) {
      if (kept === reading) kept = undefined
      throw error
    }
  }
}

async function readIds(events: Pick<Events, 'listEvents'>): Promise<number[]> {
  const ids: number[] = []
  let cursor: string | undefined
  do {
    const page = await events.listEvents({
      limit: EVENTS_PER_PAGE.max,
      sort: 'date',
      ...(cursor === undefined ? {} : { cursor }),
    })
    ids.push(...page.items.map(({ id }) => id))
    cursor = page.nextCursor
  } while (cursor !== undefined && ids.length < EVENTS_MAX)
  return ids.slice(0, EVENTS_MAX)
}

/** @param origin `https://shop.example`, which has no character that XML minds. */
export function sitemapXml(origin: string, eventIds: readonly number[]): string {
  const paths = ['/', ...eventIds.map((id) => `/events/${id}`)]
  const urls = paths.map((path) => `<url><loc>${origin}${path}</loc></url>`)
  return `<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">${urls.join('\n')}</urlset>\n`
}
