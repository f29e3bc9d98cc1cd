/** One order: right after buying it says so, later it is where the tickets are. */
import type { VNode } from 'preact'
import { Notice } from '../components/notice.tsx'
import { STATUS_LABELS } from '../components/order-card.tsx'
import { TicketStub } from '../components/ticket-stub.tsx'
import { count, moment, price } from '../format.ts'
import { Layout } from '../layout.tsx'
import type { EventDetails, Order, OrderLinks } from '../needs.ts'
import type { Visitor } from '../visitor.ts'

export interface OrderPageProps {
  visitor: Visitor
  order: Order
  event: EventDetails
  /** Of its files, when it has any. */
  links: OrderLinks | undefined
  /** `new` right after buying, `repeated` when the form was sent again. */
  moment: 'new' | 'repeated' | 'later'
}

export function OrderPage(props: OrderPageProps): VNode {
  const { visitor, order, event, links } = props
  const isGood = order.status === 'CONFIRMED' && event.sale !== 'cancelled'
  return (
    <Layout visitor={visitor} section="tickets" head={{ title: `Order ${order.orderId}` }}>
      <div class="wrap page">
        {isGood && <Placed {...props} />}
        <h1>{isGood ? `You are going to ${event.name}` : event.name}</h1>
        {event.sale === 'cancelled' && (
          <Notice tone="problem" title="This event is cancelled">
            <p>It does not take place. Keep this order for your records.</p>
          </Notice>
        )}
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
      </dl>
    </section>
  )
}
