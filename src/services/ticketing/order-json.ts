import type { Static } from 'typebox'
import type { Order as OrderSchema } from '../../contracts/order.ts'
import { decimalFromCents } from '../../kernel/money.ts'
import type { AnsweredOrder } from './answer-order.ts'
import type { Order } from './orders.sql.ts'
import type { OrderLinks, TicketLinks } from './ticket-files.ts'

/**
 * An order as the API shows it; what does not apply is left out.
 * @param links Of an order that is looked up; a purchase answers without, now and at every retry.
 */
export function orderJson(
  order: Order | AnsweredOrder,
  links?: OrderLinks,
): Static<typeof OrderSchema> {
  const json: Static<typeof OrderSchema> = {
    order_id: order.orderId,
    status: order.status,
    tickets: order.ticketCodes.map((ticket_code) => ({
      ticket_code,
      ...ticketLinksJson(links?.tickets.get(ticket_code)),
    })),
    event_id: order.eventId,
    quantity: order.quantity,
    total_price: decimalFromCents(order.totalPriceCents),
    created_at: order.createdAt.toISOString(),
  }
  if (order.expiresAt !== undefined) json.expires_at = order.expiresAt.toISOString()
  if (order.nextAction !== undefined) json.next_action = order.nextAction
  if ('reason' in order && order.reason !== undefined) json.reason = order.reason
  if ('refundedCents' in order && order.refundedCents > 0) {
    json.refunded_amount = decimalFromCents(order.refundedCents)
  }
  if (links !== undefined) {
    json.links = { tickets_pdf: links.ticketsPdf, calendar: links.calendar }
  }
  return json
}

export const ticketLinksJson = (links: TicketLinks | undefined) =>
  links && { links: { qr_svg: links.qrSvg, qr_png: links.qrPng } }
