/** Which categories and cities there are to choose from, as the events that come next have them. */
import type { Facets } from './pages/events-page.tsx'
import type { Events } from './needs.ts'
import { EVENTS_PER_PAGE } from '../src/contracts/event.ts'

const CATEGORIES_MAX = 9
const CITIES_MAX = 50

export async function findFacets(events: Events): Promise<Facets> {
  const { items } = await events.listEvents({ limit: EVENTS_PER_PAGE.max })
  return {
    categories: mostFrequent(items.map((event) => event.category)).slice(0, CATEGORIES_MAX),
    cities: mostFrequent(items.map((event) => event.city))
      .slice(0, CITIES_MAX)
      .sort(),
  }
}

/** Without repetition; spellings that differ only in case are one. */
function mostFrequent(names: readonly (string | null)[]): string[] {
  const counts = new Map<string, { name: string; count: number }>()
  for (const name of names) {
    if (name === null) continue
    const entry = counts.get(name.toLowerCase()) ?? { name, count: 0 }
    entry.count += 1
    counts.set(name.toLowerCase(), entry)
  }
  return [...counts.values()].sort((a, b) => b.count - a.count).map((entry) => entry.name)
}
