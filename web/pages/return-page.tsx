/** Returning tickets of a postponed event: which ones, and are you sure. */
import type { VNode } from 'preact'
import { ErrorSummary } from '../components/notice.tsx'
import { moment, price } from '../format.ts'
import { Layout } from '../layout.tsx'
import type { EventDetails, Order } from '../needs.ts'
import type { Visitor } from '../visitor.ts'

export interface ReturnPageProps {
  visitor: Visitor
  order: Order
  event: EventDetails & { refundUntil: Date }
  /** The codes that are ticked. */
  chosen: readonly string[]
  /** What is wrong with what was sent. */
  fault: string | undefined
}

export function ReturnPage({ visitor, order, event, chosen, fault }: ReturnPageProps): VNode {
  const path = `/tickets/order/${order.orderId}`
  const each = price(order.totalPriceCents / order.quantity, event.currency)
  return (
    <Layout visitor={visitor} section="tickets" head={{ title: 'Return tickets' }}>
      <div class="wrap page">
        <ErrorSummary
          title="Nothing was returned"
          faults={fault === undefined ? [] : [{ field: 'tickets', message: fault }]}
        />
        <h1>Return tickets</h1>
        <p>
          {`${event.name} was moved to ${moment(event.eventDate, event.timezone)}. Tickets stay good for the new date. Until ${moment(event.refundUntil, event.timezone)} you may return them instead: ${each} for each goes back to where it was paid from.`}
        </p>
        <form class="return-tickets" method="post" action={`${path}/return`}>
          <fieldset id="tickets" tabIndex={-1}>
            <legend>Which tickets?</legend>
            {order.ticketCodes.map((code) => (
              <label class="return-ticket">
                <input type="checkbox" name="ticket" value={code} checked={chosen.includes(code)} />
                <code>{code}</code>
              </label>
            ))}
          </fieldset>
          <p>A returned ticket opens no door any more, and somebody else may buy it.</p>
          <div class="return-actions">
            <button class="button" type="submit">
              Return these tickets
            </button>
            <a href={path}>Keep them all</a>
          </div>
        </form>
      </div>
    </Layout>
  )
}
