import type { VNode } from 'preact'
import type { Language } from '../../src/kernel/language.ts'
import { localTime, price, shortDate } from '../format.ts'
import type { EventListing } from '../needs.ts'
import { saleNote } from '../sale.ts'
import { eventTexts } from '../texts/events.ts'
import { EventPicture } from './event-picture.tsx'

/** An event in a list: the whole card is its link. */
export function EventCard(props: {
  event: EventListing
  language: Language
  isLead?: boolean
  isFirst?: boolean
}): VNode {
  const { event, language } = props
  const note = saleNote(event, language)
  const isOver = note?.tone === 'over'
  const { day, month } = localTime(event.eventDate, event.timezone, language)
  return (
    <li class={`card${props.isLead ? ' card-lead' : ''}${isOver ? ' card-over' : ''}`}>
      <div class="card-art">
        <EventPicture
          event={event}
          shape={props.isLead ? 'lead' : 'card'}
          isFirst={props.isFirst ?? false}
        />
        <p class="card-day" aria-hidden="true">
          <span>{day}</span>
          {month.slice(0, 3)}
        </p>
      </div>
      <div class="card-text">
        <p class="card-when">
          <time dateTime={event.eventDate.toISOString()}>
            {shortDate(event.eventDate, event.timezone, language)}
          </time>
          {event.category !== null && <span class="card-category">{event.category}</span>}
        </p>
        <h3 class="card-name">
          <a href={`/events/${event.id}`} dir="auto">
            {event.name}
          </a>
        </h3>
        <p class="card-where" dir="auto">
          {event.venue}
          {event.city !== null && `, ${event.city}`}
        </p>
        <p class="card-sale">
          {(!isOver || event.sale === 'paused') && (
            <span class="card-price">{fromPrice(event, language)}</span>
          )}
          {note !== undefined && <span class={`tag tag-${note.tone}`}>{note.text}</span>}
        </p>
      </div>
    </li>
  )
}

const fromPrice = ({ ticketPriceCents, currency }: EventListing, language: Language): string => {
  const lowest = price(ticketPriceCents, currency, language)
  return ticketPriceCents === 0 ? lowest : eventTexts[language].from(lowest)
}
