/** Buying with a form: what was sent becomes an order, or a refusal that the page can explain. */
import { setTimeout as delay } from 'node:timers/promises'
import { QUANTITY_MAX } from '../src/contracts/order.ts'
import { AppError } from '../src/kernel/errors.ts'
import type { Language } from '../src/kernel/language.ts'
import type { Refusal } from './components/buy-panel.tsx'
import type { Choice } from './components/ticket-choice.tsx'
import { wholeNumber } from './form.ts'
import type { EventDetails, Ticketing } from './needs.ts'
import { messageOf } from './refusal.ts'
import { buyingTexts } from './texts/buying.ts'
import { seeField } from './texts/faults.ts'

export interface SentOrder {
  choice: Choice
  /** From the form, so that sending it twice buys once. */
  key: string
}

export type PageOrder =
  { orderId: number; isFree: boolean } | { refusal: Refusal; error: AppError | undefined }

const KEY = /^[\w-]{16,64}$/
const ATTEMPTS_MAX = 12
const ATTEMPT_EVERY_MS = 250

/** Holds what was chosen, to be paid on the next page; what costs nothing is had at once. */
export async function placePageOrder(
  ticketing: Pick<Ticketing, 'placeOrder' | 'payOrder'>,
  { userId, language }: { userId: number; language: Language },
  event: EventDetails,
  sent: SentOrder,
): Promise<PageOrder> {
  const { choice, key } = sent
  const t = buyingTexts[language]
  const quantity = wholeNumber(choice.quantity)
  const ticketTypeId = wholeNumber(choice.ticketType)
  // The API's schema sees to this; beyond an integer the database would refuse the whole batch.
  if (quantity === undefined || quantity > QUANTITY_MAX) {
    return fault('quantity', t.chooseQuantity, language)
  }
  if (!KEY.test(key)) return { error: undefined, refusal: { ...t.staleForm, faults: [] } }
  if (event.ticketTypes.length > 1 && ticketTypeId === undefined) {
    return fault('ticket_type', t.chooseType, language)
  }
  const command = {
    userId,
    eventId: event.id,
    ticketTypeId,
    quantity,
    isHold: true,
    paymentMethod: undefined,
    idempotencyKey: key,
  }
  try {
    const { orderId, totalPriceCents } = await placeOnce(ticketing, command)
    const isFree = totalPriceCents === 0
    // Decided by what the order costs: the price may have changed since the page was made.
    if (isFree) await ticketing.payOrder({ userId, orderId, paymentMethod: 'none' })
    return { orderId, isFree }
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    if (error.status >= 500 && error.code !== 'unavailable') throw error
    return { error, refusal: refusalOf(error, quantity, language) }
  }
}

/** The second press of an impatient finger waits for what the first one does. */
async function placeOnce(
  ticketing: Pick<Ticketing, 'placeOrder'>,
  command: Parameters<Ticketing['placeOrder']>[0],
): ReturnType<Ticketing['placeOrder']> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await ticketing.placeOrder(command)
    } catch (error) {
      const isRunning = error instanceof AppError && error.code === 'request_in_progress'
      if (!isRunning || attempt === ATTEMPTS_MAX) throw error
      await delay(ATTEMPT_EVERY_MS)
    }
  }
}

/** Whether the same form may be sent again as it is: its order may still be on its way. */
export const mayBeRepeated = (error: AppError | undefined): boolean =>
  error !== undefined && ['unavailable', 'rate_limited', 'request_in_progress'].includes(error.code)

function refusalOf(error: AppError, quantity: number, language: Language): Refusal {
  const t = buyingTexts[language]
  const { extra } = error.details
  if (error.code === 'invalid_request') return faultOf('ticket_type', t.oneOfTypes, language)
  if (error.code === 'limit_exceeded') {
    const allowed = Number(extra?.['allowed'] ?? 0)
    return faultOf('quantity', allowed > 0 ? t.limitMore(allowed, quantity) : t.limit, language)
  }
  const left = Number(extra?.['remaining'] ?? 0)
  if (error.code === 'sold_out' && left > 0) return faultOf('quantity', t.fewer(left), language)
  const words = t.refusals[error.code] ?? { title: t.nothing, text: messageOf(error, language) }
  return { ...words, faults: [] }
}

const fault = (field: Field, message: string, language: Language): PageOrder => ({
  error: undefined,
  refusal: faultOf(field, message, language),
})

type Field = 'quantity' | 'ticket_type'

function faultOf(field: Field, message: string, language: Language): Refusal {
  const { nothing, howMany, type } = buyingTexts[language]
  const see = seeField[language](field === 'quantity' ? howMany : type)
  return { title: nothing, faults: [{ field, message, see }] }
}
