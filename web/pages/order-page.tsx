/** One order: right after buying it says so, later it is where the tickets are. */
import type { VNode } from 'preact'
import { reasonOf } from '../checkout-state.ts'
import { Notice } from '../components/notice.tsx'
import { OrderFiles } from '../components/order-files.tsx'
import { Receipt } from '../components/receipt.tsx'
import { OfflineNote } from '../components/offline-note.tsx'
import { TicketStubs } from '../components/ticket-stub.tsx'
import { count, longDay, moment, price, timeWithOffset } from '../format.ts'
import { Layout } from '../layout.tsx'
import type { EventDetails, Order, OrderLinks, Refund } from '../needs.ts'
import { mayReturn } from '../returns.ts'
import { orderTexts } from '../texts/orders.ts'
import type { Visitor } from '../visitor.ts'

export interface OrderPageProps {
  visitor: Visitor
  order: Order
  event: EventDetails
  /** Of its files, when it has any. */
  links: OrderLinks | undefined
  refunds: readonly Refund[]
  /** `new` right after buying, `returned` after tickets were. */
  moment: 'new' | 'returned' | 'later'
}

export function OrderPage(props: OrderPageProps): VNode {
  const { visitor, order, event, links } = props
  const { language } = visitor
  const t = orderTexts[language]
  const isGood = order.status === 'CONFIRMED' && event.sale !== 'cancelled'
  return (
    <Layout
      visitor={visitor}
      section="tickets"
      head={{ title: t.order(order.orderId), scripts: ['checkout'] }}
    >
      <div class="wrap page">
        {isGood && <Placed {...props} />}
        <OfflineNote visitor={visitor} />
        <h1 dir="auto">{isGood ? t.going(event.name) : event.name}</h1>
        <State {...props} />
        <Refunds {...props} />
        <div class="order-columns">
          {isGood && order.ticketCodes.length > 0 && (
            <div class="order-tickets">
              <TicketStubs order={order} event={event} language={language} links={links} />
              {links !== undefined && <OrderFiles links={links} language={language} />}
            </div>
          )}
          <Receipt order={order} event={event} language={language} />
        </div>
        <p class="page-links">
          <a href="/tickets">{t.all}</a>
          <a href={`/events/${event.id}`}>{t.about}</a>
        </p>
      </div>
    </Layout>
  )
}

/** What is to be known about an order that is not simply good. */
function State({ visitor, order, event, moment: when }: OrderPageProps): VNode | null {
  const { language } = visitor
  const t = orderTexts[language]
  if (event.sale === 'cancelled') {
    return (
      <Notice tone="info" title={t.cancelledEvent}>
        <p>{order.totalPriceCents === 0 ? t.cancelledFree : t.cancelledPaid}</p>
      </Notice>
    )
  }
  if (order.status === 'PENDING') {
    return (
      <Notice tone="info" title={t.notPaid}>
        <p>
          {t.held(
            count(order.quantity, ...t.ticket, language),
            price(order.totalPriceCents, event.currency, language),
          )}
          {order.expiresAt !== undefined && (
            <>
              {t.heldUntil}
              <time dateTime={order.expiresAt.toISOString()}>
                {timeWithOffset(order.expiresAt, event.timezone)}
              </time>
            </>
          )}
          .
        </p>
        <p>
          <a class="button" href={`/checkout/${order.orderId}`}>
            {t.payNow}
          </a>
        </p>
      </Notice>
    )
  }
  if (when === 'returned') {
    return (
      <Notice tone="done" title={t.returned}>
        {order.refundedCents > 0 && (
          <p>{t.returnedText(price(order.refundedCents, event.currency, language))}</p>
        )}
      </Notice>
    )
  }
  if (order.status === 'CANCELLED') {
    return (
      <Notice tone="info" title={t.cancelled}>
        <p>{t.whyCancelled[reasonOf(order, event)] ?? t.whyCancelled.other}</p>
      </Notice>
    )
  }
  return <Postponed visitor={visitor} order={order} event={event} />
}

type Told = Pick<OrderPageProps, 'visitor' | 'order' | 'event'>

function Postponed({ visitor, order, event }: Told): VNode | null {
  const { language } = visitor
  const t = orderTexts[language]
  if (event.postponedAt === null) return null
  const { eventDate, timezone } = event
  return (
    <Notice tone="info" title={t.newDate}>
      <p>
        {t.newDateText(longDay(eventDate, timezone, language), timeWithOffset(eventDate, timezone))}
      </p>
      {mayReturn(event) && (
        <p>
          {t.mayReturn(moment(event.refundUntil, timezone, language))}
          <a href={`/tickets/order/${order.orderId}/return`}>{t.returnTickets}</a>
        </p>
      )}
    </Notice>
  )
}

/** Where money that goes back is. */
function Refunds({ visitor, event, refunds }: OrderPageProps): VNode | null {
  const { language } = visitor
  const t = orderTexts[language].refund
  if (refunds.length === 0) return null
  return (
    <ul class="refunds">
      {refunds.map(({ status, amountCents, finishedAt }) => {
        const amount = price(amountCents, event.currency, language)
        const day = finishedAt === undefined ? '' : longDay(finishedAt, event.timezone, language)
        return <li>{t[status](amount, day)}</li>
      })}
    </ul>
  )
}

function Placed({ moment: when, visitor, order }: OrderPageProps): VNode | null {
  const t = orderTexts[visitor.language]
  if (when !== 'new') return null
  return (
    <Notice tone="done" title={t.confirmed(order.orderId)}>
      <p>
        {t.mailTo(visitor.user?.email ?? '')}
        {visitor.seesMailbox && (
          <>
            {' '}
            <a href="/mailbox">{t.mailbox}</a>
          </>
        )}
      </p>
    </Notice>
  )
}
