import type { VNode } from 'preact'
import { eachPrice, typeOf } from '../bought.ts'
import type { Language } from '../../src/kernel/language.ts'
import { longDay, timeWithOffset } from '../format.ts'
import type { EventDetails, Order, OrderLinks } from '../needs.ts'
import { orderTexts } from '../texts/orders.ts'
import { Poster } from './poster.tsx'
import { TicketCode } from './ticket-code.tsx'

interface TicketsProps {
  order: Order
  event: EventDetails
  language: Language
  /** Where the QR codes are; none for tickets that open nothing. */
  links: OrderLinks | undefined
}

/** The good tickets of an order, as they are shown at the door: the code to scan comes first. */
export function TicketStubs(props: TicketsProps): VNode {
  return (
    <div class="ticket-book">
      <div class="ticket-book-art">
        <Poster subject={props.event} shape="card" />
      </div>
      <ul class="stubs">
        {props.order.ticketCodes.map((code, index) => (
          <TicketStub {...props} code={code} number={index + 1} />
        ))}
      </ul>
    </div>
  )
}

/** Whole in itself, so that a picture of it is enough to let somebody else in. */
function TicketStub(props: TicketsProps & { code: string; number: number }): VNode {
  const { order, event, language, links, code, number } = props
  const qrCode = links?.tickets.get(code)?.qrSvg
  const t = orderTexts[language]
  return (
    <li class="stub">
      {qrCode !== undefined && (
        <img class="stub-qr" src={qrCode} alt={t.qr(number)} width="264" height="264" />
      )}
      <div class="stub-text">
        <p class="ticket-facts">
          <TicketFacts order={order} event={event} language={language} number={number} />
        </p>
        <TicketCode code={code} />
        <p class="stub-name" dir="auto">
          {event.name}
        </p>
        <p>
          {longDay(event.eventDate, event.timezone, language)}
          <br />
          {timeWithOffset(event.eventDate, event.timezone)}
          <br />
          <span dir="auto">
            {event.city === null ? event.venue : `${event.venue}, ${event.city}`}
          </span>
        </p>
      </div>
    </li>
  )
}

/** Which of how many it is, of what type, and what it cost. */
export function TicketFacts(props: {
  order: Order
  event: EventDetails
  language: Language
  number: number
}): VNode {
  const { order, event, language, number } = props
  const type = typeOf(order, event)
  return (
    <>
      <strong>{orderTexts[language].ticketOf(number, order.ticketCodes.length)}</strong>
      {type !== undefined && (
        <>
          {' · '}
          <span dir="auto">{type}</span>
        </>
      )}
      {` · ${eachPrice(order, event, language)}`}
    </>
  )
}
