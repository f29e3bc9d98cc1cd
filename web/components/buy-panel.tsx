import type { VNode } from 'preact'
import { count, moment, price } from '../format.ts'
import type { EventDetails } from '../needs.ts'
import { signInPath } from '../safe-next.ts'
import { whyNoSale } from '../sale.ts'
import type { Visitor } from '../visitor.ts'
import { faultOf } from './field.tsx'
import { LiveStock } from './live-stock.tsx'
import { ErrorSummary, Notice } from './notice.tsx'
import { SaleCountdown } from './sale-countdown.tsx'
import { type Choice, Quantity, TicketTypes } from './ticket-choice.tsx'

export interface Refusal {
  title: string
  /** Fields at fault; none when it is nobody's. */
  faults: readonly { field: string; message: string }[]
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
  const closed = whyNoSale(event, props.visitor.language)
  return (
    <section class="buy" id="buy" aria-labelledby="buy-title">
      <h2 class="visually-hidden" id="buy-title">
        Tickets
      </h2>
      {refusal !== undefined && <RefusalNotice refusal={refusal} />}
      {closed === undefined ? (
        <>
          <p class="buy-price">
            {priceRange(event)}
            <small>
              {event.ticketPriceCents === 0 ? 'a ticket' : 'a ticket, all fees included'}
            </small>
          </p>
          <LiveStock event={event} language={props.visitor.language} />
          <BuyForm {...props} />
        </>
      ) : (
        <div class="buy-closed">
          <h3>{closed.title}</h3>
          <p>{closed.text}</p>
          <SaleCountdown event={event} language={props.visitor.language} />
          <LiveStock event={event} language={props.visitor.language} />
          {event.sale === 'not_started' && <p class="buy-price">{priceRange(event)}</p>}
          {event.sale !== 'not_started' && (
            <a class="button button-quiet" href="/">
              See other events
            </a>
          )}
        </div>
      )}
    </section>
  )
}

function BuyForm({ visitor, event, choice, orderKey, refusal }: BuyPanelProps): VNode {
  const faults = refusal?.faults ?? []
  if (visitor.user === undefined) {
    return (
      <>
        <PriceList event={event} />
        <a class="button button-big" href={signInPath(`/events/${event.id}`)}>
          Sign in to buy
        </a>
        <p class="buy-terms">{`At most ${count(event.maxPerUser, 'ticket')} for each person.`}</p>
        <SaleEnd event={event} />
      </>
    )
  }
  return (
    <form class="buy-form" method="post" action={`/events/${event.id}/buy`}>
      <input type="hidden" name="key" value={orderKey} />
      <TicketTypes
        event={event}
        language={visitor.language}
        choice={choice}
        fault={faultOf(faults, 'ticket_type')}
      />
      <Quantity event={event} choice={choice} fault={faultOf(faults, 'quantity')} />
      <button class="button button-big" type="submit">
        {event.ticketPriceCents === 0 ? 'Get tickets' : 'Buy now'}
      </button>
      <SaleEnd event={event} />
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

/** What there is to buy, for those who cannot choose yet. */
function PriceList({ event }: { event: EventDetails }): VNode | null {
  if (event.ticketTypes.length < 2) return null
  return (
    <dl class="price-list">
      {event.ticketTypes.map((type) => (
        <div>
          <dt>{type.name}</dt>
          <dd>{type.remaining === 0 ? 'Sold out' : price(type.priceCents, event.currency)}</dd>
        </div>
      ))}
    </dl>
  )
}

function SaleEnd({ event }: { event: EventDetails }): VNode | null {
  const { salesEndAt, timezone } = event
  if (salesEndAt === null) return null
  return <p class="buy-terms">{`The sale ends ${moment(salesEndAt, timezone)}.`}</p>
}

/** `€75.00`, or `€75.00 – €120.00` when the ticket types differ. */
function priceRange({ ticketPriceCents, ticketTypes, currency }: EventDetails): string {
  const highest = Math.max(ticketPriceCents, ...ticketTypes.map((type) => type.priceCents))
  const from = price(ticketPriceCents, currency)
  return highest === ticketPriceCents ? from : `${from} – ${price(highest, currency)}`
}
