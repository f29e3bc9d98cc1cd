/** Whom mails go to and what they are about; who knows it hands it in. */
import type { Language } from '../../kernel/language.ts'

export interface Recipient {
  id: number
  name: string
  email: string
  language: Language
}

export interface MailedEvent {
  name: string
  venue: string
  city: string | null
  startsAt: Date
  timezone: string
  currency: string
}

export interface MailedOrder {
  orderId: number
  buyer: Recipient
  event: MailedEvent
  totalPriceCents: number
}

export interface ConfirmedOrder extends MailedOrder {
  tickets: {
    ticketCode: string
    /** The picture that opens the door, to be shown in the mail. */
    qrPng?: Buffer
  }[]
  links?: { order?: string; pdf?: string; calendar?: string }
}

/** An order whose payment was taken and goes back: no ticket was given for it. */
export interface ReturnedOrder extends MailedOrder {
  isEventCancelled: boolean
}

/** Money that has gone back to its buyer. */
export interface SentRefund {
  refundId: number
  orderId: number
  buyer: Recipient
  event: MailedEvent
  amountCents: number
  /** The tickets that are no longer valid; none when money came too late for tickets. */
  ticketCodes: string[]
}

/** `City Arena, Vienna`; a venue that already names its city is left as it is. */
export const placeOf = ({ venue, city }: { venue: string; city: string | null }): string =>
  city === null || venue.includes(city) ? venue : `${venue}, ${city}`
