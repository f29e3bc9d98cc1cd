/**
 * What those who look at an event see change: one look a second for each event that anybody watches,
 * however many do, and none for the others. Only a change is sent, to all of them as one buffer.
 */
import type { ServerResponse } from 'node:http'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Logger } from 'pino'
import type { LiveEvent } from '../../contracts/live-event.ts'
import type { Clock } from '../../kernel/clock.ts'
import { AppError } from '../../kernel/errors.ts'
import { etagOf } from '../../platform/http/etag.ts'
import { type EventStreams, eventFrame } from '../../platform/http/event-streams.ts'
import { type Repetition, repeat } from '../../platform/repeat.ts'
import type { EventCache } from './event-cache.ts'
import type { Event } from './event.ts'

const LOOK_EVERY_MS = 1_000

export interface LiveEventsDeps {
  cache: Pick<EventCache, 'event'>
  streams: EventStreams
  /** Of the day, for `at`. */
  clock: Clock
  logger: Pick<Logger, 'warn'>
}

/** What one look found: the same in every process while the event is the same. */
interface Seen {
  /** For `id:` and `Last-Event-ID`. */
  id: string
  /** JSON, but for the time of day. */
  text: string
}

interface Watched {
  viewers: Set<ServerResponse>
  seen: Seen
  looking: Repetition
  isFailing: boolean
}

export class LiveEvents {
  readonly #deps: LiveEventsDeps
  readonly #watched = new Map<number, Watched>()

  constructor(deps: LiveEventsDeps) {
    this.#deps = deps
  }

  /** As it is now, at most a second old. @throws AppError `not_found` */
  async find(eventId: number): Promise<LiveEvent> {
    const event = await this.#deps.cache.event(eventId)
    if (event === undefined) throw new AppError('not_found')
    return { at: this.#time(), ...liveState(event.event) }
  }

  /**
   * Answers with a stream: the event as it is, unless the client has just that already, and then
   * every change until the client goes or the event is withdrawn.
   * @throws AppError `not_found`; `unavailable` when there are too many streams.
   */
  async watch(eventId: number, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const found = await this.#deps.cache.event(eventId)
    if (found === undefined) throw new AppError('not_found')
    const seen = seenIn(found.event)
    const viewer = this.#deps.streams.open(request, reply, () => {
      this.#leave(eventId, viewer)
    })
    let watched = this.#watched.get(eventId)
    if (watched === undefined) {
      watched = { viewers: new Set(), seen, looking: this.#startLooking(eventId), isFailing: false }
      this.#watched.set(eventId, watched)
    }
    watched.viewers.add(viewer)
    if (request.headers['last-event-id'] !== seen.id) viewer.write(this.#frame(seen))
  }

  #leave(eventId: number, viewer: ServerResponse): void {
    const watched = this.#watched.get(eventId)
    if (watched === undefined) return
    watched.viewers.delete(viewer)
    if (watched.viewers.size > 0) return
    this.#watched.delete(eventId)
    void watched.looking[Symbol.asyncDispose]()
  }

  #startLooking(eventId: number): Repetition {
    return repeat({
      everyMs: LOOK_EVERY_MS,
      work: async () => {
        await this.#look(eventId)
      },
      onError: (err) => {
        const watched = this.#watched.get(eventId)
        if (watched === undefined || watched.isFailing) return
        watched.isFailing = true
        this.#deps.logger.warn({ err, event: eventId }, 'looking at a watched event failed')
      },
    })
  }

  async #look(eventId: number): Promise<void> {
    const found = await this.#deps.cache.event(eventId)
    const watched = this.#watched.get(eventId)
    if (watched === undefined) return
    watched.isFailing = false
    if (found === undefined) {
      for (const viewer of watched.viewers) viewer.end()
      return
    }
    const seen = seenIn(found.event)
    if (seen.id === watched.seen.id) return
    watched.seen = seen
    await this.#deps.streams.send(watched.viewers, this.#frame(seen))
  }

  #frame({ id, text }: Seen): Buffer {
    return eventFrame(id, `{"at":"${this.#time()}",${text.slice(1)}`)
  }

  #time(): string {
    return new Date(this.#deps.clock()).toISOString()
  }
}

function seenIn(event: Event): Seen {
  const text = JSON.stringify(liveState(event))
  return { id: etagOf(text).slice(1, -1), text }
}

const liveState = (event: Event): Omit<LiveEvent, 'at'> => ({
  event_id: event.id,
  sale: event.sale,
  remaining_tickets: event.remaining,
  held_tickets: event.held,
  ticket_types: event.ticketTypes.map(({ id, remaining }) => ({
    id,
    remaining_tickets: remaining,
  })),
  on_sale_at: event.onSaleAt?.toISOString() ?? null,
  event_date: event.eventDate.toISOString(),
  postponed_at: event.postponedAt?.toISOString() ?? null,
})
