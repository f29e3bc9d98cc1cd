import type { VNode } from 'preact'
import type { Language } from '../../src/kernel/language.ts'
import { count, price, shortDate } from '../format.ts'
import type { EventDetails, Order } from '../needs.ts'
import { orderTexts } from '../texts/orders.ts'
import { Poster } from './poster.tsx'

/** An order in the list of somebody's orders. */
export function OrderCard(props: { order: Order; event: EventDetails; language: Language }): VNode {
  const { order, event, language } = props
  const t = orderTexts[language]
  const path = `/tickets/order/${order.orderId}`
  return (
    <li class="order">
      <div class="order-art">
        <Poster subject={event} shape="square" />
      </div>
      <div class="order-text">
        <h3 class="order-name" dir="auto">
          <a href={path}>{event.name}</a>
        </h3>
        <p class="order-when">
          <time dateTime={event.eventDate.toISOString()}>
            {shortDate(event.eventDate, event.timezone, language)}
          </time>
          {` · ${event.venue}`}
        </p>
        <p class="order-facts">
          {`${count(order.quantity, ...t.ticket, language)} · ${price(order.totalPriceCents, event.currency, language)} · ${t.order(order.orderId)}`}
          {order.status !== 'CONFIRMED' && (
            <span class="tag tag-over">{t.status[order.status]}</span>
          )}
          {order.refundedCents > 0 && (
            <span class="tag">
              {t.refunded(price(order.refundedCents, event.currency, language))}
            </span>
          )}
          {order.status === 'CONFIRMED' && event.postponedAt !== null && (
            <span class="tag tag-low">{t.newDateTag}</span>
          )}
          {event.sale === 'cancelled' && order.status === 'CONFIRMED' && (
            <span class="tag tag-over">{t.eventCancelled}</span>
          )}
        </p>
        {order.status === 'PENDING' && (
          <p>
            <a class="button" href={`/checkout/${order.orderId}`}>
              {t.payNow}
            </a>
          </p>
        )}
        {order.ticketCodes.length > 0 && (
          <ul class="order-codes" aria-label={t.codes}>
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
