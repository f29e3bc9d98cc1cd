/** Which tickets and how many. What cannot be had cannot be chosen. */
import type { VNode } from 'preact'
import { QUANTITY_MAX } from '../../src/contracts/order.ts'
import type { Language } from '../../src/kernel/language.ts'
import { count, price } from '../format.ts'
import type { EventDetails } from '../needs.ts'
import { TypeStock } from './live-stock.tsx'

/** What was chosen, as it was sent; empty for nothing yet. */
export interface Choice {
  ticketType: string
  quantity: string
}

export const NO_CHOICE: Choice = { ticketType: '', quantity: '' }

export function TicketTypes(props: {
  event: EventDetails
  language: Language
  choice: Choice
  fault: string | undefined
}): VNode | null {
  const { event, choice } = props
  if (event.ticketTypes.length < 2) return null
  const firstLeft = event.ticketTypes.find((type) => type.remaining > 0)
  return (
    <fieldset
      class="types"
      id="ticket_type"
      aria-describedby={props.fault === undefined ? undefined : 'ticket_type-fault'}
    >
      <legend>Ticket type</legend>
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
          <span class="type-name">{type.name}</span>
          <span class="type-price">{price(type.priceCents, event.currency)}</span>
          <TypeStock type={type} event={event} language={props.language} />
        </label>
      ))}
    </fieldset>
  )
}

export function Quantity(props: {
  event: EventDetails
  choice: Choice
  fault: string | undefined
}): VNode {
  const { event, choice, fault } = props
  const most = Math.max(1, Math.min(event.maxPerUser, event.remaining, QUANTITY_MAX))
  const chosen = Number(choice.quantity === '' ? Math.min(2, most) : choice.quantity)
  const [only, ...others] = event.ticketTypes
  const unitCents = others.length === 0 ? only?.priceCents : undefined
  return (
    <div class="field">
      <label for="quantity">How many</label>
      <p class="field-hint" id="quantity-hint">
        {`Up to ${count(event.maxPerUser, 'ticket')} for each person.`}
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
            {count(quantity, 'ticket')}
            {unitCents !== undefined && ` · ${price(unitCents * quantity, event.currency)}`}
          </option>
        ))}
      </select>
    </div>
  )
}
