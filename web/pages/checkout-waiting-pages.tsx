/** Paying, while somebody else has the word: the buyer's bank. */
import type { VNode } from 'preact'
import { Layout } from '../layout.tsx'
import { checkoutTexts } from '../texts/checkout.ts'
import { type CheckoutPageProps, GiveBack, Held } from './checkout-page.tsx'

/** How often the page asks by itself where there is no script. */
const REFRESH_SECONDS = 4

/** The bank wants to ask the buyer something, on a page of its own. */
export function AtBankPage(props: CheckoutPageProps): VNode {
  const { visitor, order } = props
  const t = checkoutTexts[visitor.language]
  const url = order.nextAction?.url
  return (
    <Layout visitor={visitor} head={{ title: t.atBank, scripts: ['checkout'] }}>
      <div class="wrap page checkout">
        <h1>{t.atBank}</h1>
        <div class="checkout-columns">
          <Held {...props} />
          <div class="checkout-pay">
            <p>{url === undefined ? t.noBankPage : t.atBankText}</p>
            {url !== undefined && (
              <a class="button button-big" href={url} rel="noreferrer">
                {t.toBank}
              </a>
            )}
            <a class="button button-quiet" href={`/checkout/${order.orderId}?other`}>
              {t.otherCard}
            </a>
            <GiveBack {...props} />
          </div>
        </div>
      </div>
    </Layout>
  )
}

/** The bank has not answered yet. */
export function WaitingPage(props: CheckoutPageProps & { isBack: boolean }): VNode {
  const { visitor, order, isBack } = props
  const t = checkoutTexts[visitor.language]
  const title = isBack ? t.backAlready : t.processing
  const path = `/checkout/${order.orderId}/return`
  return (
    <Layout
      visitor={visitor}
      head={{ title, scripts: ['checkout'], refreshSeconds: REFRESH_SECONDS }}
    >
      <div class="wrap page checkout">
        <h1>{title}</h1>
        <div data-island="pay-progress" data-path={path} data-waiting={t.stillWaiting}>
          <p class="checkout-words">{t.processingText}</p>
          <p role="status" data-progress="spoken" />
        </div>
        <Held {...props} />
        <p class="page-links">
          <a href={path}>{t.look}</a>
          {isBack && <a href={`/checkout/${order.orderId}`}>{t.toBank}</a>}
          <a href={`/tickets/order/${order.orderId}`}>{t.toOrder}</a>
        </p>
      </div>
    </Layout>
  )
}
