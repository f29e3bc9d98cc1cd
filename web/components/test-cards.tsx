/** The cards of the payment simulator, one to be chosen. */
import type { VNode } from 'preact'
import type { Language } from '../../src/kernel/language.ts'
import { TEST_CARDS } from '../test-cards.ts'
import { checkoutTexts } from '../texts/checkout.ts'

export function TestCards(props: {
  language: Language
  fault: string | undefined
  /** What was tried last, in vain: it says so, and another one is marked. */
  declined: string | undefined
}): VNode {
  const { language, fault, declined } = props
  const t = checkoutTexts[language]
  const marked = TEST_CARDS.find(({ method }) => method !== declined)
  return (
    <fieldset
      class="cards-to-pay"
      id="card"
      tabIndex={-1}
      aria-describedby={fault === undefined ? 'card-hint' : 'card-hint card-fault'}
    >
      <legend>{t.chooseCard}</legend>
      <p class="test-hint" id="card-hint">
        {t.testText}
      </p>
      {fault !== undefined && (
        <p class="field-fault" id="card-fault">
          {fault}
        </p>
      )}
      {TEST_CARDS.map((card) => (
        <label class="pay-card">
          <input
            type="radio"
            name="card"
            value={card.method}
            required
            defaultChecked={card === marked}
          />
          <span class="pay-card-face">
            <span class="pay-card-brand">
              {`${card.brand} `}
              <span class="pay-card-number">
                <span class="visually-hidden">{t.ending('')}</span>
                {card.lastFour}
              </span>
            </span>
            <span class="pay-card-does">{t.cards[card.name]}</span>
            {card.method === declined && <span class="pay-card-declined">{t.wasDeclined}</span>}
          </span>
        </label>
      ))}
    </fieldset>
  )
}
