/** Returning tickets of a postponed event: which ones, and are you sure. */
import type { VNode } from 'preact'
import { eachPrice } from '../bought.ts'
import { ErrorSummary } from '../components/notice.tsx'
import { TicketCode } from '../components/ticket-code.tsx'
import { TicketFacts } from '../components/ticket-stub.tsx'
import { moment } from '../format.ts'
import { Layout } from '../layout.tsx'
import type { EventDetails, Order } from '../needs.ts'
import { seeField } from '../texts/faults.ts'
import { orderTexts } from '../texts/orders.ts'
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
  const { language } = visitor
  const t = orderTexts[language]
  const see = seeField[language](t.which)
  return (
    <Layout visitor={visitor} section="tickets" head={{ title: t.returnTickets }}>
      <div class="wrap page">
        <ErrorSummary
          title={t.nothingReturned}
          faults={fault === undefined ? [] : [{ field: 'tickets', message: fault, see }]}
        />
        <h1>{t.returnTickets}</h1>
        <p class="return-why">
          {t.returnText(
            event.name,
            moment(event.eventDate, event.timezone, language),
            moment(event.refundUntil, event.timezone, language),
          )}
          {order.totalPriceCents > 0 && ` ${t.returnMoney(eachPrice(order, event, language))}`}
        </p>
        <form class="return-tickets" method="post" action={`${path}/return`}>
          <fieldset
            id="tickets"
            tabIndex={-1}
            aria-describedby={fault === undefined ? undefined : 'tickets-fault'}
          >
            <legend>{t.which}</legend>
            {fault !== undefined && (
              <p class="field-fault" id="tickets-fault">
                {fault}
              </p>
            )}
            {order.ticketCodes.map((code, index) => (
              <label class="return-ticket">
                <input type="checkbox" name="ticket" value={code} checked={chosen.includes(code)} />
                <span>
                  <TicketFacts order={order} event={event} language={language} number={index + 1} />
                  <br />
                  <TicketCode code={code} />
                </span>
              </label>
            ))}
          </fieldset>
          <p>{t.returnNote}</p>
          <div class="return-actions">
            <button class="button" type="submit">
              {t.returnThese}
            </button>
            <a href={path}>{t.keep}</a>
          </div>
        </form>
      </div>
    </Layout>
  )
}
