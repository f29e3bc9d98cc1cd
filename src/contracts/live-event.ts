/** What changes about an event while people look at it. */
import { type Static, Type } from 'typebox'
import { SALE_STATES } from './event.ts'

const Time = Type.String({ format: 'date-time' })
const NullableTime = Type.Unsafe<string | null>({ type: ['string', 'null'], format: 'date-time' })

export const LiveEvent = Type.Object({
  at: Type.String({
    format: 'date-time',
    description: 'What time it is, by the clock of the shop.',
  }),
  event_id: Type.Integer(),
  sale: Type.Enum(SALE_STATES, { description: 'Whether tickets can be bought right now.' }),
  remaining_tickets: Type.Integer(),
  held_tickets: Type.Integer({
    description: 'Held and not paid yet: they may be for sale again.',
  }),
  ticket_types: Type.Array(Type.Object({ id: Type.Integer(), remaining_tickets: Type.Integer() })),
  on_sale_at: NullableTime,
  event_date: Time,
  postponed_at: NullableTime,
})
export type LiveEvent = Static<typeof LiveEvent>
