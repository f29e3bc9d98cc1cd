/** Paying for a hold: what it is, how long, what it costs, and with what. */
import type { VNode } from 'preact'
import { eachPrice, typeOf } from '../bought.ts'
import { HoldClock } from '../components/hold-clock.tsx'
import { ErrorSummary, Notice } from '../components/notice.tsx'
import { Poster } from '../components/poster.tsx'
import { TestCards } from '../components/test-cards.tsx'
import { count, moment, price } from '../format.ts'
import { Layout } from '../layout.tsx'
import type { EventDetails, Order } from '../needs.ts'
import { checkoutTexts } from '../texts/checkout.ts'
import { seeField } from '../texts/faults.ts'
import type { Visitor } from '../visitor.ts'

export interface CheckoutPageProps {
  visitor: Visitor
  order: Order
  event: EventDetails
  hasTestCards: boolean
  /** What went wrong with what was sent: no card, or we cannot take payments right now. */
  trouble?: 'no_card' | 'busy'
  now?: number
}

export function CheckoutPage(props: CheckoutPageProps): VNode {
  const { visitor, order, event, hasTestCards } = props
  const { language } = visitor
  const t = checkoutTexts[language]
  const isFree = order.totalPriceCents === 0
  return (
    <Layout visitor={visitor} head={{ title: t.title, scripts: ['checkout'] }}>
      <div class="wrap page checkout">
        <Trouble {...props} />
        <h1>{t.title}</h1>
        <div class="checkout-columns">
          <Held {...props} />
          <div class="checkout-pay">
            {!isFree && !hasTestCards ? (
              <Notice tone="info" title={t.noCards}>
                <p>{t.noCardsText}</p>
              </Notice>
            ) : (
              <form
                class="pay-form"
                method="post"
                action={`/checkout/${order.orderId}/pay`}
                data-island="send-once"
                data-busy={t.busy}
              >
                {!isFree && (
                  <TestCards
                    language={language}
                    fault={props.trouble === 'no_card' ? t.chooseOne : undefined}
                    declined={declinedMethod(order)}
                  />
                )}
                <div class="pay-bar">
                  <button class="button button-big" type="submit">
                    {isFree
                      ? t.confirm
                      : t.pay(price(order.totalPriceCents, event.currency, language))}
                  </button>
                </div>
              </form>
            )}
            <GiveBack {...props} />
          </div>
        </div>
      </div>
    </Layout>
  )
}

/** What the bank said no to, when nothing was tried since. */
const declinedMethod = ({ payment }: Order): string | undefined =>
  payment?.status === 'declined' ? payment.method : undefined

function Trouble({ visitor, order, trouble }: CheckoutPageProps): VNode | null {
  const { language } = visitor
  const t = checkoutTexts[language]
  if (trouble === 'no_card') {
    const see = seeField[language](t.chooseCard)
    return (
      <ErrorSummary title={t.notPaid} faults={[{ field: 'card', message: t.chooseOne, see }]} />
    )
  }
  if (trouble === 'busy') {
    return (
      <Notice tone="problem" title={t.busyTitle}>
        <p>{t.busyText}</p>
      </Notice>
    )
  }
  if (order.payment?.status !== 'declined') return null
  return (
    <Notice tone="problem" title={t.declinedTitle}>
      <p>{t.declines[order.payment.declineCode ?? ''] ?? t.declines.other}</p>
      <p>{t.declinedAgain}</p>
    </Notice>
  )
}

/** What is held, for how long and how much. */
export function Held({ visitor, order, event, now = Date.now() }: CheckoutPageProps): VNode {
  const { language } = visitor
  const t = checkoutTexts[language]
  const { quantity, totalPriceCents, expiresAt } = order
  const each = quantity > 1 ? [t.each(eachPrice(order, event, language))] : []
  const about = [typeOf(order, event) ?? [], each, totalPriceCents > 0 ? t.fees : []].flat()
  return (
    <section class="held" aria-labelledby="held">
      <div class="held-art">
        <Poster subject={event} shape="banner" />
      </div>
      <div class="held-text">
        <h2 id="held" dir="auto">
          {event.name}
        </h2>
        <p class="held-event">
          <time dateTime={event.eventDate.toISOString()}>
            {moment(event.eventDate, event.timezone, language)}
          </time>
          <br />
          <span dir="auto">
            {event.city === null ? event.venue : `${event.venue}, ${event.city}`}
          </span>
        </p>
        <p class="held-what">
          <span>{t.heldFor(count(quantity, ...t.tickets, language))}</span>
          <strong>{price(totalPriceCents, event.currency, language)}</strong>
          {about.length > 0 && <small dir="auto">{about.join(' · ')}</small>}
        </p>
        {expiresAt !== undefined && expiresAt.getTime() > now && (
          <HoldClock
            expiresAt={expiresAt}
            timezone={event.timezone}
            language={language}
            now={now}
          />
        )}
      </div>
    </section>
  )
}

/** Asks once more, without script. */
export function GiveBack({ visitor, order }: Pick<CheckoutPageProps, 'visitor' | 'order'>): VNode {
  const t = checkoutTexts[visitor.language]
  return (
    <details class="give-back">
      <summary>{t.giveBack}</summary>
      <form method="post" action={`/checkout/${order.orderId}/give-back`}>
        <p>{t.giveBackAsk}</p>
        <button class="button button-quiet" type="submit">
          {t.giveBackYes}
        </button>
      </form>
    </details>
  )
}
