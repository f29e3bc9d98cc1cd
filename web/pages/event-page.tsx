/** One event: what, when, where, and its tickets. */
import type { VNode } from 'preact'
import type { Language } from '../../src/kernel/language.ts'
import { BuyPanel, type BuyPanelProps } from '../components/buy-panel.tsx'
import { Icon } from '../components/icon.tsx'
import { EventPicture } from '../components/event-picture.tsx'
import { eventJsonLd } from '../event-json-ld.ts'
import { Notice } from '../components/notice.tsx'
import { longDay, moment, timeWithOffset } from '../format.ts'
import { type PageHead, Layout } from '../layout.tsx'
import type { EventDetails } from '../needs.ts'
import { mayReturn } from '../returns.ts'
import { eventTexts } from '../texts/events.ts'

const SUMMARY_LENGTH_MAX = 160

export function EventPage(props: BuyPanelProps): VNode {
  const { visitor, event } = props
  const { language } = visitor
  const t = eventTexts[language]
  return (
    <Layout visitor={visitor} section="events" head={headOf(event, visitor.origin ?? '', language)}>
      <article class="event">
        <div class="event-art">
          <EventPicture event={event} shape="banner" isFirst />
        </div>
        <div class="wrap event-columns">
          <header class="event-head">
            {event.category !== null && (
              <p class="event-category">
                <a href={`/?category=${encodeURIComponent(event.category)}`}>{event.category}</a>
              </p>
            )}
            <h1 dir="auto">{event.name}</h1>
            <Changed event={event} language={language} />
            <Facts event={event} language={language} />
          </header>
          <BuyPanel {...props} />
          <div class="event-about">
            {event.description !== '' && (
              <>
                <h2>{t.about}</h2>
                <p class="event-description" dir="auto">
                  {event.description}
                </p>
              </>
            )}
            <p class="event-proof">
              <a href={`/events/${event.id}/proof`}>{t.books}</a>
              {t.booksWhy}
            </p>
          </div>
        </div>
      </article>
    </Layout>
  )
}

/** What somebody who knew the event before must hear first. */
interface InLanguage {
  event: EventDetails
  language: Language
}

function Changed({ event, language }: InLanguage): VNode | null {
  const t = eventTexts[language]
  if (event.sale === 'cancelled') {
    return (
      <Notice tone="info" title={t.cancelled}>
        <p>{t.cancelledText}</p>
      </Notice>
    )
  }
  if (event.postponedAt === null) return null
  return (
    <Notice tone="info" title={t.moved}>
      <p>
        {t.movedText}
        {mayReturn(event) && t.mayReturn(moment(event.refundUntil, event.timezone, language))}
      </p>
    </Notice>
  )
}

function Facts({ event, language }: InLanguage): VNode {
  const t = eventTexts[language]
  return (
    <ul class="facts">
      <li>
        <Icon name="calendar" />
        <p>
          <strong>
            <time dateTime={event.eventDate.toISOString()}>
              {longDay(event.eventDate, event.timezone, language)}
            </time>
          </strong>
          {timeWithOffset(event.eventDate, event.timezone)}{' '}
          <time
            class="facts-more"
            dateTime={event.eventDate.toISOString()}
            data-island="local-time"
            data-zone={event.timezone}
            data-words={t.yourTime}
            hidden
          />
        </p>
      </li>
      <li>
        <Icon name="place" />
        <p>
          <strong dir="auto">{event.venue}</strong>
          {event.city !== null && <span dir="auto">{event.city}</span>}{' '}
          <a class="facts-more" href={mapOf(event)} rel="noreferrer" target="_blank">
            {t.map}
          </a>
        </p>
      </li>
    </ul>
  )
}

/** A search on a map elsewhere, which hears of nobody who does not open it. */
const mapOf = ({ venue, city }: EventDetails): string =>
  `https://www.openstreetmap.org/search?query=${encodeURIComponent(city === null ? venue : `${venue}, ${city}`)}`

function headOf(event: EventDetails, origin: string, language: Language): PageHead {
  const path = `/events/${event.id}`
  const place = event.city === null ? event.venue : `${event.venue}, ${event.city}`
  const summary = `${longDay(event.eventDate, event.timezone, language)}, ${place}. ${event.description}`
  return {
    title: event.name,
    description: shortened(summary.replace(/\s+/g, ' ').trim()),
    canonicalPath: path,
    imageUrl: origin + (event.picture?.card ?? `${path}/card.png`),
    jsonLd: eventJsonLd(event, origin),
  }
}

const shortened = (text: string): string =>
  [...text].length <= SUMMARY_LENGTH_MAX
    ? text
    : `${[...text].slice(0, SUMMARY_LENGTH_MAX - 1).join('')}…`
