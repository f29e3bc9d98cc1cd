/** One event: what, when, where, and its tickets. */
import type { VNode } from 'preact'
import { BuyPanel, type BuyPanelProps } from '../components/buy-panel.tsx'
import { Icon } from '../components/icon.tsx'
import { Poster } from '../components/poster.tsx'
import { eventJsonLd } from '../event-json-ld.ts'
import { longDay, timeWithOffset } from '../format.ts'
import { type PageHead, Layout } from '../layout.tsx'
import type { EventDetails } from '../needs.ts'

const SUMMARY_LENGTH_MAX = 160

export function EventPage(props: BuyPanelProps): VNode {
  const { visitor, event } = props
  return (
    <Layout visitor={visitor} section="events" head={headOf(event, visitor.origin ?? '')}>
      <article class="event">
        <div class="event-art">
          <Poster subject={event} shape="banner" />
        </div>
        <div class="wrap event-columns">
          <header class="event-head">
            {event.category !== null && (
              <p class="event-category">
                <a href={`/?category=${encodeURIComponent(event.category)}`}>{event.category}</a>
              </p>
            )}
            <h1>{event.name}</h1>
            <Facts event={event} />
          </header>
          <BuyPanel {...props} />
          <div class="event-about">
            {event.description !== '' && (
              <>
                <h2>About</h2>
                <p class="event-description">{event.description}</p>
              </>
            )}
          </div>
        </div>
      </article>
    </Layout>
  )
}

function Facts({ event }: { event: EventDetails }): VNode {
  return (
    <ul class="facts">
      <li>
        <Icon name="calendar" />
        <p>
          <time dateTime={event.eventDate.toISOString()}>
            <strong>{longDay(event.eventDate, event.timezone)}</strong>
            {timeWithOffset(event.eventDate, event.timezone)}
          </time>
        </p>
      </li>
      <li>
        <Icon name="place" />
        <p>
          <strong>{event.venue}</strong>
          {event.city}
        </p>
      </li>
    </ul>
  )
}

function headOf(event: EventDetails, origin: string): PageHead {
  const path = `/events/${event.id}`
  const place = event.city === null ? event.venue : `${event.venue}, ${event.city}`
  const summary = `${longDay(event.eventDate, event.timezone)}, ${place}. ${event.description}`
  return {
    title: event.name,
    description: shortened(summary.replace(/\s+/g, ' ').trim()),
    canonicalPath: path,
    imageUrl: event.imageUrl ?? undefined,
    jsonLd: eventJsonLd(event, origin + path),
  }
}

const shortened = (text: string): string =>
  [...text].length <= SUMMARY_LENGTH_MAX
    ? text
    : `${[...text].slice(0, SUMMARY_LENGTH_MAX - 1).join('')}…`
