/** What of events is at hand before a request has been parsed or checked. */
import type { FrontDesk, ReadyAnswer } from '../../platform/http/front-desk.ts'
import { plainInteger } from '../../platform/http/validation.ts'
import { sharedHeaders } from './event-answers.ts'
import type { CachedBytes, EventCache } from './event-cache.ts'

export const EVENTS = '/api/v1/events'
export const EVENT = `${EVENTS}/:id`

const JSON_TYPE = ['content-type', 'application/json; charset=utf-8']

/** Lists by their query strings, which were checked when they were asked for first, and events. */
export function eventDesk(cache: EventCache): FrontDesk {
  // What is kept is replaced and never changed, so what is sent with it is put together once.
  const answers = new WeakMap<CachedBytes, ReadyAnswer>()
  const ready = (route: string, entry: CachedBytes | undefined): ReadyAnswer | undefined => {
    if (entry === undefined) return undefined
    let answer = answers.get(entry)
    if (answer === undefined) {
      const { bytes, etag } = entry
      answer = { route, kind: 'json', bytes, etag, headers: sharedHeaders(entry), contentHeaders: JSON_TYPE } // prettier-ignore
      answers.set(entry, answer)
    }
    return answer
  }
  return ({ url = '' }) => {
    if (!url.startsWith(EVENTS)) return undefined
    const rest = url.slice(EVENTS.length)
    if (rest === '' || rest.startsWith('?')) return ready(EVENTS, cache.warmList(rest.slice(1)))
    // Whatever is no number in plain writing is none that is at hand.
    return rest.startsWith('/') ? ready(EVENT, cache.warmEvent(plainInteger(rest.slice(1)))) : undefined // prettier-ignore
  }
}
