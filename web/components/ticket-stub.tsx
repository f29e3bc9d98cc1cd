import type { VNode } from 'preact'
import type { Language } from '../../src/kernel/language.ts'
import { longDay, timeWithOffset } from '../format.ts'
import type { EventDetails } from '../needs.ts'
import { orderTexts } from '../texts/orders.ts'
import { Poster } from './poster.tsx'

/** A ticket as it is shown at the door. */
export function TicketStub(props: {
  event: EventDetails
  language: Language
  code: string
  /** The address of its QR code; none for a ticket that opens nothing. */
  qrCode: string | undefined
  /** Which of how many, for a group that shares an order. */
  position: { number: number; of: number }
}): VNode {
  const { event, language, code, qrCode, position } = props
  const t = orderTexts[language]
  return (
    <li class="stub">
      <div class="stub-art">
        <Poster subject={event} shape="card" />
      </div>
      <div class="stub-event">
        <p class="stub-name" dir="auto">
          {event.name}
        </p>
        <p>
          {longDay(event.eventDate, event.timezone, language)}
          <br />
          {timeWithOffset(event.eventDate, event.timezone)}
        </p>
        <p>
          {event.venue}
          {event.city !== null && `, ${event.city}`}
        </p>
      </div>
      <div class="stub-code">
        {qrCode !== undefined && (
          <img class="stub-qr" src={qrCode} alt={t.qr(position.number)} width="220" height="220" />
        )}
        <p>{t.ticketOf(position.number, position.of)}</p>
        <code>{code}</code>
      </div>
    </li>
  )
}
