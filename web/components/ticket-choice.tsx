/** Which tickets and how many. What cannot be had cannot be chosen. */
import type { VNode } from 'preact'
import { QUANTITY_MAX } from '../../src/contracts/order.ts'
import { count, price } from '../format.ts'
import type { EventDetails } from '../needs.ts'
import { buyingTexts } from '../texts/buying.ts'
import type { Language } from '../../src/kernel/language.ts'
import { TypeStock } from './live-stock.tsx'

/** What was chosen, as it was sent; empty for nothing yet. */
export interface Choice {
  ticketType: string
  quantity: string
}

export const NO_CHOICE: Choice = { ticketType: '', quantity: '' }

export function TicketTypes(props: {
  event: EventDetails
  choice: Choice
  fault: string | undefined
  language: Language
}): VNode | null {
  const { event, choice, language } = props
  const t = buyingTexts[language]
  if (event.ticketTypes.length < 2) return null
  const firstLeft = event.ticketTypes.find((type) => type.remaining > 0)
  return (
    <fieldset
      class="types"
      id="ticket_type"
      aria-describedby={props.fault === undefined ? undefined : 'ticket_type-fault'}
    >
      <legend>{t.type}</legend>
      {props.fault !== undefined && (
        <p class="field-fault" id="ticket_type-fault">
          {props.fault}
        </p>
      )}
      {event.ticketTypes.map((type) => (
        <label class="type">
          <input
            type="radio"
            name="ticket_type"
            value={type.id}
            required
            disabled={type.remaining === 0}
            checked={
              choice.ticketType === '' ? type === firstLeft : choice.ticketType === String(type.id)
            }
          />
          <span class="type-name" dir="auto">
            {type.name}
          </span>
          <span class="type-price">{price(type.priceCents, event.currency, language)}</span>
          <TypeStock type={type} event={event} language={language} />
        </label>
      ))}
    </fieldset>
  )
}

export function Quantity(props: {
  event: EventDetails
  choice: Choice
  fault: string | undefined
  language: Language
}): VNode {
  const { event, choice, fault, language } = props
  const t = buyingTexts[language]
  const most = Math.max(1, Math.min(event.maxPerUser, event.remaining, QUANTITY_MAX))
  const chosen = Number(choice.quantity === '' ? Math.min(2, most) : choice.quantity)
  const [only, ...others] = event.ticketTypes
  const unitCents = others.length === 0 ? only?.priceCents : undefined
  return (
    <div class="field">
      <label for="quantity">{t.howMany}</label>
      <p class="field-hint" id="quantity-hint">
        {t.upTo(count(event.maxPerUser, ...t.ticket, language))}
      </p>
      {fault !== undefined && (
        <p class="field-fault" id="quantity-fault">
          {fault}
        </p>
      )}
      <select
        id="quantity"
        name="quantity"
        aria-invalid={fault === undefined ? undefined : true}
        aria-describedby={fault === undefined ? 'quantity-hint' : 'quantity-hint quantity-fault'}
      >
        {Array.from({ length: most }, (_, index) => index + 1).map((quantity) => (
          <option value={quantity} selected={quantity === chosen}>
            {count(quantity, ...t.ticket, language)}
            {unitCents !== undefined &&
              ` · ${price(unitCents * quantity, event.currency, language)}`}
          </option>
        ))}
      </select>
    </div>
  )
}
