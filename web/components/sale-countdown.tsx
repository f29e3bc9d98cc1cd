/**
 * How long it is until the sale starts: when the page was made, and by `islands/sale-countdown.ts`
 * from second to second. At nought the island brings the form without a reload.
 */
import type { VNode } from 'preact'
import type { Language } from '../../src/kernel/language.ts'
import { timeLeft } from '../countdown.ts'
import type { EventDetails } from '../needs.ts'
import { isCountedDown } from '../sale.ts'
import { liveTexts } from '../texts/live.ts'

/** Nothing when the sale is not one that is to come, or comes so late that its date says more. */
export function SaleCountdown(props: {
  event: Pick<EventDetails, 'id' | 'sale' | 'onSaleAt'>
  language: Language
  now?: number
}): VNode | null {
  const { event, language, now = Date.now() } = props
  if (event.onSaleAt === null || !isCountedDown(event, now)) return null
  const t = liveTexts[language]
  const left = timeLeft(event.onSaleAt.getTime() - now, language)
  return (
    <div
      class="sale-countdown needs-script"
      data-island="sale-countdown"
      data-event={event.id}
      data-opens={event.onSaleAt.toISOString()}
      data-now={new Date(now).toISOString()}
      data-words-left={t.startsIn}
      data-words-opening={t.opening}
    >
      <p class="sale-countdown-time" role="timer" data-live="shown">
        {t.startsIn.replace('{time}', left)}
      </p>
      <p class="visually-hidden" role="status" data-live="spoken" />
    </div>
  )
}
