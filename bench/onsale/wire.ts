/** The requests as they go over the wire. */
import type { Ask } from './crowd.ts'
import type { Entry } from './ledger.ts'

const ORDERS = '/api/v1/orders'
const KEY_TOO_LONG = 'k'.repeat(256)
const NOBODYS_EVENT = 4_503_599_627_370_495

interface WrongRequest {
  /** What it must be answered with. */
  status: number
  body: (eventId: number, quantity: number) => unknown
  /** `body` is sent as it is. */
  isRaw?: true
  headers?: string
  token?: (token: string) => string
}

/** What must be refused, each with the status that it deserves. */
export const WRONG_REQUESTS: readonly WrongRequest[] = [
  { status: 400, body: (event_id) => ({ event_id, quantity: 0 }) },
  { status: 400, body: (event_id) => ({ event_id, quantity: -1 }) },
  { status: 400, body: (event_id) => ({ event_id, quantity: 1.5 }) },
  { status: 400, body: (event_id) => ({ event_id, quantity: 1e9 }) },
  { status: 400, body: (event_id, quantity) => ({ event_id, quantity: String(quantity) }) },
  { status: 400, body: (event_id, quantity) => ({ event_id, quantity, total_price: 0 }) },
  { status: 400, body: (_event, quantity) => ({ quantity }) },
  { status: 400, body: (event_id) => `{"event_id":${event_id},"quantity":`, isRaw: true },
  { status: 400, body: () => '', isRaw: true },
  {
    status: 400,
    body: (event_id, quantity) => ({ event_id, quantity }),
    headers: `Idempotency-Key: ${KEY_TOO_LONG}\r\n`,
  },
  { status: 404, body: (_event, quantity) => ({ event_id: NOBODYS_EVENT, quantity }) },
  {
    status: 401,
    body: (event_id, quantity) => ({ event_id, quantity }),
    token: forged,
  },
]

/** One character of the signature is another. */
function forged(token: string): string {
  const place = token.length - 40
  return `${token.slice(0, place)}${token[place] === 'A' ? 'B' : 'A'}${token.slice(place + 1)}`
}

/** A request of a buyer: of the plan, or what follows from an answer. */
export interface Request extends Omit<Ask, 'atMs' | 'what'> {
  what: Entry['what']
  /** What is paid for or looked at. */
  orderId: number
  /** What it is paid with. */
  method: string
  tries: number
}

/** @returns What makes the text of a request. */
export function createWire(options: { authority: string; eventId: number; tokens: string[] }) {
  const { authority, eventId, tokens } = options
  const host = `HTTP/1.1\r\nHost: ${authority}\r\n`
  const listText = `GET /api/v1/events ${host}\r\n`
  const eventText = `GET /api/v1/events/${eventId} ${host}\r\n`

  const post = (token: string, headers: string, body: string, path = ORDERS): string =>
    `POST ${path} ${host}Authorization: Bearer ${token}\r\nContent-Type: application/json\r\n${headers}Content-Length: ${body.length}\r\n\r\n${body}`

  return (ask: Request): string => {
    const token = tokens[ask.buyer] ?? ''
    switch (ask.what) {
      case 'list':
        return listText
      case 'event':
        return eventText
      case 'buy': {
        const headers = ask.key === undefined ? '' : `Idempotency-Key: ${ask.key}\r\n`
        const hold = ask.course === 'at_once' ? '' : ',"hold":true'
        return post(token, headers, `{"event_id":${eventId},"quantity":${ask.quantity}${hold}}`)
      }
      case 'pay':
        return post(token, '', `{"payment_method":"${ask.method}"}`, `${ORDERS}/${ask.orderId}/pay`)
      case 'look':
        return `GET ${ORDERS}/${ask.orderId} ${host}Authorization: Bearer ${token}\r\n\r\n`
      case 'wrong': {
        const wrong = WRONG_REQUESTS[ask.wrong] as WrongRequest
        const body = wrong.body(eventId, ask.quantity)
        const text = wrong.isRaw === true ? (body as string) : JSON.stringify(body)
        return post(wrong.token?.(token) ?? token, wrong.headers ?? '', text)
      }
    }
  }
}

export type Wire = ReturnType<typeof createWire>
