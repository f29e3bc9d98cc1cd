/** What to say about a sale: short on a card, in full beside the form. */
import type { SaleState } from '../src/contracts/event.ts'
import type { ErrorCode } from '../src/kernel/errors.ts'
import { moment, shortDate } from './format.ts'
import type { EventDetails, EventListing } from './needs.ts'

/** When few are left is worth saying: at most a tenth, and no more than people can picture. */
const FEW_AT_LEAST = 10
const FEW_AT_MOST = 50

/** Up to how many left are few; never all that there were. */
export function fewOf({ totalTickets }: Pick<EventListing, 'totalTickets'>): number {
  const few = Math.min(FEW_AT_MOST, Math.max(FEW_AT_LEAST, Math.floor(totalTickets / 10)))
  return Math.min(few, totalTickets - 1)
}

/** True when the number of tickets left is a reason to hurry. */
export function isLow(event: Pick<EventListing, 'remaining' | 'totalTickets'>): boolean {
  return event.remaining > 0 && event.remaining <= fewOf(event)
}

export interface SaleNote {
  /** How it looks: a reason to hurry, to wait, or a door that is shut. */
  tone: 'low' | 'soon' | 'over'
  text: string
}

/** The few words of a card; undefined when tickets are simply on sale. */
export function saleNote(event: EventListing): SaleNote | undefined {
  switch (event.sale) {
    case 'on_sale':
      return isLow(event) ? { tone: 'low', text: `${event.remaining} left` } : undefined
    case 'not_started':
      return { tone: 'soon', text: saleStart(event, shortDate) }
    case 'paused':
      return { tone: 'over', text: 'Sale paused' }
    case 'closed':
      return { tone: 'over', text: 'Sale over' }
    case 'cancelled':
      return { tone: 'over', text: 'Cancelled' }
    case 'sold_out':
      return { tone: 'over', text: 'Sold out' }
    case 'draft':
      return { tone: 'over', text: 'Not published' }
  }
}

/** Why the form is not there. */
export function whyNoSale(event: EventDetails): { title: string; text: string } | undefined {
  switch (event.sale) {
    case 'on_sale':
      return undefined
    case 'not_started':
      return {
        title: saleStart(event, moment),
        text: 'Come back then: this page will have the tickets.',
      }
    case 'paused':
      return {
        title: 'The sale is paused',
        text: 'The organizer has paused it for now. Tickets already bought stay valid.',
      }
    case 'closed':
      return { title: 'The sale is over', text: 'No more tickets are sold for this event.' }
    case 'cancelled':
      return {
        title: 'This event is cancelled',
        text: 'It does not take place, and no tickets are sold. What was paid goes back.',
      }
    case 'sold_out':
      return { title: 'Sold out', text: 'Every ticket for this event has been sold.' }
    case 'draft':
      return { title: 'Not published', text: 'This event is still being prepared.' }
  }
}

function saleStart(
  { onSaleAt, timezone }: Pick<EventListing, 'onSaleAt' | 'timezone'>,
  written: (date: Date, timezone: string) => string,
): string {
  return onSaleAt === null ? 'Sale starts soon' : `Sale starts ${written(onSaleAt, timezone)}`
}

const SALE_AFTER: Partial<Record<ErrorCode, SaleState>> = {
  sales_not_started: 'not_started',
  sales_paused: 'paused',
  sales_closed: 'closed',
  event_cancelled: 'cancelled',
}

/** What a refused purchase tells about the sale, ahead of what the listings know. */
export function saleAfterRefusal(code: ErrorCode, remaining: unknown): SaleState | undefined {
  // A sale that has tickets left, only fewer than were asked for, goes on.
  if (code === 'sold_out') return remaining === 0 ? 'sold_out' : undefined
  return SALE_AFTER[code]
}
