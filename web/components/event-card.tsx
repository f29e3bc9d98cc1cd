import type { VNode } from 'preact'
import { localTime, price, shortDate } from '../format.ts'
import type { EventListing } from '../needs.ts'
import { saleNote } from '../sale.ts'
import { Poster } from './poster.tsx'

/** An event in a list: the whole card is its link. */
export function EventCard(props: { event: EventListing; isLead?: boolean }): VNode {
  const { event } = props
  const note = saleNote(event)
  const { day, month } = localTime(event.eventDate, event.timezone)
  return (
    <li class={props.isLead ? 'card card-lead' : 'card'}>
      <div class="card-art">
        <Poster subject={event} shape={props.isLead ? 'lead' : 'card'} />
        <p class="card-day" aria-hidden="true">
          <span>{day}</span>
          {month.slice(0, 3)}
        </p>
      </div>
      <div class="card-text">
        <p class="card-when">
          <time dateTime={event.eventDate.toISOString()}>
            {shortDate(event.eventDate, event.timezone)}
          </time>
          {event.category !== null && <span class="card-category">{event.category}</span>}
        </p>
        <h3 class="card-name">
          <a href={`/events/${event.id}`}>{event.name}</a>
        </h3>
        <p class="card-where">
          {event.venue}
          {event.city !== null && `, ${event.city}`}
        </p>
        <p class="card-sale">
          <span class="card-price">{fromPrice(event)}</span>
          {note !== undefined && <span class={`tag tag-${note.tone}`}>{note.text}</span>}
        </p>
      </div>
    </li>
  )
}

const fromPrice = ({ ticketPriceCents, currency }: EventListing): string =>
  ticketPriceCents === 0 ? 'Free' : `from ${price(ticketPriceCents, currency)}`
