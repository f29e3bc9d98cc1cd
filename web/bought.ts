/** What an order is for, in words. */
import type { Language } from '../src/kernel/language.ts'
import { price } from './format.ts'
import type { EventDetails, Order } from './needs.ts'

type Bought = Pick<Order, 'ticketTypeId' | 'totalPriceCents' | 'quantity'>

/** The ticket type, where the event has more than one; with one there is nothing to tell apart. */
export const typeOf = (order: Bought, event: EventDetails): string | undefined =>
  event.ticketTypes.length > 1
    ? event.ticketTypes.find((type) => type.id === order.ticketTypeId)?.name
    : undefined

/** What one ticket of the order cost; its type may cost something else by now. */
export const eachPrice = (order: Bought, event: EventDetails, language: Language): string =>
  price(order.totalPriceCents / order.quantity, event.currency, language)
