/** An order as somebody was shown it. */
export interface SeenOrder {
  orderId: number
  status: 'PENDING' | 'CONFIRMED' | 'CANCELLED'
  eventId: number
  quantity: number
  totalCents: number
  ticketCodes: string[]
  reason: string | undefined
  /** What opens the page on which the buyer has to do something. */
  clientSecret: string | undefined
}

interface OrderBody {
  order_id: number
  status: SeenOrder['status']
  event_id: number
  quantity: number
  total_price: number
  tickets: { ticket_code: string }[]
  reason?: string
  next_action?: { client_secret?: string }
}

/** @returns Undefined when it is no order. */
export function seenOrderIn(text: string): SeenOrder | undefined {
  const body = parse(text) as Partial<OrderBody>
  if (typeof body.order_id !== 'number' || body.status === undefined) return undefined
  const { order_id, status, event_id, quantity, total_price, tickets, reason, next_action } =
    body as OrderBody
  return {
    orderId: order_id,
    status,
    eventId: event_id,
    quantity,
    totalCents: Math.round(total_price * 100),
    ticketCodes: tickets.map((ticket) => ticket.ticket_code),
    reason,
    clientSecret: next_action?.client_secret,
  }
}

/** @returns The code of a refusal. */
export function codeIn(text: string): string | undefined {
  return (parse(text) as { code?: string }).code
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return {}
  }
}
