/** How long tickets are held, and the words for when it gets late. Without script it says until when. */
import type { VNode } from 'preact'
import type { Language } from '../../src/kernel/language.ts'
import { timeWithOffset } from '../format.ts'
import { checkoutTexts } from '../texts/checkout.ts'

export function HoldClock(props: {
  expiresAt: Date
  timezone: string
  language: Language
  now: number
}): VNode {
  const { expiresAt, timezone, language, now } = props
  const t = checkoutTexts[language]
  const { five, one, thirty, over } = t.clock
  return (
    <div
      class="hold-clock"
      data-island="hold-clock"
      data-until={expiresAt.getTime()}
      data-now={now}
      data-words={JSON.stringify({ 300: five, 60: one, 30: thirty, 0: over })}
    >
      <p>
        <span class="hold-left" data-clock="left" aria-hidden="true" />
        <span class="hold-until">
          {`${t.until} `}
          <time dateTime={expiresAt.toISOString()}>{timeWithOffset(expiresAt, timezone)}</time>
        </span>
      </p>
      <p class="visually-hidden" role="status" data-clock="spoken" />
    </div>
  )
}

/** Says on every other page that there is something to pay. */
export function HoldBar(props: {
  hold: { orderId: number; expiresAt: Date }
  language: Language
  now?: number
}): VNode {
  const { hold, language, now = Date.now() } = props
  const t = checkoutTexts[language]
  const minutes = Math.max(1, Math.ceil((hold.expiresAt.getTime() - now) / 60_000))
  return (
    <aside class="hold-bar" aria-label={t.title}>
      <span>{t.bar(`${minutes} ${t.minutes[minutes === 1 ? 0 : 1]}`)}</span>
      <a href={`/checkout/${hold.orderId}`}>{t.barPay}</a>
    </aside>
  )
}
