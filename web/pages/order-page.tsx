/** One order: right after buying it says so, later it is where the tickets are. */
import type { VNode } from 'preact'
import { Notice } from '../components/notice.tsx'
import { STATUS_LABELS } from '../components/order-card.tsx'
import { TicketStub } from '../components/ticket-stub.tsx'
import { count, longDay, moment, price, timeWithOffset } from '../format.ts'
import { Layout } from '../layout.tsx'
import type { EventDetails, Order, OrderLinks } from '../needs.ts'
import { mayReturn, whyCancelled } from '../returns.ts'
import type { Visitor } from '../visitor.ts'

export interface OrderPageProps {
  visitor: Visitor
  order: Order
  event: EventDetails
  /** Of its files, when it has any. */
  links: OrderLinks | undefined
  /** `new` right after buying, `repeated` when the form was sent again, `returned` after tickets were. */
  moment: 'new' | 'repeated' | 'returned' | 'later'
}

export function OrderPage(props: OrderPageProps): VNode {
  const { visitor, order, event, links } = props
  const isGood = order.status === 'CONFIRMED' && event.sale !== 'cancelled'
  return (
    <Layout visitor={visitor} section="tickets" head={{ title: `Order ${order.orderId}` }}>
      <div class="wrap page">
        {isGood && <Placed {...props} />}
        <h1>{isGood ? `You are going to ${event.name}` : event.name}</h1>
        <State {...props} />
        {order.ticketCodes.length > 0 && (
          <ul class="stubs">
            {order.ticketCodes.map((code, index) => (
              <TicketStub
                event={event}
                code={code}
                qrCode={links?.tickets.get(code)?.qrSvg}
                position={{ number: index + 1, of: order.ticketCodes.length }}
              />
            ))}
          </ul>
        )}
        {isGood && links !== undefined && <Keep links={links} />}
        <Receipt order={order} event={event} />
        <p class="page-links">
          <a href="/tickets">All my tickets</a>
          <a href={`/events/${event.id}`}>About the event</a>
        </p>
      </div>
    </Layout>
  )
}

/** What to do with the tickets. */
function Keep({ links }: { links: OrderLinks }): VNode {
  return (
    <div class="keep">
      <p>
        <a class="button" href={links.ticketsPdf}>
          Tickets to print
        </a>
        <a class="button button-quiet" href={links.calendar}>
          Add to calendar
        </a>
      </p>
      <p class="stubs-advice">
        Show a code at the door, on your phone or on paper. Whoever has it can enter, so keep it to
        yourself.
      </p>
    </div>
  )
}

/** What is to be known about an order that is not simply good. */
function State({ order, event, moment: when }: OrderPageProps): VNode | null {
  if (event.sale === 'cancelled') {
    return (
      <Notice tone="problem" title="This event is cancelled">
        <p>
          {order.totalPriceCents === 0
            ? 'It does not take place. Keep this order for your records.'
            : 'It does not take place. What was paid goes back to where it came from; you need not do anything.'}
        </p>
      </Notice>
    )
  }
  if (order.status === 'PENDING') {
    return (
      <Notice tone="info" title="Not paid yet">
        <p>
          {`${count(order.quantity, 'ticket')} for ${price(order.totalPriceCents, event.currency)}`}
          {order.expiresAt !== undefined && (
            <>
              {', held for you until '}
              <time dateTime={order.expiresAt.toISOString()}>
                {timeWithOffset(order.expiresAt, event.timezone)}
              </time>
            </>
          )}
          .
        </p>
      </Notice>
    )
  }
  if (when === 'returned') {
    return (
      <Notice tone="done" title="Your tickets are returned">
        <p>{`${price(order.refundedCents, event.currency)} of this order goes back to where it was paid from.`}</p>
      </Notice>
    )
  }
  if (order.status === 'CANCELLED') {
    return (
      <Notice tone="info" title="This order is cancelled">
        <p>{whyCancelled(order)}</p>
      </Notice>
    )
  }
  return <Postponed order={order} event={event} />
}

function Postponed({ order, event }: Pick<OrderPageProps, 'order' | 'event'>): VNode | null {
  if (event.postponedAt === null) return null
  return (
    <Notice tone="info" title="This event has a new date">
      <p>
        {`It is now on ${longDay(event.eventDate, event.timezone)}, ${timeWithOffset(event.eventDate, event.timezone)}. Your tickets stay good.`}
      </p>
      {mayReturn(event) && (
        <p>
          {`If you cannot come, return them until ${moment(event.refundUntil, event.timezone)}: `}
          <a href={`/tickets/order/${order.orderId}/return`}>Return tickets</a>
        </p>
      )}
    </Notice>
  )
}

function Placed({ moment, visitor, order }: OrderPageProps): VNode | null {
  if (moment === 'repeated') {
    return (
      <Notice tone="info" title="This order was placed already">
        <p>The form was sent more than once, so nothing was bought a second time.</p>
      </Notice>
    )
  }
  if (moment !== 'new') return null
  return (
    <Notice tone="done" title={`Order ${order.orderId} is confirmed`}>
      <p>
        {`A confirmation is on its way to ${visitor.user?.email ?? 'you'}.`}
        {visitor.seesMailbox && (
          <>
            {' '}
            <a href="/mailbox">Open the mailbox</a>
          </>
        )}
      </p>
    </Notice>
  )
}

function Receipt({ order, event }: Pick<OrderPageProps, 'order' | 'event'>): VNode {
  return (
    <section class="receipt" aria-labelledby="receipt">
      <h2 id="receipt">Receipt</h2>
      <dl>
        <div>
          <dt>Order</dt>
          <dd>{order.orderId}</dd>
        </div>
        <div>
          <dt>Status</dt>
          <dd>{STATUS_LABELS[order.status]}</dd>
        </div>
        <div>
          <dt>Placed</dt>
          <dd>
            <time dateTime={order.createdAt.toISOString()}>
              {moment(order.createdAt, event.timezone)}
            </time>
          </dd>
        </div>
        <div>
          <dt>Tickets</dt>
          <dd>{count(order.quantity, 'ticket')}</dd>
        </div>
        <div class="receipt-total">
          <dt>Total, all fees included</dt>
          <dd>{price(order.totalPriceCents, event.currency)}</dd>
        </div>
        {order.refundedCents > 0 && (
          <div>
            <dt>Of this refunded</dt>
            <dd>{price(order.refundedCents, event.currency)}</dd>
          </div>
        )}
      </dl>
    </section>
  )
}
