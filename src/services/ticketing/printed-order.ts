/** What is printed on tickets: an order as it is now, with its event and its buyer. */

export interface PrintedEvent {
  id: number
  name: string
  venue: string
  city: string | null
  category: string | null
  startsAt: Date
  timezone: string
  currency: string
  isCancelled: boolean
  /** Rises with every change of the event. */
  version: number
  changedAt: Date
}

export interface PrintedTicket {
  ticketCode: string
  /** What its QR code says. */
  token: string
}

export interface PrintedOrder {
  orderId: number
  holder: string
  event: PrintedEvent
  ticketType: string
  /** Of one ticket. */
  priceCents: number
  /** Those that are good, in the order in which they were issued. */
  tickets: PrintedTicket[]
  /** The event's poster, behind its name. */
  poster: Poster
}

/** A drawing of simple shapes, in units of its own. */
export interface Poster {
  width: number
  height: number
  shapes: PosterShape[]
}

export interface PosterShape {
  /** As in SVG: `M0 0h8v8H0z` */
  path: string
  fill?: string
  stroke?: string
  strokeWidth?: number
  isRound?: boolean
  /** As in SVG, `a b c d e f`. */
  matrix?: readonly [number, number, number, number, number, number]
}
