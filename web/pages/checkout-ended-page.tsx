/** A hold that cannot be paid any more, and what to do instead. */
import type { VNode } from 'preact'
import { reasonOf } from '../checkout-state.ts'
import { Layout } from '../layout.tsx'
import { checkoutTexts } from '../texts/checkout.ts'
import type { CheckoutPageProps } from './checkout-page.tsx'

export function CheckoutEndedPage({ visitor, order, event }: CheckoutPageProps): VNode {
  const t = checkoutTexts[visitor.language]
  const { title, text } = t.ended[reasonOf(order, event)] ?? t.ended.other
  const isSold = event.sale === 'on_sale' || event.sale === 'paused' || event.sale === 'sold_out'
  return (
    <Layout visitor={visitor} head={{ title }}>
      <div class="wrap page checkout">
        <h1>{title}</h1>
        <p class="checkout-words">
          <strong dir="auto">{event.name}</strong>
          <br />
          {text}
        </p>
        <p class="page-links">
          {isSold ? (
            <a class="button" href={`/events/${event.id}`}>
              {t.tryAgain}
            </a>
          ) : (
            <a class="button" href="/">
              {t.otherEvents}
            </a>
          )}
          <a href={`/tickets/order/${order.orderId}`}>{t.toOrder}</a>
        </p>
      </div>
    </Layout>
  )
}
