/** Buying with a form: what was sent becomes an order, or a refusal that the page can explain. */
import { setTimeout as delay } from 'node:timers/promises'
import { AppError, type ErrorCode } from '../src/kernel/errors.ts'
import type { Refusal } from './components/buy-panel.tsx'
import type { Choice } from './components/ticket-choice.tsx'
import { wholeNumber } from './form.ts'
import type { EventDetails, Ticketing } from './needs.ts'

export interface SentOrder {
  choice: Choice
  /** From the form, so that sending it twice buys once. */
  key: string
}

export type PageOrder =
  { orderId: number; isReplay: boolean } | { refusal: Refusal; error: AppError | undefined }

const KEY = /^[\w-]{16,64}$/
const ATTEMPTS_MAX = 12
const ATTEMPT_EVERY_MS = 250

export async function placePageOrder(
  ticketing: Pick<Ticketing, 'placeOrder'>,
  userId: number,
  event: EventDetails,
  sent: SentOrder,
): Promise<PageOrder> {
  const { choice, key } = sent
  const quantity = wholeNumber(choice.quantity)
  const ticketTypeId = wholeNumber(choice.ticketType)
  if (quantity === undefined) return fault('quantity', 'Choose how many tickets you want.')
  if (!KEY.test(key)) return { error: undefined, refusal: STALE_FORM }
  if (event.ticketTypes.length > 1 && ticketTypeId === undefined) {
    return fault('ticket_type', 'Choose a ticket type.')
  }
  const command = {
    userId,
    eventId: event.id,
    ticketTypeId,
    quantity,
    isHold: false,
    paymentMethod: undefined,
    idempotencyKey: key,
  }
  try {
    return await placeOnce(ticketing, command)
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    if (error.status >= 500 && error.code !== 'unavailable') throw error
    return { error, refusal: refusalOf(error) }
  }
}

/** The second press of an impatient finger waits for what the first one does. */
async function placeOnce(
  ticketing: Pick<Ticketing, 'placeOrder'>,
  command: Parameters<Ticketing['placeOrder']>[0],
): Promise<{ orderId: number; isReplay: boolean }> {
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

const STALE_FORM: Refusal = {
  title: 'This form was used already',
  text: 'Choose again: this is a new one.',
  faults: [],
}

const REFUSALS: Partial<Record<ErrorCode, Refusal>> = {
  idempotency_key_reused: STALE_FORM,
  request_in_progress: {
    title: 'Your order is still on its way',
    text: 'Look at your tickets in a moment, before you buy again.',
    faults: [],
  },
  unavailable: {
    title: 'We cannot sell right now',
    text: 'Wait a few seconds and press the button again: nothing is bought twice.',
    faults: [],
  },
}

function refusalOf(error: AppError): Refusal {
  if (error.code === 'invalid_request') {
    return faultOf('ticket_type', 'Choose one of the ticket types.')
  }
  if (error.code === 'limit_exceeded' || isPartlySoldOut(error)) {
    return faultOf('quantity', error.message)
  }
  return REFUSALS[error.code] ?? { title: 'Nothing was bought', text: error.message, faults: [] }
}

const isPartlySoldOut = ({ code, details }: AppError): boolean =>
  code === 'sold_out' && details.extra?.['remaining'] !== 0

const fault = (field: string, message: string): PageOrder => ({
  error: undefined,
  refusal: faultOf(field, message),
})

const faultOf = (field: string, message: string): Refusal => ({
  title: 'Nothing was bought',
  faults: [{ field, message }],
})
