import type { VNode } from 'preact'
import { count, moment, price } from '../format.ts'
import type { EventDetails } from '../needs.ts'
import type { Language } from '../../src/kernel/language.ts'
import { signInPath } from '../safe-next.ts'
import { whyNoSale } from '../sale.ts'
import { buyingTexts } from '../texts/buying.ts'
import type { Visitor } from '../visitor.ts'
import { faultOf } from './field.tsx'
import { LiveStock } from './live-stock.tsx'
import { ErrorSummary, type Fault, Notice } from './notice.tsx'
import { SaleCountdown } from './sale-countdown.tsx'
import { type Choice, Quantity, TicketTypes } from './ticket-choice.tsx'

export interface Refusal {
  title: string
  /** Fields at fault; none when it is nobody's. */
  faults: readonly Fault[]
  text?: string
}

export interface BuyPanelProps {
  visitor: Visitor
  event: EventDetails
  choice: Choice
  /** The same for every attempt to send one form, so that it buys once. */
  orderKey: string
  refusal: Refusal | undefined
}

export function BuyPanel(props: BuyPanelProps): VNode {
  const { event, refusal } = props
  const { language } = props.visitor
  const t = buyingTexts[language]
  const closed = whyNoSale(event, language)
  return (
    <section class="buy" id="buy" aria-labelledby="buy-title">
      <h2 class="visually-hidden" id="buy-title">
        {t.tickets}
      </h2>
      {refusal !== undefined && <RefusalNotice refusal={refusal} />}
      {closed === undefined ? (
        <>
          <p class="buy-price">
            {priceRange(event, language)}
            <small>{event.ticketPriceCents === 0 ? t.free : t.priced}</small>
          </p>
          <LiveStock event={event} language={language} />
          <BuyForm {...props} />
        </>
      ) : (
        <div class="buy-closed">
          <h3>{closed.title}</h3>
          {closed.text !== undefined && <p>{closed.text}</p>}
          {closed.live !== undefined && <p class="needs-script">{closed.live}</p>}
          {closed.withoutScript !== undefined && (
            <noscript>
              <p>{closed.withoutScript}</p>
            </noscript>
          )}
          <SaleCountdown event={event} language={language} />
          <LiveStock event={event} language={language} />
          {event.sale === 'not_started' && <p class="buy-price">{priceRange(event, language)}</p>}
          {event.sale !== 'not_started' && (
            <a class="button button-quiet" href="/">
              {t.others}
            </a>
          )}
        </div>
      )}
    </section>
  )
}

function BuyForm({ visitor, event, choice, orderKey, refusal }: BuyPanelProps): VNode {
  const faults = refusal?.faults ?? []
  const { language } = visitor
  const t = buyingTexts[language]
  if (visitor.user === undefined) {
    return (
      <>
        <a class="button button-big" href={signInPath(`/events/${event.id}`)}>
          {t.signIn}
        </a>
        <PriceList event={event} language={language} />
        <p class="buy-terms">{t.atMost(count(event.maxPerUser, ...t.ticket, language))}</p>
        <SaleEnd event={event} language={language} />
      </>
    )
  }
  return (
    <form class="buy-form" method="post" action={`/events/${event.id}/buy`}>
      <input type="hidden" name="key" value={orderKey} />
      <TicketTypes
        event={event}
        choice={choice}
        fault={faultOf(faults, 'ticket_type')}
        language={language}
      />
      <Quantity
        event={event}
        choice={choice}
        fault={faultOf(faults, 'quantity')}
        language={language}
      />
      <button class="button button-big buy-button" type="submit">
        {event.ticketPriceCents === 0 ? t.get : t.buy}
      </button>
      {event.ticketPriceCents > 0 && <p class="buy-terms">{t.heldWhile}</p>}
      <SaleEnd event={event} language={language} />
    </form>
  )
}

function RefusalNotice({ refusal }: { refusal: Refusal }): VNode | null {
  if (refusal.faults.length > 0) return <ErrorSummary {...refusal} />
  return (
    <Notice tone="problem" title={refusal.title}>
      {refusal.text !== undefined && <p>{refusal.text}</p>}
    </Notice>
  )
}

interface InLanguage {
  event: EventDetails
  language: Language
}

/** What there is to buy, for those who cannot choose yet. */
function PriceList({ event, language }: InLanguage): VNode | null {
  if (event.ticketTypes.length < 2) return null
  return (
    <dl class="price-list">
      {event.ticketTypes.map((type) => (
        <div>
          <dt dir="auto">{type.name}</dt>
          <dd>
            {type.remaining === 0
              ? buyingTexts[language].soldOut
              : price(type.priceCents, event.currency, language)}
          </dd>
        </div>
      ))}
    </dl>
  )
}

function SaleEnd({ event, language }: InLanguage): VNode | null {
  const { salesEndAt, timezone } = event
  if (salesEndAt === null) return null
  return (
    <p class="buy-terms">{buyingTexts[language].ends(moment(salesEndAt, timezone, language))}</p>
  )
}

/** `€75.00`, or `€75.00 – €120.00` when the ticket types differ. */
function priceRange(event: EventDetails, language: Language): string {
  const { ticketPriceCents, ticketTypes, currency } = event
  const highest = Math.max(ticketPriceCents, ...ticketTypes.map((type) => type.priceCents))
  const from = price(ticketPriceCents, currency, language)
  return highest === ticketPriceCents ? from : `${from} – ${price(highest, currency, language)}`
}
