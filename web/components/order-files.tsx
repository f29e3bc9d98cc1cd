import type { VNode } from 'preact'
import type { Language } from '../../src/kernel/language.ts'
import type { OrderLinks } from '../needs.ts'
import { orderTexts } from '../texts/orders.ts'

/** What to do with the tickets. */
export function OrderFiles({ links, language }: { links: OrderLinks; language: Language }): VNode {
  const t = orderTexts[language]
  return (
    <div class="keep">
      <p>
        <a class="button" href={links.ticketsPdf}>
          {t.print}
        </a>
        <a class="button button-quiet" href={links.calendar}>
          {t.calendar}
        </a>
      </p>
      <p class="stubs-advice">{t.advice}</p>
    </div>
  )
}
