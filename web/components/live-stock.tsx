/**
 * How the sale stands, and how many tickets are left where those are few: true when the page was
 * made, and kept true by `islands/live-stock.ts` while it is open. Exactly one is in the buy panel,
 * whatever the state of the sale: when that changes, the island fetches the panel anew.
 */
import type { VNode } from 'preact'
import type { Language } from '../../src/kernel/language.ts'
import type { EventDetails } from '../needs.ts'
import { fewOf } from '../sale.ts'
import { liveTexts } from '../texts/live.ts'

type Stock = Pick<EventDetails, 'id' | 'sale' | 'remaining' | 'held' | 'totalTickets' | 'onSaleAt'>

export function LiveStock({ event, language }: { event: Stock; language: Language }): VNode {
  const t = liveTexts[language]
  const few = fewOf(event)
  const isLow = event.sale === 'on_sale' && event.remaining <= few
  const isSoldOut = event.sale === 'sold_out'
  const shown = shownOf(event, isLow, language)
  return (
    <div
      class={isSoldOut ? 'live-stock needs-script' : 'live-stock'}
      data-island="live-stock"
      data-event={event.id}
      data-sale={event.sale}
      data-opens={event.onSaleAt?.toISOString()}
      data-left={event.remaining}
      data-few={few}
      data-words-many={t.many}
      data-words-low={t.low}
      data-words-sold-out={isSoldOut ? t.mayReturn : t.soldOut}
      data-words-held={t.held}
      data-words-paused={t.paused}
      data-words-closed={t.closed}
      data-words-cancelled={t.cancelled}
    >
      <p
        class={isSoldOut ? undefined : isLow ? 'tag tag-low' : 'tag'}
        data-live="shown"
        hidden={shown === ''}
      >
        {shown}
      </p>
      <p class="visually-hidden" role="status" data-live="spoken" />
    </div>
  )
}

/** The panel says in full why nothing is sold; here is only what it cannot know. */
function shownOf(event: Stock, isLow: boolean, language: Language): string {
  const t = liveTexts[language]
  const number = (count: number) => count.toLocaleString(language)
  if (event.sale === 'on_sale') {
    return isLow ? t.low.replace('{n}', number(event.remaining)) : t.many
  }
  if (event.sale !== 'sold_out') return ''
  return event.held > 0 ? t.held.replace('{n}', number(event.held)) : t.mayReturn
}

/** What is left of one ticket type, beside its name in the label of its radio button. */
export function TypeStock(props: {
  type: EventDetails['ticketTypes'][number]
  event: Pick<EventDetails, 'totalTickets'>
  language: Language
}): VNode {
  const { type } = props
  const t = liveTexts[props.language]
  const few = fewOf(props.event)
  const isLow = type.remaining > 0 && type.remaining <= few
  return (
    <span
      class={isLow ? 'type-note type-low' : 'type-note'}
      data-live-type={type.id}
      data-few={few}
      data-words-gone={t.typeGone}
      data-words-low={t.typeLow}
    >
      {type.remaining === 0 && t.typeGone}
      {isLow && t.typeLow.replace('{n}', String(type.remaining))}
    </span>
  )
}
