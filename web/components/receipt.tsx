import type { VNode } from 'preact'
import type { Language } from '../../src/kernel/language.ts'
import { count, moment, price } from '../format.ts'
import type { EventDetails, Order } from '../needs.ts'
import { orderTexts } from '../texts/orders.ts'

/** An order for the books. */
export function Receipt(props: { order: Order; event: EventDetails; language: Language }): VNode {
  const { order, event, language } = props
  const t = orderTexts[language]
  return (
    <section class="receipt" aria-labelledby="receipt">
      <h2 id="receipt">{t.receipt}</h2>
      <dl>
        <div>
          <dt>{t.orderLabel}</dt>
          <dd>{order.orderId}</dd>
        </div>
        <div>
          <dt>{t.statusLabel}</dt>
          <dd>{t.status[order.status]}</dd>
        </div>
        <div>
          <dt>{t.placed}</dt>
          <dd>
            <time dateTime={order.createdAt.toISOString()}>
              {moment(order.createdAt, event.timezone, language)}
            </time>
          </dd>
        </div>
        <div>
          <dt>{t.tickets}</dt>
          <dd>{count(order.quantity, ...t.ticket, language)}</dd>
        </div>
        <div class="receipt-total">
          <dt>{t.total}</dt>
          <dd>{price(order.totalPriceCents, event.currency, language)}</dd>
        </div>
        {order.refundedCents > 0 && (
          <div>
            <dt>{t.ofThisRefunded}</dt>
            <dd>{price(order.refundedCents, event.currency, language)}</dd>
          </div>
        )}
      </dl>
    </section>
  )
}
