/** What to say about a sale: short on a card, in full beside the form. */
import type { SaleState } from '../src/contracts/event.ts'
import type { ErrorCode } from '../src/kernel/errors.ts'
import type { Language } from '../src/kernel/language.ts'
import { briefDate, moment } from './format.ts'
import type { EventDetails, EventListing } from './needs.ts'
import { eventTexts } from './texts/events.ts'

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
export function saleNote(event: EventListing, language: Language = 'en'): SaleNote | undefined {
  const t = eventTexts[language]
  switch (event.sale) {
    case 'on_sale':
      return isLow(event) ? { tone: 'low', text: t.left(String(event.remaining)) } : undefined
    case 'not_started':
      return { tone: 'soon', text: onSaleNote(event, language) }
    case 'sold_out':
      return { tone: 'over', text: t.note.soldOut }
    case 'paused':
    case 'closed':
    case 'cancelled':
    case 'draft':
      return { tone: 'over', text: t.note[event.sale] }
  }
}

/** Who waits longer than this does not wait at the page: the date says more than a number of days. */
const COUNTDOWN_MAX_MS = 30 * 86_400_000

/** True when a sale is to come that is near enough to be counted down to. */
export function isCountedDown(
  { sale, onSaleAt }: Pick<EventListing, 'sale' | 'onSaleAt'>,
  now = Date.now(),
): boolean {
  return sale === 'not_started' && onSaleAt !== null && onSaleAt.getTime() - now <= COUNTDOWN_MAX_MS
}

export interface NoSale {
  title: string
  text?: string
  /** What the page does by itself, and what is to be done where it has no script for that. */
  live?: string
  withoutScript?: string
}

/** Why the form is not there; undefined when it is. */
export function whyNoSale(
  event: EventDetails,
  language: Language = 'en',
  now = Date.now(),
): NoSale | undefined {
  const t = eventTexts[language]
  switch (event.sale) {
    case 'on_sale':
      return undefined
    case 'not_started':
      return {
        title: saleStart(event, language),
        ...(isCountedDown(event, now)
          ? { live: t.startsLive, withoutScript: t.startsText }
          : { text: t.startsText }),
      }
    case 'paused':
      return { title: t.paused, text: t.pausedText }
    case 'closed':
      return event.eventDate.getTime() <= now
        ? { title: t.past, text: t.pastText }
        : { title: t.closed, text: t.closedText }
    case 'cancelled':
      return { title: t.cancelled, text: t.cancelledSale }
    case 'sold_out':
      return { title: t.soldOut, text: t.soldOutText, withoutScript: t.soldOutLater }
    case 'draft':
      return { title: t.draft, text: t.draftText }
  }
}

type Start = Pick<EventListing, 'onSaleAt' | 'timezone'>

function saleStart({ onSaleAt, timezone }: Start, language: Language): string {
  const t = eventTexts[language]
  return onSaleAt === null ? t.startsSoon : t.starts(moment(onSaleAt, timezone, language))
}

/** The same on a card, where there is no room for more than one line. */
function onSaleNote({ onSaleAt, timezone }: Start, language: Language): string {
  const t = eventTexts[language]
  return onSaleAt === null ? t.startsSoon : t.note.starts(briefDate(onSaleAt, timezone, language))
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
