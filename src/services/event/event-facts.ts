/** What ticket holders have to know of an event, and of a change of it. */
import type { EventChange, EventFacts } from '../../contracts/messages.ts'
import { isDeepStrictEqual } from 'node:util'
import type { Event } from './event.ts'

export const eventFacts = (event: Event): EventFacts => ({
  name: event.name,
  venue: event.venue,
  city: event.city,
  event_date: event.eventDate.toISOString(),
  timezone: event.timezone,
})

/** @returns Undefined when nothing changed that ticket holders have to know. */
export function eventChange(before: Event, after: Event): EventChange | undefined {
  const facts = { before: eventFacts(before), after: eventFacts(after) }
  if (isDeepStrictEqual(facts.before, facts.after)) return undefined
  return { version: after.version, ...facts }
}
