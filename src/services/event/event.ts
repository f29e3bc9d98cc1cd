/** An event as the database has it, and who may change it. */
import type { SaleState } from '../../contracts/event.ts'
import type { Picture } from '../../contracts/picture.ts'
import { AppError } from '../../kernel/errors.ts'
import type { Principal } from '../../platform/http/access.ts'
import type { EventTerms, TicketTypeTerms } from './event-terms.ts'

export interface TicketType extends TicketTypeTerms {
  id: number
  remaining: number
}

export interface Event extends EventTerms {
  id: number
  /** The lowest of its ticket types. */
  ticketPriceCents: number
  ticketTypes: TicketType[]
  picture: Picture | null
  remaining: number
  /** Held and not paid yet. */
  held: number
  sale: SaleState
  createdBy: number
  createdAt: Date
  updatedAt: Date
  version: number
}

/** An event as lists show it. */
export interface EventListing {
  id: number
  name: string
  venue: string
  eventDate: Date
  ticketPriceCents: number
  remaining: number
  totalTickets: number
  currency: string
  category: string | null
  city: string | null
  imageUrl: string | null
  picture: Picture | null
  timezone: string
  onSaleAt: Date | null
  salesEndAt: Date | null
  status: Event['status']
  sale: SaleState
  createdBy: number
}

/**
 * @throws AppError `not_found` when the event is a draft of somebody else, which must not be known
 * to exist; `forbidden` when it is public but not the caller's.
 */
export function requireOwner(event: Event, principal: Principal): void {
  if (event.createdBy === principal.userId || principal.userType === 'admin') return
  if (event.status === 'draft') throw new AppError('not_found')
  throw new AppError('forbidden', { detail: 'This event belongs to another organizer.' })
}

/** When the sale ends, also when the organizer left that open. */
export const saleEnd = (event: Pick<EventTerms, 'eventDate' | 'salesEndAt'>): Date =>
  event.salesEndAt ?? event.eventDate

/** What `sale_refusal` says about a moment, as the state of the sale. */
export function saleState(refusal: string | null, remaining: number): SaleState {
  switch (refusal) {
    case null:
      return remaining > 0 ? 'on_sale' : 'sold_out'
    case 'not_found':
      return 'draft'
    case 'event_cancelled':
      return 'cancelled'
    case 'sales_not_started':
      return 'not_started'
    case 'sales_paused':
      return 'paused'
    default:
      return 'closed'
  }
}
