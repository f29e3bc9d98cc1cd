/** One event: what, when, where, and its tickets. */
import type { VNode } from 'preact'
import { BuyPanel, type BuyPanelProps } from '../components/buy-panel.tsx'
import { Icon } from '../components/icon.tsx'
import { Poster } from '../components/poster.tsx'
import { eventJsonLd } from '../event-json-ld.ts'
import { Notice } from '../components/notice.tsx'
import { longDay, moment, timeWithOffset } from '../format.ts'
import { type PageHead, Layout } from '../layout.tsx'
import type { EventDetails } from '../needs.ts'
import { mayReturn } from '../returns.ts'

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
            <Changed event={event} />
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
            <p class="event-proof">
              <a href={`/events/${event.id}/proof`}>The books of this sale</a>: every ticket and
              every cent, counted twice.
            </p>
          </div>
        </div>
      </article>
    </Layout>
  )
}

/** What somebody who knew the event before must hear first. */
function Changed({ event }: { event: EventDetails }): VNode | null {
  if (event.sale === 'cancelled') {
    return (
      <Notice tone="info" title="This event is cancelled">
        <p>Whoever bought tickets gets their money back, without having to ask for it.</p>
      </Notice>
    )
  }
  if (event.postponedAt === null) return null
  return (
    <Notice tone="info" title="This event has a new date">
      <p>
        Tickets that were bought before stay good.
        {mayReturn(event) &&
          ` Whoever cannot come may return theirs until ${moment(event.refundUntil, event.timezone)}.`}
      </p>
    </Notice>
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
