import { LRUCache } from 'lru-cache'
import { formatMoney } from '../../kernel/money.ts'

/** What a confirmation tells: the order, its event and who bought. */
export interface ConfirmedOrder {
  orderId: number
  buyer: { name: string; email: string }
  event: { name: string; venue: string; startsAt: Date; timezone: string; currency: string }
  totalPriceCents: number
  ticketCodes: string[]
}

export interface Mail {
  /** The same whatever is retried, so that a mail sent twice is recognised as one. */
  messageId: string
  to: string
  subject: string
  text: string
  html: string
}

const HTML_ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

const escapeHtml = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => HTML_ENTITIES[character] ?? character)

/** Names come from people: one with a line break must not become a header of its own. */
const oneLine = (text: string): string => text.replace(/\s+/g, ' ')

/** Making one takes longer than the rest of a mail. */
const dateFormats = new LRUCache<string, Intl.DateTimeFormat>({ max: 100 })

function dateFormat(timeZone: string): Intl.DateTimeFormat {
  let format = dateFormats.get(timeZone)
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-GB', { dateStyle: 'full', timeStyle: 'short', timeZone })
    dateFormats.set(timeZone, format)
  }
  return format
}

export function confirmationMail(order: ConfirmedOrder): Mail {
  const { event, buyer } = order
  const when = dateFormat(event.timezone).format(event.startsAt)
  const total = formatMoney(order.totalPriceCents, event.currency)
  const count = order.ticketCodes.length
  const tickets = count === 1 ? '1 ticket' : `${count} tickets`

  const text = [
    `Hello ${buyer.name},`,
    '',
    `you are going to ${event.name}.`,
    '',
    `${when} (${event.timezone})`,
    event.venue,
    `${tickets}, ${total}, order ${order.orderId}`,
    '',
    'Your ticket codes:',
    ...order.ticketCodes.map((code) => `  ${code}`),
    '',
    'Show a code at the door. Whoever has it can enter, so keep it to yourself.',
  ].join('\n')

  const html = `<!doctype html><html lang="en"><body style="font-family:system-ui,sans-serif;color:#1b1a22;max-width:34rem;margin:2rem auto;padding:0 1rem">
<p>Hello ${escapeHtml(buyer.name)},</p>
<h1 style="font-size:1.5rem;margin:1rem 0">You are going to ${escapeHtml(event.name)}</h1>
<p>${escapeHtml(when)} (${escapeHtml(event.timezone)})<br>${escapeHtml(event.venue)}<br>${tickets}, ${escapeHtml(total)}, order ${order.orderId}</p>
<ul style="list-style:none;padding:0">${order.ticketCodes.map((code) => `<li style="font-family:ui-monospace,monospace;padding:.6rem .8rem;margin:.4rem 0;border:1px solid #d8d5e0;border-radius:.5rem">${escapeHtml(code)}</li>`).join('')}</ul>
<p>Show a code at the door. Whoever has it can enter, so keep it to yourself.</p>
</body></html>`

  return {
    messageId: `<order-${order.orderId}-confirmation@boxoffice.example>`,
    to: buyer.email,
    subject: oneLine(`Your tickets for ${event.name}`),
    text,
    html,
  }
}
