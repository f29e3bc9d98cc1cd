import type { VNode } from 'preact'
import { typeOf } from '../bought.ts'
import type { Language } from '../../src/kernel/language.ts'
import { count, price, shortDate, timeWithOffset } from '../format.ts'
import type { EventDetails, Order } from '../needs.ts'
import { orderTexts } from '../texts/orders.ts'
import { Poster } from './poster.tsx'

interface OrderCardProps {
  order: Order
  event: EventDetails
  language: Language
}

/** An order in the list of somebody's orders, with the one thing to do about it. */
export function OrderCard(props: OrderCardProps): VNode {
  const { order, event, language } = props
  const type = typeOf(order, event)
  const tag = tagOf(props)
  return (
    <li class="order">
      <div class="order-art">
        <Poster subject={event} shape="square" />
      </div>
      <div class="order-text">
        <h3 class="order-name" dir="auto" id={nameId(order)}>
          <a href={pathOf(order)}>{event.name}</a>
        </h3>
        <p class="order-when">
          <time dateTime={event.eventDate.toISOString()}>
            {shortDate(event.eventDate, event.timezone, language)}
          </time>
          <br />
          <span dir="auto">{event.venue}</span>
        </p>
        <p class="order-facts">
          {ticketsOf(order, language)}
          {type !== undefined && (
            <>
              {' · '}
              <span dir="auto">{type}</span>
            </>
          )}
          {` · ${price(order.totalPriceCents, event.currency, language)}`}
          {isReturnedInPart(order) && order.refundedCents > 0 && ` · ${refundedOf(props)}`}
        </p>
        {tag !== undefined && (
          <p>
            <span class={`tag ${tag.look}`}>{tag.words}</span>
          </p>
        )}
      </div>
      <ToDo {...props} />
    </li>
  )
}

const pathOf = (order: Order): string => `/tickets/order/${order.orderId}`
const nameId = (order: Order): string => `order-${order.orderId}`

/** How many, and how many of these are good when some were returned. */
function ticketsOf(order: Order, language: Language): string {
  const t = orderTexts[language]
  const all = count(order.quantity, ...t.ticket, language)
  return isReturnedInPart(order) ? t.stillGood(order.ticketCodes.length, all) : all
}

const isReturnedInPart = ({ ticketCodes, quantity }: Order): boolean =>
  ticketCodes.length > 0 && ticketCodes.length < quantity

const refundedOf = ({ order, event, language }: OrderCardProps): string =>
  orderTexts[language].refunded(price(order.refundedCents, event.currency, language))

/** The one thing that is to be known of an order that is not simply good. */
function tagOf({
  order,
  event,
  language,
}: OrderCardProps): { words: string; look: 'tag-over' | 'tag-low' } | undefined {
  // prettier-ignore
  const t = orderTexts[language]
  const refunded = order.refundedCents > 0 ? [refundedOf({ order, event, language })] : []
  if (event.sale === 'cancelled') {
    return { words: [t.eventCancelled, ...refunded].join(' · '), look: 'tag-over' }
  }
  if (order.status === 'CANCELLED') {
    return { words: refunded[0] ?? t.status.CANCELLED, look: 'tag-over' }
  }
  const isMoved = order.status === 'CONFIRMED' && event.postponedAt !== null
  return isMoved ? { words: t.newDateTag, look: 'tag-low' } : undefined
}

function ToDo({ order, event, language }: OrderCardProps): VNode | null {
  const t = orderTexts[language]
  if (order.status === 'PENDING') {
    return (
      <p class="order-do">
        {order.expiresAt !== undefined && (
          <span class="order-until">
            {t.heldTill}
            <time dateTime={order.expiresAt.toISOString()}>
              {timeWithOffset(order.expiresAt, event.timezone)}
            </time>
          </span>
        )}
        <a class="button" href={`/checkout/${order.orderId}`} aria-describedby={nameId(order)}>
          {t.payNow}
        </a>
      </p>
    )
  }
  if (order.ticketCodes.length === 0 || event.sale === 'cancelled') return null
  return (
    <p class="order-do">
      <a class="button button-quiet" href={pathOf(order)} aria-describedby={nameId(order)}>
        {order.ticketCodes.length === 1 ? t.showOne : t.showAll(order.ticketCodes.length)}
      </a>
    </p>
  )
}
