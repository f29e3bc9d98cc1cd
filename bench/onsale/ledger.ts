/**
 * What the crowd asked and what it was told, kept on the buyers' side and apart from the shop's own
 * records: each request is written down before it is sent, so that nothing can be in the shop's
 * books that is not here.
 */
import type { HttpAnswer } from './response.ts'

/** Times are milliseconds since the opening, by this process's clock. */
export interface Entry {
  /** `pay` is for a hold, `look` at what became of an order. */
  readonly what: 'buy' | 'pay' | 'look' | 'list' | 'event' | 'wrong'
  readonly userId: number
  readonly key: string | undefined
  readonly quantity: number
  /** What is paid for or looked at; 0 for a request that is not about an order yet. */
  readonly orderId: number
  /** What a wrong request must be answered with. */
  readonly expectedStatus: number | undefined
  /** When it was to be sent. A wait for a free connection counts as the shop's. */
  readonly scheduledAt: number
  sentAt: number | undefined
  answeredAt: number | undefined
  outcome: Outcome
}

export type Outcome =
  | Placed
  | Refused
  /** A page was shown. */
  | { kind: 'shown' }
  /** It may or may not have had its effect. */
  | { kind: 'unknown'; why: 'running' | 'timeout' | 'connection' | 'server_error'; status: number }
  /** It never left, so it can have had none. */
  | { kind: 'unsent' }

/** What the buyer was promised. */
export interface Placed {
  kind: 'placed'
  orderId: number
  status: string
  eventId: number
  quantity: number
  totalPrice: number
  ticketCodes: string[]
  /** Where the buyer has to go first. */
  actionUrl: string | undefined
  /** The answer, to the letter. */
  text: string
}

export interface Refused {
  kind: 'refused'
  status: number
  code: string
  /** With `sold_out`: how many tickets are left. */
  remaining: number | undefined
  /** With `limit_exceeded`: how many more this buyer may have. */
  allowed: number | undefined
}

const RUNNING: Outcome = { kind: 'unknown', why: 'running', status: 0 }

/** Writes a request down, before it is sent. */
export function record(
  ledger: Entry[],
  request: Omit<Entry, 'sentAt' | 'answeredAt' | 'outcome'>,
): Entry {
  const entry = { ...request, sentAt: undefined, answeredAt: undefined, outcome: RUNNING }
  ledger.push(entry)
  return entry
}

interface OrderBody {
  order_id: number
  status: string
  event_id: number
  quantity: number
  total_price: number
  tickets: { ticket_code: string }[]
  next_action?: { url?: string }
}

interface ProblemBody {
  code?: string
  remaining?: number
  allowed?: number
}

/**
 * What an answer means to the one who asked.
 * @param what Where an order is told with another status than 201.
 */
export function outcomeOf(
  answer: Pick<HttpAnswer, 'status' | 'body'>,
  what: Entry['what'] = 'buy',
): Outcome {
  const { status, body } = answer
  if (status >= 500) return { kind: 'unknown', why: 'server_error', status }
  const isAboutOrder = what === 'buy' || what === 'pay' || what === 'look'
  if (status === 201 || (isAboutOrder && (status === 200 || status === 202))) {
    const order = parse(body) as OrderBody
    return {
      kind: 'placed',
      orderId: order.order_id,
      status: order.status,
      eventId: order.event_id,
      quantity: order.quantity,
      totalPrice: order.total_price,
      ticketCodes: order.tickets.map((ticket) => ticket.ticket_code),
      actionUrl: order.next_action?.url,
      text: body,
    }
  }
  if (status < 400) return { kind: 'shown' }
  const problem = parse(body) as ProblemBody
  const { code = `status ${status}`, remaining, allowed } = problem
  return { kind: 'refused', status, code, remaining, allowed }
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return {}
  }
}
