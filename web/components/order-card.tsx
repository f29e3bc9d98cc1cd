import type { VNode } from 'preact'
import { count, price, shortDate } from '../format.ts'
import type { EventDetails, Order } from '../needs.ts'
import { Poster } from './poster.tsx'

export const STATUS_LABELS = {
  PENDING: 'Not paid yet',
  CONFIRMED: 'Confirmed',
  CANCELLED: 'Cancelled',
} as const satisfies Record<Order['status'], string>

/** An order in the list of somebody's orders. */
export function OrderCard({ order, event }: { order: Order; event: EventDetails }): VNode {
  return (
    <li class="order">
      <div class="order-art">
        <Poster subject={event} shape="square" />
      </div>
      <div class="order-text">
        <h2 class="order-name">
          <a href={`/tickets/order/${order.orderId}`}>{event.name}</a>
        </h2>
        <p class="order-when">
          <time dateTime={event.eventDate.toISOString()}>
            {shortDate(event.eventDate, event.timezone)}
          </time>
          {` · ${event.venue}`}
        </p>
        <p class="order-facts">
          {`${count(order.quantity, 'ticket')} · ${price(order.totalPriceCents, event.currency)} · Order ${order.orderId}`}
          {order.status !== 'CONFIRMED' && (
            <span class="tag tag-over">{STATUS_LABELS[order.status]}</span>
          )}
          {order.refundedCents > 0 && (
            <span class="tag">{`${price(order.refundedCents, event.currency)} refunded`}</span>
          )}
          {order.status === 'CONFIRMED' && event.postponedAt !== null && (
            <span class="tag tag-low">New date</span>
          )}
          {event.sale === 'cancelled' && <span class="tag tag-over">Event cancelled</span>}
        </p>
        {order.ticketCodes.length > 0 && (
          <ul class="order-codes" aria-label="Ticket codes">
            {order.ticketCodes.map((code) => (
              <li>
                <code>{code}</code>
              </li>
            ))}
          </ul>
        )}
      </div>
    </li>
  )
}
